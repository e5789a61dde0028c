"""From what a list says to what the registry says from now on: known records brought up to date. Pure.

Nothing is forgotten on the way: a name the list no longer prints becomes a former name, a status that no longer holds
keeps its days, a licence that vanished stays with a status that says so.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import msgspec

from registry.register.agencies import channel_rules, keys, record, storage
from registry.register.agencies.channel_changes import ListedChannel
from registry.register.authorities.sources import is_desk_list
from registry.register.imports import new_records
from registry.register.imports.statements import StatedLicence, Statement
from registry.vocabulary.register import STATUSES, Answer, LicenceStatus, NameKind


class Amended(NamedTuple):
    """The new record of an agency, how many of its licences the list removed, and which channels wait for approval."""

    record: record.Agency
    delisted: int
    has_changed: bool
    held: tuple[ListedChannel, ...] = ()


def amended_record(
    known: record.Agency,
    statement: Statement,
    reading: new_records.ListReading,
    fresh_ids: Sequence[str],
    *,
    is_unread: bool = False,
) -> Amended:
    """A known agency after its list was read again. `is_unread`: some of its rows could not be read.

    `fresh_ids` are licence references for licences not seen before, at least as many as the statement has licences.
    """
    licences, delisted = _licences(known, statement, reading, list(fresh_ids), is_unread)
    channels, existing = _amended_channels(known, statement, reading)
    new = msgspec.structs.replace(
        known,
        holder_kind=statement.holder_kind if known.source == reading.source else known.holder_kind,
        place=statement.place or known.place,
        dissolved_on=statement.dissolved_on or known.dissolved_on,
        names=_amended_names(known, statement, reading),
        identifiers=_amended_identifiers(known, statement, reading),
        channels=channels,
        licences=licences,
    )
    return Amended(new, delisted, new != known, existing)


def vanished_record(known: record.Agency, reading: new_records.ListReading, *, is_unread: bool = False) -> Amended:
    """A known agency that its full list no longer holds (or whose rows could not be read)."""
    licences = []
    delisted = 0
    for licence in known.licences:
        ended = _ended_by_list(licence, reading, is_unread) if _is_of(licence, reading) else licence
        delisted += ended is not licence and not is_unread
        licences.append(ended)
    new = msgspec.structs.replace(known, licences=tuple(licences))
    return Amended(new, delisted, new != known)


def _amended_names(
    known: record.Agency, statement: Statement, reading: new_records.ListReading
) -> tuple[record.Name, ...]:
    stated = new_records.stated_names(statement, reading)
    stored: list[record.Name] = []
    for name in known.names:
        is_ours = name.source == reading.source and name.to is None and name.kind is not NameKind.FORMER
        if is_ours and not any(name.name == one.name and name.kind is one.kind for one in stated):
            # Dated by the reading, for the list does not tell when the name changed.
            name = msgspec.structs.replace(name, kind=NameKind.FORMER, to=_day_before(reading.day, name.from_))
        stored.append(name)
    existing = {(name.name, name.kind) for name in stored if name.to is None}
    fresh = [one for one in stated if (one.name, one.kind) not in existing]
    return (*stored, *fresh)


def _amended_identifiers(
    known: record.Agency, statement: Statement, reading: new_records.ListReading
) -> tuple[record.Identifier, ...]:
    """A licence is bound to its holder's identifiers: another one of the same scheme waits for an official's eyes."""
    stored: list[record.Identifier] = []
    changed = set()
    for identifier in known.identifiers:
        stated = {one.value for one in statement.identifiers if one.scheme is identifier.scheme}
        is_ours = identifier.source == reading.source and identifier.to is None
        if is_ours and stated and identifier.value not in stated:
            identifier = msgspec.structs.replace(identifier, to=_day_before(reading.day, identifier.from_))
        if stated and identifier.value not in stated:
            changed.add(identifier.scheme)
        stored.append(identifier)
    fresh = [
        record.Identifier(
            scheme=one.scheme,
            value=one.value,
            has_failed_check=one.has_failed_check,
            is_under_review=one.scheme in changed,
            from_=reading.day if one.scheme in changed else None,
            source=reading.source,
            retrieved_at=reading.retrieved_at,
        )
        for one in statement.identifiers
        if not any(one.scheme is other.scheme and one.value == other.value and other.to is None for other in stored)
    ]
    return (*stored, *fresh)


def _amended_channels(
    known: record.Agency, statement: Statement, reading: new_records.ListReading
) -> tuple[tuple[record.Channel, ...], tuple[ListedChannel, ...]]:
    """The channels to be recorded from now on, and those that wait until an official has approved them.

    A channel of a kind that the agency has or had is not published by a list alone, and the one it would replace stays.
    The first of its kind replaces none, another spelling is no change, and one that is gone is closed.
    """
    spoken: Any = {"source": reading.source, "retrieved_at": reading.retrieved_at}
    stated = {(one.kind, one.value) for one in statement.channels}
    still_open = [one for one in known.channels if one.to is None]
    gone = [one for one in still_open if one.source == reading.source and (one.kind, one.value) not in stated]
    spelt = {(one.kind, channel_rules.channel_key(one.kind, one.value)) for one in gone}
    had = {one.kind for one in known.channels}
    fresh: list[record.Channel] = []
    existing: list[ListedChannel] = []
    for one in statement.channels:
        if any(one.kind is other.kind and one.value == other.value for other in still_open):
            continue
        if one.kind not in had or (one.kind, channel_rules.channel_key(one.kind, one.value)) in spelt:
            fresh.append(record.Channel(kind=one.kind, value=one.value, **spoken))
            continue
        old = next((other for other in gone if other.kind is one.kind), None)
        if old is not None:
            gone.remove(old)
        existing.append(ListedChannel(one.kind, one.value, old.value if old is not None else None))
    closed = [
        msgspec.structs.replace(one, to=_day_before(reading.day, one.from_)) if one in gone else one
        for one in known.channels
    ]
    return (*closed, *fresh), tuple(existing)


def _is_of(licence: record.Licence, reading: new_records.ListReading) -> bool:
    is_said_by_list = licence.source == reading.source or any(
        period.source == reading.source for period in licence.status_history
    )
    return licence.authority == reading.authority and is_said_by_list


def _licences(
    known: record.Agency, statement: Statement, reading: new_records.ListReading, fresh_ids: list[str], is_unread: bool
) -> tuple[tuple[record.Licence, ...], int]:
    waiting = list(statement.licences)
    licences: list[record.Licence] = []
    delisted = 0
    for licence in known.licences:
        match = next((stated for stated in waiting if _is_same(licence, stated, reading)), None)
        if match is not None:
            waiting.remove(match)
            licence = _amended_licence(licence, match, reading)
        elif (reading.is_full or is_unread) and _is_of(licence, reading):
            ended = _ended_by_list(licence, reading, is_unread)
            delisted += ended is not licence and not is_unread
            licence = ended
        licences.append(licence)
    licences += [new_records.new_licence(stated, reading, fresh_ids.pop()) for stated in waiting]
    return tuple(licences), delisted


def _is_same(licence: record.Licence, stated: StatedLicence, reading: new_records.ListReading) -> bool:
    """A printed number names a licence; without one its kind and first day do."""
    if licence.authority != reading.authority or licence.kind is not stated.kind:
        return False
    if stated.number is not None or licence.number is not None:
        return (
            stated.number is not None
            and licence.number is not None
            and (keys.number_key(stated.number) == keys.number_key(licence.number))
        )
    return licence.valid_from == stated.valid_from


def _amended_licence(
    licence: record.Licence, stated: StatedLicence, reading: new_records.ListReading
) -> record.Licence:
    term = new_records.stated_term(stated)
    new = msgspec.structs.replace(licence, status_history=_amended_history(licence, stated, reading))
    # Terms that the authority's officers stated here are changed by officers alone.
    if not is_desk_list(licence.source) and any(getattr(licence, field) != value for field, value in term.items()):
        new = msgspec.structs.replace(new, source=reading.source, retrieved_at=reading.retrieved_at, **term)
    return new


def _amended_history(
    licence: record.Licence, stated: StatedLicence, reading: new_records.ListReading
) -> tuple[record.StatusPeriod, ...]:
    history = licence.status_history
    last = history[-1] if history else None
    if last is None:
        return (new_records.first_period(stated, reading),)
    if _is_for_officials(history, stated.status, reading):
        return history
    is_open = last.to is None or last.to >= reading.day
    if is_open and last.status is stated.status:
        statement = new_records.stated_period(stated, reading, stated.status_from or last.from_)
        return history if storage.same_statement(last, statement) else (*history[:-1], statement)
    begins = stated.status_from or reading.day
    if last.to is not None and stated.status_from is None and last.to >= begins:
        begins = last.to + timedelta(days=1)
    return (*record.closed_before(history, begins), new_records.stated_period(stated, reading, begins))


_TEMPORARY = frozenset({LicenceStatus.SUSPENDED, LicenceStatus.WINDING_DOWN, LicenceStatus.APPLIED})


def _is_for_officials(
    history: tuple[record.StatusPeriod, ...], stated: LicenceStatus | None, reading: new_records.ListReading
) -> bool:
    """Whether a list must not change what the authority's officers stated here.

    A list that was not brought up to date must not end a suspension. It counts when it says something new and graver
    than the officers did.
    """
    existing = [period.status for period in _stated_by_officials(history, reading.day) if period.status]
    if not existing:
        return False
    listed = next((period.status for period in reversed(history) if not is_desk_list(period.source)), None)
    is_graver = stated is not None and _strength(stated) > max(map(_strength, existing))
    return stated is listed or not is_graver


def _stated_by_officials(history: tuple[record.StatusPeriod, ...], day: date) -> list[record.StatusPeriod]:
    """What officers stated for that day or a later one."""
    return [one for one in history if is_desk_list(one.source) and (one.to is None or one.to >= day)]


def _strength(status: LicenceStatus) -> int:
    answer = STATUSES[status].recruit
    if answer is Answer.NO:
        return 2 if status in _TEMPORARY else 3
    return 1 if answer is Answer.UNKNOWN else 0


def _ended_by_list(licence: record.Licence, reading: new_records.ListReading, is_unread: bool) -> record.Licence:
    """A licence that is not on its list any more: delisted, unless how it ended is known.

    One whose row could not be read has no stated status from that day on: to go on saying what stood there before would
    let a misspelt revocation pass for an active licence.
    """
    history = licence.status_history
    last = history[-1] if history else None
    if licence.valid_to is not None and licence.valid_to < reading.day:
        return licence
    if last is not None and last.to is None and _is_over(last):
        return licence
    if any(_is_over(period) for period in _stated_by_officials(history, reading.day)):
        return licence
    if is_unread:
        closed = record.closed_before(history, reading.day)
        return licence if closed == history else msgspec.structs.replace(licence, status_history=closed)
    period = record.StatusPeriod(
        status=LicenceStatus.DELISTED, from_=reading.day, source=reading.source, retrieved_at=reading.retrieved_at
    )
    return msgspec.structs.replace(licence, status_history=(*record.closed_before(history, reading.day), period))


def _is_over(period: record.StatusPeriod) -> bool:
    """A status that leaves nothing to take away: delisting would turn a sure `no` into `unknown`."""
    if period.status is None:
        return period.withheld is not None
    return period.status is LicenceStatus.DELISTED or STATUSES[period.status].recruit is Answer.NO


def _day_before(day: date, begun: date | None) -> date:
    """The day before, but no earlier than the fact began."""
    before = day - timedelta(days=1)
    return before if begun is None or begun <= before else begun
