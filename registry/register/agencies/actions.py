"""Writes agencies and publishes them; this is the only way to the public.

`admit` writes new agencies, `amend` records a change of a known one. Both call publishing, which stores the public
record, appends a log entry for each changed agency, licence or agreement and renews the lookup keys, all in the
caller's transaction. Nothing here commits.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from registry.core.db.engine import EPOCH, bulk_insert, microseconds, reserve_ids
from registry.core.db.reading import is_among
from registry.core.errors import ErasedAgency
from registry.core.keyring import Keyring
from registry.log.actions import Appended, instant_of_append, lock_log, reserve_status_places
from registry.register.agencies import models, record, storage
from registry.register.agencies.bank_accounts import carry_digests, sealed, store_digests
from registry.register.agencies.channel_changes import forget_changes
from registry.register.agencies.publishing import ERASED, Change, Event, publish_all, publish_changes
from registry.register.agencies.storage import amended_facts, differ
from registry.vocabulary.register import ChannelKind


def admit(
    session: Session,
    agencies: Sequence[record.Agency],
    event: Event,
    *,
    at: datetime | None = None,
    keyring: Keyring | None = None,
) -> list[int]:
    """Write down agencies the registry has not held before and publish them. Gives their row ids.

    `at` lets the batches of one import share an instant: it comes from `instant_of_append` in the same transaction.

    References of agencies and licences are set by the caller (registry.core.ids); status places are given here.
    Agreements are written by `register_agreement`, once both ends are there: ValueError when an agency brings its own.

    A bank account may come as its whole number, once: with `keyring` its digest is kept and nothing else of it but what
    may be shown (ValueError without).
    """
    if any(agency.agreements for agency in agencies):
        raise ValueError("agreements are written down by register_agreement")
    at = at or instant_of_append(lock_log(session))
    recorded_at = microseconds(at)
    agencies, digests = sealed(_with_status_places(session, agencies), keyring)
    ids = reserve_ids(session, models.Agency, len(agencies))
    bulk_insert(
        session, models.Agency, ("id", "reference"), [(i, a.agency_id) for i, a in zip(ids, agencies, strict=True)]
    )
    _write_profiles(session, list(zip(ids, agencies, strict=True)), recorded_at)
    for family in storage.FAMILIES:
        rows: list[tuple[Any, ...]] = []
        for i, agency in zip(ids, agencies, strict=True):
            parts = getattr(agency, family.attribute)
            if parts:
                rows += storage.rows_of(family, i, parts, recorded_at)
        bulk_insert(session, family.model, storage.columns_of(family), rows)
    for i, agency in zip(ids, agencies, strict=True):
        store_digests(session, i, digests.get(agency.agency_id, ()))
    _write_licences(
        session, [(i, licence) for i, a in zip(ids, agencies, strict=True) for licence in a.licences], recorded_at
    )
    publish_changes(session, [Change(i, None, a) for i, a in zip(ids, agencies, strict=True)], event, at)
    return ids


def amend(
    session: Session, new: record.Agency, event: Event, *, before: record.Agency | None = None
) -> Appended | None:
    """Say of a known agency what `new` says, and publish it.

    Facts that `new` no longer holds stop being said; facts it adds are said from now on; those it repeats keep their
    row, source and first retrieval. Agreements are not touched (see `register_agreement`), nor are licences that `new`
    leaves out. None when nothing changed. What it says of channels is published at once: see channel_changes.py for the way
    that a change of one has to go. ErasedAgency when its holder's name was erased; ValueError when a known licence
    comes with another number, kind or authority, for that is another licence. `before` is the agency's record where the
    caller loaded it already, holding the log.
    """
    at = instant_of_append(lock_log(session))
    row_id = storage.row_ids(session, [new.agency_id])[new.agency_id]
    if before is None:
        [before] = storage.load_records(session, [row_id]).values()
    return amend_published(session, [Change(row_id, before, new)], event, at=at)


def amend_published(session: Session, changes: Sequence[Change], event: Event, *, at: datetime) -> Appended | None:
    """As `amend`, of agencies whose records the caller read, holding the log, and changed nothing since.

    `old` of each change is that record. What the facts say afterwards follows from both and is not read again.
    """
    agencies, _ = sealed(_with_status_places(session, [change.new for change in changes]), None)
    placed = []
    for change, new in zip(changes, agencies, strict=True):
        assert change.old is not None
        _require_amendable(change.old, new)
        placed.append(Change(change.agency_id, change.old, new))
    _amend_facts(session, placed, microseconds(at))
    stated = [Change(one.agency_id, one.old, amended_facts(one.old, one.new)) for one in placed if one.old]
    stated = [one for one in stated if one.old != one.new]
    return publish_changes(session, stated, event, at) if stated else None


def mark_correction(session: Session, reference: str, *, is_requested: bool) -> Appended | None:
    """Say on an agency's entry that a correction is asked for, or no longer. None where the entry says so already.

    It stands in the record, the verdict, the history and the log, which is held until the transaction ends. Raises
    NotFound, ErasedAgency.
    """
    # The holder of the log's lock reads what the last transaction that published wrote.
    lock_log(session)
    agency = storage.load_record(session, reference)
    event = "agency.correction_requested" if is_requested else "agency.correction_decided"
    return amend(session, msgspec.structs.replace(agency, is_correction_requested=is_requested), Event(event))


def register_agreement(session: Session, agreement: record.Agreement, event: Event) -> Appended | None:
    """Write down an agreement, or say of a known one (same reference) what holds now, and publish both ends.

    None when nothing changed. Ends that are no longer part of it are published too.
    """
    at = instant_of_append(lock_log(session))
    ends = storage.row_ids(session, [end for end in (agreement.sending, agreement.receiving) if end is not None])
    stated = storage.agreement_record(session, agreement.agreement_id)
    if stated is not None:
        row, former, former_ends = stated
        if storage.same_statement(former, agreement):
            return None
        storage.supersede(session, models.Agreement, "id", [row], microseconds(at))
        ends |= former_ends
    employer = agreement.employer
    session.add(
        models.Agreement(
            reference=agreement.agreement_id,
            sending_id=ends[agreement.sending],
            receiving_id=ends[agreement.receiving] if agreement.receiving else None,
            employer_name=employer.name if employer else None,
            employer_country=employer.country if employer else None,
            employer_identifier=employer.identifier if employer else None,
            authority=agreement.authority,
            number=agreement.number,
            origin=agreement.origin,
            destination=agreement.destination,
            sectors=None if agreement.sectors is None else msgspec.to_builtins(agreement.sectors),
            held_from=agreement.from_,
            held_to=agreement.to,
            recorded_at=at,
            source=agreement.source,
            retrieved_at=agreement.retrieved_at,
        )
    )
    return publish_all(session, list(ends.values()), event)


def erase(session: Session, agency: models.Agency) -> None:
    """Destroy what could name a natural person: name, numbers, place, channels, and the salts behind the log's digests.

    Entries and digests remain; readers of them say `withheld_by_law`. The law of erasure stands above "never
    overwrite".
    """
    at = instant_of_append(lock_log(session))
    for family in storage.FAMILIES:
        if family.attribute != "sanctions":
            session.execute(delete(family.model).where(family.model.agency_id == agency.id))  # type: ignore[attr-defined]
    forget_changes(session, agency.id)
    storage.erase_texts(session, agency.id)
    session.execute(update(models.AgencyProfile).where(models.AgencyProfile.agency_id == agency.id).values(place=None))
    agency.erased_at = at
    session.execute(update(models.Licence).where(models.Licence.agency_id == agency.id).values(number=None))
    session.execute(delete(models.LookupKey).where(models.LookupKey.agency_id == agency.id))
    session.execute(
        update(models.ErasableValue)
        .where(models.ErasableValue.agency_id == agency.id)
        .values(salt=None, value=None, erased_at=at)
    )
    publish_all(session, [agency.id], Event(ERASED), at)


CHUNK = 500
"""So many rows are named in one statement."""

UNPLACED = -1
"""The `status_place` of a licence that has not been admitted yet."""


def _with_status_places(session: Session, agencies: Sequence[record.Agency]) -> list[record.Agency]:
    unplaced = sum(licence.status_place == UNPLACED for agency in agencies for licence in agency.licences)
    if not unplaced:
        return list(agencies)
    place = reserve_status_places(session, unplaced)
    placed = []
    for agency in agencies:
        licences = []
        for licence in agency.licences:
            if licence.status_place == UNPLACED:
                licence = msgspec.structs.replace(licence, status_place=place)
                place += 1
            licences.append(licence)
        placed.append(msgspec.structs.replace(agency, licences=tuple(licences)))
    return placed


def _write_profiles(session: Session, agencies: Sequence[tuple[int, record.Agency]], recorded_at: int) -> None:
    profile, columns = attrgetter(*storage.PROFILE), ("agency_id", "recorded_at", *storage.PROFILE)
    rows = [(i, recorded_at, *storage.stored_values(profile(agency))) for i, agency in agencies]
    bulk_insert(session, models.AgencyProfile, columns, rows)


def _write_licences(session: Session, owned: Sequence[tuple[int, record.Licence]], recorded_at: int) -> None:
    ids = reserve_ids(session, models.Licence, len(owned))
    columns = ("reference", "authority", "country", "kind", "number", "status_place")
    identity = attrgetter("licence_id", *columns[1:])
    licences = [(i, owner, *storage.stored_values(identity(part))) for i, (owner, part) in zip(ids, owned, strict=True)]
    bulk_insert(session, models.Licence, ("id", "agency_id", *columns), licences)
    _write_terms(session, [(i, part) for i, (_, part) in zip(ids, owned, strict=True)], recorded_at)
    rows: list[tuple[Any, ...]] = []
    for i, (_, part) in zip(ids, owned, strict=True):
        rows += storage.rows_of(storage.STATUS, i, part.status_history, recorded_at)
    bulk_insert(session, models.LicenceStatusPeriod, storage.columns_of(storage.STATUS, "licence_id"), rows)


def _write_terms(session: Session, terms: Sequence[tuple[int, record.Licence]], recorded_at: int) -> None:
    term = attrgetter(*storage.TERM)
    rows = [(i, recorded_at, *storage.stored_values(term(part))) for i, part in terms]
    bulk_insert(session, models.LicenceTerm, ("licence_id", "recorded_at", *storage.TERM), rows)
    scopes = [(i, what, value) for i, part in terms for what, value in _stated_scope(part)]
    bulk_insert(session, models.LicenceScope, ("licence_id", "what", "value"), scopes)


def _stated_scope(licence: record.Licence) -> Iterable[tuple[str, str]]:
    for corridor in licence.corridors or ():
        yield "corridor", f"{corridor.origin or '*'}>{corridor.destination or '*'}"
    for sector in licence.sectors or ():
        yield "sector", sector.code


_IDENTITY = attrgetter("authority", "country", "kind")


def _is_same_licence(old: record.Licence, new: record.Licence) -> bool:
    """An application gets its number when it is granted; a number that was given never changes."""
    return _IDENTITY(old) == _IDENTITY(new) and old.number in (None, new.number)


def _require_amendable(old: record.Agency, new: record.Agency) -> None:
    if old.withheld:
        raise ErasedAgency(f"the holder of {old.agency_id} was erased: nothing more may be written down of it")
    known = {licence.licence_id: licence for licence in old.licences}
    changed = next((one for one in new.licences if not _is_same_licence(known.get(one.licence_id, one), one)), None)
    if changed is not None:
        raise ValueError(f"licence {changed.licence_id} keeps its number, kind and authority: issue another instead")


def _amend_facts(session: Session, changes: Sequence[Change], recorded_at: int) -> None:
    """Write what differs, of all agencies at once: others wait for the log meanwhile."""
    profiles = [(c.agency_id, c.new) for c in changes if c.old and differ(c.old, c.new, storage.PROFILE)]
    storage.supersede(session, models.AgencyProfile, "agency_id", [i for i, _ in profiles], recorded_at)
    _write_profiles(session, profiles, recorded_at)
    for family in storage.FAMILIES:
        facts = attrgetter(family.attribute)
        wanted = {c.agency_id: facts(c.new) for c in changes if c.old and facts(c.old) != facts(c.new)}
        _replace_facts(session, family, "agency_id", wanted, recorded_at)
    for change in changes:
        if change.old and change.old.channels != change.new.channels and _has_account(change.old):
            carry_digests(session, change.agency_id, EPOCH + timedelta(microseconds=recorded_at))
    _amend_licences(session, changes, recorded_at)


def _has_account(agency: record.Agency) -> bool:
    return any(channel.kind is ChannelKind.BANK_ACCOUNT for channel in agency.channels)


def _amend_licences(session: Session, changes: Sequence[Change], recorded_at: int) -> None:
    fresh: list[tuple[int, record.Licence]] = []
    known: list[tuple[record.Licence, record.Licence]] = []
    for change in changes:
        former = {licence.licence_id: licence for licence in change.old.licences} if change.old else {}
        fresh += [(change.agency_id, part) for part in change.new.licences if part.licence_id not in former]
        known += [(former[part.licence_id], part) for part in change.new.licences if part.licence_id in former]
    _write_licences(session, fresh, recorded_at)
    known = [(before, part) for before, part in known if before != part]
    row_ids = _licence_ids(session, [part.licence_id for _, part in known])
    for before, part in known:
        if before.number != part.number:
            row = models.Licence.id == row_ids[part.licence_id]
            session.execute(update(models.Licence).where(row).values(number=part.number))
    terms = [(row_ids[part.licence_id], part) for before, part in known if differ(before, part, storage.TERM)]
    storage.supersede(session, models.LicenceTerm, "licence_id", [row_id for row_id, _ in terms], recorded_at)
    for start in range(0, len(terms), CHUNK):
        owners = [row_id for row_id, _ in terms[start : start + CHUNK]]
        session.execute(delete(models.LicenceScope).where(is_among(session, models.LicenceScope.licence_id, owners)))
    _write_terms(session, terms, recorded_at)
    histories = {
        row_ids[part.licence_id]: part.status_history
        for before, part in known
        if before.status_history != part.status_history
    }
    _replace_facts(session, storage.STATUS, "licence_id", histories, recorded_at)


def _licence_ids(session: Session, references: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(references), CHUNK):
        chunk = references[start : start + CHUNK]
        query = select(models.Licence.reference, models.Licence.id).where(
            is_among(session, models.Licence.reference, chunk)
        )
        found.update((reference, row_id) for reference, row_id in session.execute(query))
    return found


def _replace_facts(
    session: Session, family: storage.Family, owner: str, wanted: Mapping[int, Sequence[Any]], recorded_at: int
) -> None:
    """Close the facts of each owner that are no longer wanted and add the new ones; equal statements keep their row."""
    owners, closed, added = list(wanted), [], []
    for start in range(0, len(owners), CHUNK):
        chunk = owners[start : start + CHUNK]
        rows = storage.current_rows(session, family.model, owner, chunk)
        current = storage.parts_by_owner(rows, family, owner)
        for owner_id in chunk:
            fresh = list(wanted[owner_id])
            for row_id, part in current.get(owner_id, ()):
                match = next((candidate for candidate in fresh if storage.same_statement(part, candidate)), None)
                if match is None:
                    closed.append(row_id)
                else:
                    fresh.remove(match)
            added += storage.rows_of(family, owner_id, fresh, recorded_at)
    storage.supersede(session, family.model, "id", closed, recorded_at)
    bulk_insert(session, family.model, storage.columns_of(family, owner), added)
