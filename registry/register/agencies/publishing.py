"""Publishing: from fact rows to the stored public record, the log's entries, the lookup keys and the name index.

Everything here happens in the caller's transaction: if we crash before its commit nothing was said; after it everything was.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from registry.core.db.engine import bulk_insert, microseconds
from registry.core.db.reading import is_among
from registry.log.actions import Appended, Draft, append, instant_of_append, lock_log
from registry.register.agencies import models, record, rules, storage
from registry.register.agencies.prerendered import packed, prerender, read_prerendered
from registry.register.names.actions import index_all
from registry.vocabulary.register import NameKind
from registry.vocabulary.supervision import EntryType

ERASED = "agency.erased"
"""The one event that needs no entry once the log is closed."""


@dataclass(frozen=True, slots=True)
class Event:
    """Why something is published: `type` as `licence.suspended`."""

    type: str
    is_correction: bool = field(default=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Change:
    """An agency's row id, its record as published before (None: never) and as it is now."""

    agency_id: int
    old: record.Agency | None
    new: record.Agency


def publish_all(
    session: Session, agency_ids: Sequence[int], event: Event, at: datetime | None = None
) -> Appended | None:
    """Publish, for many agencies at once: one instant, consecutive entries."""
    session.flush()
    wanted = list(dict.fromkeys(agency_ids))
    new = storage.load_records(session, wanted)
    old = storage.published_records(session, wanted)
    changes = [Change(agency_id, old.get(agency_id), new[agency_id]) for agency_id in wanted if agency_id in new]
    changes = [change for change in changes if change.old != change.new]
    return publish_changes(session, changes, event, at) if changes else None


def publish_changes(
    session: Session, changes: Sequence[Change], event: Event, at: datetime | None = None
) -> Appended | None:
    """Entries, public records, lookup keys and indexed names of some changes."""
    at = at or instant_of_append(lock_log(session))
    drafts: list[Draft] = []
    secrets: list[tuple[int, rules.Secret]] = []
    for change in changes:
        _draft(change, event, drafts, secrets)
    receiving = {place: draft.record["receiving"] for place, draft in enumerate(drafts) if _has_receiving(draft)}
    if receiving:
        others = storage.row_ids(session, sorted(set(receiving.values())))
        for place, reference in receiving.items():
            drafts[place] = drafts[place]._replace(other_agency_id=others[reference])
    bulk_insert(
        session,
        models.ErasableValue,
        ("digest", "agency_id", "salt", "value"),
        [(secret.digest, agency_id, secret.salt, secret.value) for agency_id, secret in secrets],
    )
    _store_records(session, changes)
    _renew_keys(session, changes, at)
    _index_names(session, changes)
    if not drafts:
        return None
    if event.type == ERASED and lock_log(session).closed_at is not None:
        # The law of erasure stands above a closed log: no entry tells of it, and what is destroyed stays destroyed.
        return None
    return append(session, drafts, at=at)


def _has_receiving(draft: Draft) -> bool:
    """Whether it is the entry of an agreement that another agency of the registry receives by."""
    return isinstance(draft.record, dict) and "receiving" in draft.record


def _draft(change: Change, event: Event, drafts: list[Draft], secrets: list[tuple[int, rules.Secret]]) -> None:
    """The entries a change asks for: one for the agency itself if it changed, one for each changed licence or agreement."""
    old, new, owner = change.old, change.new, change.agency_id
    is_first = old is None
    if old is None or _bare(old) != _bare(new):
        body, hidden = _logged_agency(new)
        word = EntryType.AGENCY_CORRECTED if event.is_correction else EntryType.AGENCY_AMENDED
        drafts.append(
            Draft(
                f"agency/{new.agency_id}",
                EntryType.AGENCY_REGISTERED if is_first else word,
                body,
                owner,
                is_first=is_first,
            )
        )
        secrets += [(owner, secret) for secret in hidden]
    before = {licence.licence_id: licence for licence in old.licences} if old else {}
    for licence in new.licences:
        former = before.get(licence.licence_id)
        if former == licence:
            continue
        body, hidden = _logged_licence(new, licence)
        word = rules.licence_entry_type(former, licence, event.is_correction)
        drafts.append(Draft(f"licence/{licence.licence_id}", word, body, owner, is_first=former is None))
        secrets += [(owner, secret) for secret in hidden]
    agreed = {agreement.agreement_id: agreement for agreement in old.agreements} if old else {}
    for agreement in new.agreements:
        past = agreed.get(agreement.agreement_id)
        # The sending end logs the agreement; the receiving end's record only shows it.
        if agreement.sending != new.agency_id or past == agreement:
            continue
        word = rules.agreement_entry_type(past, agreement, event.is_correction)
        body, hidden = rules.logged_agreement(agreement)
        drafts.append(Draft(f"agreement/{agreement.agreement_id}", word, body, owner, is_first=past is None))
        secrets += [(owner, secret) for secret in hidden]


def _logged_agency(agency: record.Agency) -> tuple[Any, Sequence[rules.Secret]]:
    ready = rules.agency_bytes(agency)
    return (ready, ()) if ready is not None else rules.logged_agency(agency)


def _logged_licence(agency: record.Agency, licence: record.Licence) -> tuple[Any, Sequence[rules.Secret]]:
    ready = rules.licence_bytes(agency, licence)
    return (ready, ()) if ready is not None else rules.logged_licence(agency, licence)


def _bare(agency: record.Agency) -> record.Agency:
    return msgspec.structs.replace(agency, licences=(), agreements=())


def _store_records(session: Session, changes: Sequence[Change]) -> None:
    known = [change.agency_id for change in changes if change.old is not None]
    table = models.PublicRecord
    rows = []
    confirmed: dict[int, int | None] = {}
    for start in range(0, len(known), 500):
        chunk = known[start : start + 500]
        for agency_id, instant in session.execute(
            select(table.agency_id, table.confirmed_at).where(is_among(session, table.agency_id, chunk))
        ):
            confirmed[agency_id] = microseconds(instant) if instant else None
        session.execute(delete(table).where(is_among(session, table.agency_id, chunk)))
    for change in changes:
        body = record.canonical(change.new)
        digest = hashlib.sha256(body).digest()
        etag = digest.hex()[:16]
        withhold_on = storage.stored(record.first_withholding(change.new))
        prerendered = packed(prerender(change.new, etag, digest))
        confirmed_at = confirmed.get(change.agency_id)
        rows.append((change.agency_id, change.new.agency_id, body, etag, withhold_on, confirmed_at, prerendered))
    bulk_insert(session, table, ("agency_id", "reference", "body", "etag", "withhold_on", "confirmed_at", "told"), rows)


def _index_names(session: Session, changes: Sequence[Change]) -> None:
    index_all(session, [(c.agency_id, names_of(c.new)) for c in changes if c.old is None], are_new=True)
    renamed = [c for c in changes if c.old is not None and c.old.names != c.new.names]
    index_all(session, [(c.agency_id, names_of(c.new)) for c in renamed])


def names_of(agency: record.Agency) -> list[tuple[NameKind, str]]:
    """The names under which an agency is found: all of them, former ones too."""
    return [(name.kind, name.name) for name in agency.names]


def reindex(session: Session, after: int, limit: int) -> int | None:
    """Renew the lookup keys, the indexed names and what answers copy, of at most `most` agencies behind row id `after`.

    From their public records, for a new normaliser, another form of answers or a damaged index; running it again changes
    nothing. Gives the last row id, None at the end.
    """
    state = lock_log(session)
    table = models.PublicRecord
    query = select(table.agency_id, table.body, table.etag, table.prerendered)
    rows = session.execute(query.where(table.agency_id > after).order_by(table.agency_id).limit(limit)).all()
    records = [(agency_id, record.read_record(body)) for agency_id, body, _, _ in rows]
    renewed = [
        {"agency_id": agency_id, "prerendered": packed(prerender(stated, etag))}
        for (agency_id, stated), (_, _, etag, prerendered) in zip(records, rows, strict=True)
        if read_prerendered(prerendered, etag) is None
    ]
    if renewed:
        session.execute(update(table), renewed)
    _renew_keys(session, [Change(agency_id, stated, stated) for agency_id, stated in records], instant_of_append(state))
    index_all(session, [(agency_id, names_of(stated)) for agency_id, stated in records])
    return rows[-1][0] if rows else None


def _renew_keys(session: Session, changes: Sequence[Change], at: datetime) -> None:
    recorded_at = microseconds(at)
    fresh: list[tuple[Any, ...]] = []
    gone: list[int] = []
    live = _live_keys(session, [change.agency_id for change in changes if change.old is not None])
    for change in changes:
        current = live.get(change.agency_id, {})
        wanted = dict.fromkeys(key for key in rules.lookup_keys(change.new) if key.value)
        gone += [row_id for key, row_id in current.items() if key not in wanted]
        fresh += [(*key[:2], change.agency_id, key.licence, recorded_at) for key in wanted if key not in current]
    for start in range(0, len(gone), 500):
        storage.supersede(session, models.LookupKey, "id", gone[start : start + 500], recorded_at)
    bulk_insert(session, models.LookupKey, ("kind", "value", "agency_id", "licence", "recorded_at"), fresh)


def _live_keys(session: Session, agency_ids: Sequence[int]) -> dict[int, dict[rules.Key, int]]:
    table = models.LookupKey
    found: dict[int, dict[rules.Key, int]] = defaultdict(dict)
    for start in range(0, len(agency_ids), 500):
        query = select(table.agency_id, table.kind, table.value, table.licence, table.id).where(
            is_among(session, table.agency_id, agency_ids[start : start + 500]), table.superseded_at.is_(None)
        )
        for agency_id, kind, value, licence, row_id in session.execute(query):
            found[agency_id][rules.Key(kind, value, licence)] = row_id
    return found
