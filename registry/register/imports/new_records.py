"""From what a list says of an agency that the registry does not know yet to its first record. Pure."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec

from registry.core.db.engine import EPOCH
from registry.log.leaf import LIMIT
from registry.register.agencies import record
from registry.register.agencies.actions import UNPLACED
from registry.register.imports.statements import StatedLicence, Statement
from registry.vocabulary.record import TERM_DAYS, TERM_LINES
from registry.vocabulary.register import STATUSES, Answer

_KEEPS_BEGINNING = frozenset(status for status, rule in STATUSES.items() if rule.recruit is Answer.YES)
"""Statuses that, on a first reading without a date, are taken to hold since the licence began."""


class ListReading(NamedTuple):
    """One reading of one list. `day` is the day of retrieval where the authority sits."""

    source: str
    authority: str
    country: str
    is_full: bool
    retrieved_at: datetime
    day: date


def new_record(statement: Statement, reading: ListReading, agency_id: str, licence_ids: Sequence[str]) -> record.Agency:
    """The public record of an agency the registry has not held before."""
    stated: Any = {"source": reading.source, "retrieved_at": reading.retrieved_at}
    return record.Agency(
        agency_id=agency_id,
        country=statement.country,
        role=statement.role,
        holder_kind=statement.holder_kind,
        place=statement.place,
        dissolved_on=statement.dissolved_on,
        names=stated_names(statement, reading),
        identifiers=tuple(
            record.Identifier(scheme=one.scheme, value=one.value, has_failed_check=one.has_failed_check, **stated)
            for one in statement.identifiers
        ),
        channels=tuple(record.Channel(kind=one.kind, value=one.value, **stated) for one in statement.channels),
        licences=tuple(
            new_licence(licence, reading, licence_id)
            for licence, licence_id in zip(statement.licences, licence_ids, strict=True)
        ),
        **stated,
    )


def stated_names(statement: Statement, reading: ListReading) -> tuple[record.Name, ...]:
    """The names that a list states."""
    return tuple(
        record.Name(
            name=one.name, script=one.script, kind=one.kind, source=reading.source, retrieved_at=reading.retrieved_at
        )
        for one in statement.names
    )


def new_licence(stated: StatedLicence, reading: ListReading, licence_id: str) -> record.Licence:
    """A licence that the registry has not held before."""
    return record.Licence(
        licence_id=licence_id,
        authority=reading.authority,
        country=reading.country,
        kind=stated.kind,
        status_place=UNPLACED,
        number=stated.number,
        status_history=(first_period(stated, reading),),
        source=reading.source,
        retrieved_at=reading.retrieved_at,
        **stated_term(stated),
    )


def stated_term(stated: StatedLicence) -> dict[str, Any]:
    """The terms of a licence that a list states, as fields of its record."""
    conditions = stated.conditions
    return {name: getattr(stated, name) for name in (*TERM_DAYS, *TERM_LINES, "activities")} | {
        "corridors": None
        if stated.corridors is None
        else tuple(record.Corridor(origin=origin, destination=destination) for origin, destination in stated.corridors),
        "sectors": None
        if stated.sectors is None
        else tuple(record.Sector(code=code, nace_revision=revision) for code, revision in stated.sectors),
        "conditions": None
        if conditions is None
        else tuple(record.Condition(code=condition.code, text=condition.text) for condition in conditions),
    }


def first_period(stated: StatedLicence, reading: ListReading) -> record.StatusPeriod:
    """A bad status without a date holds from the reading on: when it began, the list does not say."""
    begins = stated.status_from or (stated.valid_from if stated.status in _KEEPS_BEGINNING else reading.day)
    return stated_period(stated, reading, begins)


def stated_period(stated: StatedLicence, reading: ListReading, begins: date | None) -> record.StatusPeriod:
    """The status that a list states, from a day on."""
    return record.StatusPeriod(
        status=stated.status,
        from_=begins,
        ground=stated.status_ground,
        publish_until=stated.publish_until,
        until=stated.status_until,
        source=reading.source,
        retrieved_at=reading.retrieved_at,
    )


_ENVELOPE = 512
"""Bytes that an entry adds to the record in it, generously."""


def fits(statement: Statement) -> bool:
    """Whether all that would be published of a new agency fits into entries of the log."""
    reading = ListReading("s" * 40, "a" * 40, statement.country, True, EPOCH, EPOCH.date())
    whole = new_record(statement, reading, "A" * 12, ["A" * 12] * len(statement.licences))
    parts = (msgspec.structs.replace(whole, licences=()), *whole.licences)
    return all(len(record.canonical(part)) + _ENVELOPE <= LIMIT for part in parts)
