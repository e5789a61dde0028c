"""Fans out published changes: they become events, and each event goes to the feed of every organisation that watches.

Run by the worker. The log is read in its order, which is that of the commits, from where it was left; one round is one
transaction under the lock of one row. A crash therefore loses and repeats nothing, and positions in a feed appear in
order: none is ever given behind a reader.
"""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete, exists, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session, aliased, sessionmaker

from registry.core import clock, ids, outbox
from registry.core.db import engine, locking, reading
from registry.core.keyring import Keyring
from registry.log.models import Entry, LogState
from registry.register.agencies.models import Agency, Licence, LicenceTerm, LookupKey
from registry.register.agencies.queries import opened
from registry.register.authorities.models import Authority
from registry.register.authorities.queries import authority_days, snapshot_at
from registry.vocabulary import register
from registry.vocabulary.watches import DeliveryState, EventType, WatchKind, WebhookState
from registry.watches import matching, models, rules, watches, webhooks

MAX_ENTRIES = 500
"""Entries of the log that one transaction fans out."""

MAX_DAYS = timedelta(days=90)
"""How far back the calendar is made up for after a standstill."""

FINISHED = (outbox.OutboxType.PRESENTATION_FINISHED,)
"""What is consumed by `fan_out_presentations`."""


def fan_out_log_entries(sessions: sessionmaker[Session], keyring: Keyring, at: datetime) -> int:
    """Tell of all that was published since the last round. Gives how many events were written."""
    written = 0
    while True:
        with sessions.begin() as session:
            state = lock_watch_state(session)
            size = session.execute(select(LogState.size)).scalar_one_or_none() or 0
            if state.next_index >= size:
                break
            end = min(size, state.next_index + MAX_ENTRIES)
            written += _fan_out_entries(session, keyring, state.next_index, end, at)
            state.next_index = end
            # What was older than a watch has been passed by.
            session.execute(update(models.Watch).where(models.Watch.from_index.between(1, end)).values(from_index=0))
    return written


def fan_out_calendar(sessions: sessionmaker[Session], at: datetime) -> int:
    """Tell of what the calendar brings: licences that end, lists that went stale or are fresh again.

    A licence ends with the day where its authority sits.
    """
    with sessions.begin() as session:
        state = lock_watch_state(session)
        pending = _source_events(session, at)
        told_at = state.told_at
        if told_at is None:
            told_on = state.told_through or clock.day_at(at, None) - timedelta(days=1)
            told_at = datetime.combine(told_on, time(), UTC)
        begun = _days_begun(session, max(told_at, at - MAX_DAYS), at)
        if begun or state.told_at is None:
            pending += [
                event for after, today, whose in begun for event in _ending_events(session, after, today, whose, at)
            ]
            state.told_at, state.told_through = at, clock.day_at(at, None)
        return insert_events(session, pending, at)


def fan_out_presentations(sessions: sessionmaker[Session], at: datetime) -> int:
    """Tell organisations which of their requests to wallets ended, and how. Gives how many ended."""

    def tell(session: Session, ended: outbox.OutboxEvent) -> None:
        lock_watch_state(session)
        facts = ended.details or {}
        data = {"presentation_id": ended.subject, "state": facts["state"]}
        happening = rules.Happening(EventType.PRESENTATION_FINISHED, data)
        event_key, asker = f"presentation:{ended.subject}", facts["organisation_id"]
        insert_events(session, [matching.PendingEvent(happening, at, event_key, organisation_id=asker)], at)

    return outbox.consume(sessions, FINISHED, tell)


def has_presentations(session: Session) -> bool:
    """Whether a request to a wallet ended of which its organisation was not told."""
    return outbox.is_waiting(session, FINISHED)


class _DaysBegun(NamedTuple):
    """The days behind `after` up to `today` that began for the licences of some authorities."""

    after: date
    today: date
    whose: ColumnElement[bool]


def _days_begun(session: Session, told_at: datetime, at: datetime) -> list[_DaysBegun]:
    zones: dict[str | None, list[str]] = {}
    for reference, time_zone in session.execute(select(Authority.reference, Authority.time_zone)):
        zones.setdefault(time_zone, []).append(reference)
    known = [reference for references in zones.values() for reference in references]
    groups = [_DaysBegun(clock.day_at(told_at, None), clock.day_at(at, None), Licence.authority.not_in(known))]
    groups += [
        _DaysBegun(clock.day_at(told_at, zone), clock.day_at(at, zone), Licence.authority.in_(references))
        for zone, references in zones.items()
    ]
    return [one for one in groups if one.after < one.today]


def is_behind(session: Session) -> bool:
    """Whether something was published that was not fanned out: one cheap query, run several times a second."""
    size = session.execute(select(LogState.size)).scalar_one_or_none() or 0
    pending = session.execute(select(models.WatchState.next_index)).scalar_one_or_none()
    return pending is None or pending < size


def lock_watch_state(session: Session) -> models.WatchState:
    """Lock the fan-out state. The first time it begins at today's end of the log: no one has watched yet."""
    state = locking.lock_or_none(session, models.WatchState, models.WatchState.id == 1)
    if state is None:
        state = models.WatchState(id=1, next_index=0, told_through=None)
        session.add(state)
        session.flush()
    return state


def _fan_out_entries(session: Session, keyring: Keyring, start: int, end: int, at: datetime) -> int:
    entries = _watched_entries(session, start, end)
    _find_waited_for(session, keyring, entries)
    pending = [one for entry in entries for one in _events_of(session, entry)]
    return insert_events(session, pending, at)


_UNKNOWN_NUMBER = select(models.WatchTarget.id).where(models.WatchTarget.digest.is_not(None)).limit(1)
"""Finds whether a number of a list waits for an agency that bears it."""


def _watched_entries(session: Session, start: int, end: int) -> Sequence[Entry]:
    """The entries that may be watched: of agencies in a watch, and all where a search or an unknown number waits."""
    query = select(Entry).where(Entry.index >= start, Entry.index < end, Entry.agency_id.is_not(None))
    is_open = select(models.Watch.id).where(models.Watch.kind == WatchKind.SEARCH).limit(1)
    if session.execute(is_open).first() is None and session.execute(_UNKNOWN_NUMBER).first() is None:
        watched = select(models.WatchTarget.agency_id).where(models.WatchTarget.agency_id.is_not(None))
        query = query.where(or_(Entry.agency_id.in_(watched), Entry.other_agency_id.in_(watched)))
    return session.execute(query.order_by(Entry.index)).scalars().all()


def _find_waited_for(session: Session, keyring: Keyring, entries: Sequence[Entry]) -> None:
    """Numbers of a list that no agency bore lead somewhere once an agency is entered under them."""
    if session.execute(_UNKNOWN_NUMBER).first() is None:
        return
    agency_ids = sorted({entry.agency_id for entry in entries if entry.agency_id is not None})
    for first in range(0, len(agency_ids), 500):
        keys = select(LookupKey).where(
            LookupKey.agency_id.in_(agency_ids[first : first + 500]), LookupKey.superseded_at.is_(None)
        )
        for key in session.execute(keys).scalars():
            session.execute(
                update(models.WatchTarget)
                .where(models.WatchTarget.digest.in_(watches.digests_of_key(keyring, key.kind, key.value)))
                .values(agency_id=key.agency_id, licence=key.licence, digest=None)
                .execution_options(synchronize_session=False)
            )


def _events_of(session: Session, entry: Entry) -> list[matching.PendingEvent]:
    body = json.loads(entry.leaf)["record"]
    former = None
    if entry.prev is not None:
        former = json.loads(session.get_one(Entry, entry.prev).leaf)["record"]
    what, _, reference = entry.key.partition("/")
    new = opened(session, body)
    old = None if former is None else opened(session, former)
    assert entry.agency_id is not None
    if what == "agency":
        kinds, today = _kinds_and_day(session, entry.agency_id, entry.at)
        found = rules.agency_events(old, new, kinds, today)
    elif what == "licence":
        found = rules.licence_events(old, new)
    else:
        found = rules.agreement_events(old, new)
    agency = session.execute(select(Agency.reference).where(Agency.id == entry.agency_id)).scalar_one()
    return [
        matching.PendingEvent(
            happening,
            entry.at,
            f"entry:{entry.index}:{place}",
            entry.agency_id,
            agency,
            # A sanction holds for one licence: watchers of another licence of the same holder get the event too, like
            # all else.
            licence=reference if what == "licence" else None,
            log_index=entry.index,
            other_agency_id=entry.other_agency_id if what == "agreement" else None,
        )
        for place, happening in enumerate(found)
    ]


def _kinds_and_day(session: Session, agency_id: int, at: datetime) -> tuple[list[register.LicenceKind], date]:
    """The kinds of an agency's licences, and the day where their authorities sit, the later of two."""
    rows = session.execute(select(Licence.kind, Licence.authority).where(Licence.agency_id == agency_id)).all()
    today = authority_days(session, at).latest(authority for _, authority in rows)
    return list(dict.fromkeys(kind for kind, _ in rows)), today


def _ending_events(
    session: Session, told_through: date, today: date, whose: ColumnElement[bool], at: datetime
) -> list[matching.PendingEvent]:
    found = []
    for ending in rules.endings_between(told_through, today):
        query = (
            select(Licence.reference, Licence.agency_id, Agency.reference)
            .join(LicenceTerm, LicenceTerm.licence_id == Licence.id)
            .join(Agency, Agency.id == Licence.agency_id)
            .where(LicenceTerm.superseded_at.is_(None), LicenceTerm.valid_to == ending.last_day, whose)
            .order_by(Licence.id)
        )
        word = EventType.LICENCE_EXPIRING if ending.days else EventType.LICENCE_EXPIRED
        data: dict[str, Any] = {"valid_to": ending.last_day.isoformat()} | (
            {"days": ending.days} if ending.days else {}
        )
        happening, end = rules.Happening(word, data), f"{ending.last_day}:{ending.days}"
        found += [
            matching.PendingEvent(happening, at, f"ends:{licence}:{end}", agency_id, agency, licence=licence)
            for licence, agency_id, agency in session.execute(query)
        ]
    return found


def _source_events(session: Session, at: datetime) -> list[matching.PendingEvent]:
    """Events of lists whose freshness differs from that of the last event."""
    if session.execute(select(models.Watch.id).limit(1)).first() is None:
        return []
    latest = (
        select(func.max(models.WatchEvent.id))
        .where(models.WatchEvent.source.is_not(None))
        .group_by(models.WatchEvent.source)
    )
    last: dict[str | None, EventType] = {
        row.source: row.type
        for row in session.execute(
            select(models.WatchEvent.source, models.WatchEvent.type).where(models.WatchEvent.id.in_(latest))
        )
    }
    found = []
    for source in snapshot_at(session).sources.values():
        stale_at = source.stale_at()
        if stale_at is None or source.retrieved_at is None:
            continue
        is_stale, was_stale = at >= stale_at, last.get(source.reference) is EventType.SOURCE_STALE
        if is_stale != was_stale:
            word = EventType.SOURCE_STALE if is_stale else EventType.SOURCE_FRESH
            found.append(
                matching.PendingEvent(
                    rules.Happening(word, {"authority": source.authority}),
                    at,
                    f"{word}:{source.reference}:{engine.microseconds(source.retrieved_at)}",
                    source=source.reference,
                    authority=source.authority,
                )
            )
    return found


def insert_events(session: Session, pending: Sequence[matching.PendingEvent], at: datetime) -> int:
    """Write events that are watched into the feed of each organisation once, and queue them for its webhooks.

    Under the lock of the state row. Gives how many events were written.
    """
    known = _known_keys(session, [one.event_key for one in pending])
    pending = [one for one in pending if one.event_key not in known]
    if not pending:
        return 0
    event_ids = engine.reserve_ids(session, models.WatchEvent, len(pending))
    columns = (
        "id", "reference", "type", "at", "agency_id", "agency", "licence", "source", "log_index", "data", "publish_until", "once",
    )  # fmt: skip
    rows = [
        (
            i, reference, one.happening.type.value, engine.microseconds(one.at),
            one.agency_id, one.agency, one.licence, one.source, one.log_index,
            json.dumps(dict(one.happening.data), sort_keys=True), one.happening.publish_until, one.event_key,
        )
        for i, reference, one in zip(event_ids, ids.new_references(len(pending)), pending, strict=True)
    ]  # fmt: skip
    engine.bulk_insert(session, models.WatchEvent, columns, rows)
    matching.match_targets(session, event_ids[0], event_ids[-1])
    for i, one in zip(event_ids, pending, strict=True):
        if one.other_agency_id is not None and one.log_index is not None:
            matching.match_agency(session, i, one)
        if one.authority is not None:
            matching.match_authority(session, i, one)
        if one.organisation_id is not None:
            session.execute(insert(models.WatchMatch).values(event_id=i, organisation_id=one.organisation_id))
    matching.match_searches(session, list(zip(event_ids, pending, strict=True)))
    _feed_matches(session, event_ids[0], event_ids[-1], at)
    # An event without watchers leaves no row. Lists stay: by the last one it is known whether a list was stale.
    unmatched = select(models.WatchMatch.event_id).where(models.WatchMatch.event_id == models.WatchEvent.id).exists()
    gone = delete(models.WatchEvent).where(
        models.WatchEvent.id.between(event_ids[0], event_ids[-1]), ~unmatched, models.WatchEvent.source.is_(None)
    )
    removed = session.execute(gone.execution_options(synchronize_session=False))
    session.execute(delete(models.WatchMatch).execution_options(synchronize_session=False))
    return len(pending) - int(removed.rowcount)  # type: ignore[attr-defined]


def _hasten_retries(session: Session, first: int, last: int, at: datetime) -> None:
    """Let what failed and has something new behind it now be tried within a minute: of each agency all go in their order."""
    later = aliased(models.Delivery)
    is_before_news = exists().where(
        later.webhook_id == models.Delivery.webhook_id,
        later.agency_id == models.Delivery.agency_id,
        later.event_id.between(first, last),
        later.id > models.Delivery.id,
    )
    waits = models.Delivery.state == DeliveryState.WAITING, models.Delivery.attempts > 0, is_before_news
    for is_chosen, due_at in (
        (models.Delivery.tried_at <= at - rules.NEWS_WITHIN, at),
        (models.Delivery.tried_at > at - rules.NEWS_WITHIN, at + rules.NEWS_WITHIN),
    ):
        waking = update(models.Delivery).where(*waits, is_chosen, models.Delivery.due_at > due_at).values(due_at=due_at)
        session.execute(waking.execution_options(synchronize_session=False))


def _known_keys(session: Session, event_keys: Sequence[str]) -> set[str]:
    if not event_keys:
        return set()
    stored = models.WatchEvent.event_key
    return set(session.execute(select(stored).where(reading.is_among(session, stored, event_keys))).scalars())


def _feed_matches(session: Session, first: int, last: int, at: datetime) -> None:
    """A place in each organisation's feed, and a delivery for each webhook of it, for all matches of this round."""
    pending = select(models.WatchMatch.organisation_id, literal(0)).distinct()
    engine.insert_missing(session, models.FeedHead, ["organisation_id", "last_position"], pending)
    place = func.row_number().over(partition_by=models.WatchMatch.organisation_id, order_by=models.WatchMatch.event_id)
    placed = select(
        models.WatchMatch.organisation_id, models.FeedHead.last_position + place, models.WatchMatch.event_id
    ).join(models.FeedHead, models.FeedHead.organisation_id == models.WatchMatch.organisation_id)
    session.execute(insert(models.FeedRow).from_select(["organisation_id", "position", "event_id"], placed))
    queued = (
        webhooks.select_deliveries(models.Webhook.id, models.WatchMatch.event_id, at)
        .select_from(models.WatchMatch)
        .join(models.WatchEvent, models.WatchEvent.id == models.WatchMatch.event_id)
        .join(models.Webhook, models.Webhook.organisation_id == models.WatchMatch.organisation_id)
        .where(
            models.Webhook.state == WebhookState.ENABLED, matching.chooses(models.Webhook.types, models.WatchEvent.type)
        )
        .order_by(models.WatchMatch.event_id, models.Webhook.id)
    )
    session.execute(insert(models.Delivery).from_select(webhooks.DELIVERY_COLUMNS, queued))
    _hasten_retries(session, first, last, at)
    # By the key of the feed: counting the matches of each would read them all for each.
    reached = (
        select(func.max(models.FeedRow.position))
        .where(models.FeedRow.organisation_id == models.FeedHead.organisation_id)
        .scalar_subquery()
    )
    session.execute(
        update(models.FeedHead)
        .where(models.FeedHead.organisation_id.in_(select(models.WatchMatch.organisation_id)))
        .values(last_position=reached)
        .execution_options(synchronize_session=False)
    )
