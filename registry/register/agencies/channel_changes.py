"""Changes of registered channels: proposed, approved by another person, old channel notified, published after 72 hours.

A registered channel is what a fraudster wants most: with an own phone or account registered, the register vouches for
the fraudster. What a list brings is proposed by the list, and let take effect by an official as any other. Nothing
here commits; each step records in its row how far it came, so a killed worker resumes from there.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.db.locking import lock
from registry.core.db.reading import is_among
from registry.core.errors import ChannelChangeRefused, ErasedAgency, NotFound
from registry.core.ids import new_reference, read_reference
from registry.core.keyring import Keyring
from registry.log.actions import instant_of_append, lock_log
from registry.register.agencies import record, storage
from registry.register.agencies.bank_accounts import ACCOUNTS
from registry.register.agencies.channel_rules import account_text, channel_key, masked_account, trouble_with
from registry.register.agencies.models import Agency, Channel, PendingChannelChange
from registry.register.agencies.publishing import Event, publish_all
from registry.vocabulary.register import ChannelKind, HolderKind
from registry.vocabulary.supervision import ChannelChangeState

OFFICIALS = "registry"
"""The source of a channel that officials registered; no list may close what it never said."""

OPEN = (ChannelChangeState.PROPOSED, ChannelChangeState.APPROVED)

EFFECT_AFTER = timedelta(hours=72)
"""From the second person's approval to the day a changed channel is published: time for the old one to object."""


class ListedChannel(NamedTuple):
    """A channel that a list prints in place of (or beside) registered ones of its kind."""

    kind: ChannelKind
    value: str
    old_value: str | None


def propose(
    session: Session,
    reference: str,
    kind: ChannelKind,
    value: str,
    *,
    by: str,
    keyring: Keyring,
    instead_of: str | None = None,
) -> PendingChannelChange:
    """Propose that an agency's channel be another, or (without `instead_of`) that it have one more.

    Of an account only its digest and what may be shown of it are written down. Raises NotFound or ChannelChangeRefused.
    """
    agency, known = _known_agency(session, reference)
    if known.holder_kind is not HolderKind.LEGAL_PERSON:
        raise ChannelChangeRefused(
            "phones and addresses of natural persons are not stored, so they cannot be registered",
            "channel.natural_person",
        )
    digest = None
    value = unicodedata.normalize("NFC", value.strip())
    if kind is ChannelKind.BANK_ACCOUNT:
        account = account_text(value)
        if account is None:
            raise ChannelChangeRefused(
                "the account number must have 8 to 34 letters and digits, six digits at least", "channel.no_account"
            )
        value, digest = masked_account(account), keyring.digest(ACCOUNTS, account)
    elif (trouble := trouble_with(kind, value)) is not None:
        raise ChannelChangeRefused(f"the {kind} {trouble}", "channel.unfit", kind=kind, trouble=trouble)
    current = _current(known, kind, now().date())
    old = _replaced(current, kind, instead_of, reference) if instead_of is not None else None
    if _is_registered(session, agency.id, current, kind, value, digest):
        raise ChannelChangeRefused(
            f"this {kind} is registered for {reference} already", "channel.registered", kind=kind, agency=reference
        )
    _refuse_second(session, agency.id, kind, value, old)
    at = now()
    change = PendingChannelChange(
        reference=new_reference(),
        agency_id=agency.id,
        kind=kind,
        old_value=old.value if old is not None else None,
        value=value,
        digest=digest,
        source=OFFICIALS,
        retrieved_at=at,
        state=ChannelChangeState.PROPOSED,
        proposed_by=_named(by),
        proposed_at=at,
    )
    session.add(change)
    session.flush()
    return change


def propose_from_list(
    session: Session,
    source: str,
    retrieved_at: datetime,
    existing: Mapping[int, Sequence[ListedChannel]],
    stated: Mapping[int, frozenset[tuple[ChannelKind, str]]],
) -> int:
    """What a list says of channels that is not published yet: the list is the first person, an official is the second.

    `stated` is all that it prints of each agency (row id): an open proposal of the list that it prints no more is stale.
    A value that was refused is not proposed again. Gives how many are new.
    """
    known: dict[int, list[PendingChannelChange]] = {}
    ids = list(stated)
    for start in range(0, len(ids), 500):
        some = is_among(session, PendingChannelChange.agency_id, ids[start : start + 500])
        changes = session.execute(select(PendingChannelChange).where(some)).scalars()
        for change in changes:
            known.setdefault(change.agency_id, []).append(change)
            if (
                change.state in OPEN
                and change.source == source
                and (change.kind, change.value) not in stated[change.agency_id]
            ):
                change.state = ChannelChangeState.STALE
    count = 0
    at = now()
    for agency_id, channels in existing.items():
        settled = {
            (one.kind, channel_key(one.kind, one.value))
            for one in known.get(agency_id, ())
            if one.state in OPEN or (one.state is ChannelChangeState.REFUSED and one.source == source)
        }
        for channel in channels:
            mark = (channel.kind, channel_key(channel.kind, channel.value))
            if mark in settled:
                continue
            settled.add(mark)
            count += 1
            session.add(
                PendingChannelChange(
                    reference=new_reference(),
                    agency_id=agency_id,
                    kind=channel.kind,
                    old_value=channel.old_value,
                    value=channel.value,
                    source=source,
                    retrieved_at=retrieved_at,
                    state=ChannelChangeState.PROPOSED,
                    proposed_by=f"the list {source}",
                    proposed_at=at,
                )
            )
    session.flush()
    return count


def approve(session: Session, reference: str, *, by: str) -> PendingChannelChange:
    """Let a proposed change take effect in 72 hours.

    Raises NotFound, and ChannelChangeRefused where the approver proposed it.
    """
    change = _lock_change(session, reference)
    name = _named(by)
    _require_pending(change, (ChannelChangeState.PROPOSED,))
    if _person(name) == _person(change.proposed_by):
        raise ChannelChangeRefused(f"{name} proposed this change: another person must approve it", "channel.own_change")
    if not _still_fits(session, change):
        raise ChannelChangeRefused(
            f"the change {change.reference} is stale: what it replaces is not what is registered now; "
            "refuse it and propose another",
            "channel.stale",
            change=change.reference,
        )
    change.state, change.decided_by, change.decided_at = ChannelChangeState.APPROVED, name, now()
    change.takes_effect_at = change.decided_at + EFFECT_AFTER
    session.flush()
    return change


def refuse(session: Session, reference: str, *, by: str) -> PendingChannelChange:
    """End a change before it takes effect; also one that is approved, for the old channel may have objected."""
    change = _lock_change(session, reference)
    _require_pending(change, OPEN)
    change.state, change.decided_by, change.decided_at = ChannelChangeState.REFUSED, _named(by), now()
    session.flush()
    return change


def apply(session: Session, reference: str) -> PendingChannelChange:
    """Publish an approved change whose time has come; anything else is left as it is.

    One whose old channel is registered no more becomes `stale` instead: what its approver saw is not what it would
    change.
    """
    # Lists lock the log before they touch a change: so must we, or each would wait for the other.
    state = lock_log(session)
    change = _lock_change(session, reference)
    is_due = change.takes_effect_at is not None and change.takes_effect_at <= now()
    if change.state is not ChannelChangeState.APPROVED or not is_due:
        return change
    if not _still_fits(session, change):
        change.state = ChannelChangeState.STALE
        session.flush()
        return change
    at = instant_of_append(state)
    if change.old_value is not None:
        _close(session, change, at)
    session.add(_said_of(change, at, at.date(), None))
    change.state = ChannelChangeState.APPLIED
    session.flush()
    publish_all(session, [change.agency_id], Event("agency.channel_changed"), at)
    return change


def _close(session: Session, change: PendingChannelChange, at: datetime) -> None:
    rows = session.execute(
        select(Channel).where(
            *_held_by(change.agency_id), Channel.kind == change.kind, Channel.value == change.old_value
        )
    ).scalars()
    before = at.date() - timedelta(days=1)
    for row in rows:
        row.superseded_at = at
        held_to = before if row.held_from is None or row.held_from <= before else row.held_from
        session.add(_said_of(row, at, row.held_from, held_to))


def _said_of(
    channel: Channel | PendingChannelChange, at: datetime, held_from: date | None, held_to: date | None
) -> Channel:
    """A new saying of a channel, from `at` on, with the days for which it holds."""
    return Channel(
        agency_id=channel.agency_id,
        kind=channel.kind,
        value=channel.value,
        digest=channel.digest,
        held_from=held_from,
        held_to=held_to,
        recorded_at=at,
        source=channel.source,
        retrieved_at=channel.retrieved_at,
    )


def forget_changes(session: Session, agency_id: int) -> None:
    """Destroy what was ever proposed for an agency whose holder is erased."""
    session.execute(delete(PendingChannelChange).where(PendingChannelChange.agency_id == agency_id))


def channel_changes(
    session: Session, *where: ColumnElement[bool], is_open: bool = True
) -> list[tuple[PendingChannelChange, str]]:
    """Changes that meet `where` with the reference of their agency, the oldest first; open ones unless `is_open` is false."""
    query = select(PendingChannelChange, Agency.reference).join(Agency, Agency.id == PendingChannelChange.agency_id)
    if is_open:
        query = query.where(PendingChannelChange.state.in_(OPEN))
    found = session.execute(query.where(*where).order_by(PendingChannelChange.id))
    return [(change, reference) for change, reference in found]


def registered_addresses(session: Session, agency_id: int) -> list[str]:
    """Every e-mail address that an agency (row id) has registered now."""
    rows = session.execute(
        select(Channel.value).where(*_held_by(agency_id), Channel.kind == ChannelKind.EMAIL).order_by(Channel.id)
    ).scalars()
    return list(dict.fromkeys(rows))


def _held_by(agency_id: int) -> tuple[ColumnElement[bool], ...]:
    """What is true of the rows of an agency's channels that are said now, without a last day."""
    return Channel.agency_id == agency_id, Channel.superseded_at.is_(None), Channel.held_to.is_(None)


def _known_agency(session: Session, reference: str) -> tuple[Agency, record.Agency]:
    stored = read_reference(reference)
    agency = session.execute(select(Agency).where(Agency.reference == stored)).scalar_one_or_none() if stored else None
    if agency is None:
        raise NotFound(f"no agency has the reference {reference}: see `agency_id` on its page")
    if agency.erased_at is not None:
        raise ErasedAgency(f"the holder of {agency.reference} was erased: nothing more may be written down of it")
    return agency, storage.load_records(session, [agency.id])[agency.id]


def _current(known: record.Agency, kind: ChannelKind, day: date) -> list[record.Channel]:
    return [one for one in known.channels if one.kind is kind and (one.to is None or one.to >= day)]


def _replaced(current: Sequence[record.Channel], kind: ChannelKind, old: str, reference: str) -> record.Channel:
    """The registered channel that is meant; an account is named by its last four characters."""
    is_account = kind is ChannelKind.BANK_ACCOUNT

    def key(value: str) -> str:
        return (account_text(value) or value.strip().upper())[-4:] if is_account else channel_key(kind, value)

    found = [one for one in current if key(one.value) == key(old)]
    if not found:
        registered = ", ".join(one.value for one in current) or "none"
        raise ChannelChangeRefused(
            f"the {kind} to be replaced is not registered for {reference}; registered: {registered}",
            "channel.nothing_to_replace",
            kind=kind,
            agency=reference,
            registered=[one.value for one in current] or ["-"],
        )
    if is_account and len(found) > 1:
        raise ChannelChangeRefused(
            f"{len(found)} registered accounts end so: it cannot be told which is meant",
            "channel.several_end_so",
            count=len(found),
        )
    return found[0]


def _is_registered(
    session: Session,
    agency_id: int,
    current: Sequence[record.Channel],
    kind: ChannelKind,
    value: str,
    digest: str | None,
) -> bool:
    if digest is None:
        return any(channel_key(kind, one.value) == channel_key(kind, value) for one in current)
    query = select(Channel.id).where(*_held_by(agency_id), Channel.digest == digest)
    return session.execute(query).first() is not None


def _refuse_second(session: Session, agency_id: int, kind: ChannelKind, value: str, old: record.Channel | None) -> None:
    waiting = session.execute(
        select(PendingChannelChange).where(
            PendingChannelChange.agency_id == agency_id,
            PendingChannelChange.kind == kind,
            PendingChannelChange.state.in_(OPEN),
        )
    ).scalars()
    for change in waiting:
        is_same = channel_key(kind, change.value) == channel_key(kind, value)
        if is_same or (old is not None and change.old_value == old.value):
            raise ChannelChangeRefused(
                f"a change of this {kind} waits already under {change.reference}: decide that first",
                "channel.one_waits",
                kind=kind,
                change=change.reference,
            )


def _lock_change(session: Session, reference: str) -> PendingChannelChange:
    its = PendingChannelChange.reference == read_reference(reference)
    return lock(session, PendingChannelChange, its, missing=f"no change has the reference {reference}")


def _require_pending(change: PendingChannelChange, states: Sequence[ChannelChangeState]) -> None:
    if change.state not in states:
        since = change.decided_at or change.proposed_at
        raise ChannelChangeRefused(
            f"the change {change.reference} is not pending: it is {change.state} since {since:%Y-%m-%d %H:%M} UTC",
            "channel.not_pending",
            change=change.reference,
            state=change.state,
            day=since.date(),
        )


def _still_fits(session: Session, change: PendingChannelChange) -> bool:
    """Whether the agency is there, still has the channel to be replaced, and has not the new one yet."""
    if session.get_one(Agency, change.agency_id).erased_at is not None:
        return False
    known = storage.load_records(session, [change.agency_id])[change.agency_id]
    current = _current(known, change.kind, now().date())
    if change.old_value is not None and not any(one.value == change.old_value and one.to is None for one in current):
        return False
    return not _is_registered(session, change.agency_id, current, change.kind, change.value, change.digest)


def _named(by: str) -> str:
    name = " ".join(unicodedata.normalize("NFC", by).split())
    if not name or len(name) > 80 or not name.isprintable():
        raise ChannelChangeRefused("--by must name a person, in 1 to 80 characters", "channel.no_name")
    return name


def _person(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
