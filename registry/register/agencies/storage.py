"""How the parts of a public record lie in fact rows, and back.

One table of families drives reading, writing and comparing. `amended_facts` says what the facts say after an amendment:
what is repeated keeps its row, source and first retrieval, in its place. actions.py writes the same to the fact tables; a
test holds what is read from them to what is said here.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from registry.core.db.engine import EPOCH, Base, microseconds
from registry.core.db.reading import is_among
from registry.core.errors import NotFound
from registry.register.agencies import models, record
from registry.vocabulary.record import TERM_DAYS, TERM_LINES, TERM_TYPES, TERMS

_RENAMED = {
    "from_": "held_from",
    "to": "held_to",
    "sanction_id": "reference",
    "agreement_id": "reference",
    "licence_id": "licence",
}


class Family(NamedTuple):
    """One kind of fact: where it stands in the record, its part, its table, and which fields lie in which columns."""

    attribute: str
    part: type[record.Sourced]
    model: type[Base]
    columns: Mapping[str, str]


def _family(attribute: str, part: type[record.Sourced], model: type[Base]) -> Family:
    fields = [field for field in part.__struct_fields__ if field != "withheld"]
    return Family(attribute, part, model, {field: _RENAMED.get(field, field) for field in fields})


FAMILIES = (
    _family("names", record.Name, models.AgencyName),
    _family("identifiers", record.Identifier, models.AgencyIdentifier),
    _family("deposits", record.Deposit, models.Deposit),
    _family("intermediaries", record.Intermediary, models.Intermediary),
    _family("channels", record.Channel, models.Channel),
    _family("sanctions", record.Sanction, models.PublishedSanction),
    _family("clone_warnings", record.Warning_, models.CloneWarning),
)

IN_RECORD = ("names", "identifiers")
"""Facts that are read from the public record. Their rows are written for the former release alone (docs/decisions/0140)."""

PROFILE = (
    "country",
    "role",
    "holder_kind",
    "place",
    "dissolved_on",
    "is_correction_requested",
    "source",
    "retrieved_at",
)
TERM = (*TERMS, "source", "retrieved_at")
STATUS = _family("status_history", record.StatusPeriod, models.LicenceStatusPeriod)
_STORED_AS_JSON = {name: kind for name, kind in TERM_TYPES.items() if name not in (*TERM_DAYS, *TERM_LINES)}


def _as_is(value: Any) -> Any:
    return value


class _Forms(dict[type, Callable[[Any], Any]]):
    def __missing__(self, kind: type) -> Callable[[Any], Any]:
        # A word of a closed set; its type is remembered, for imports ask this a million times.
        assert issubclass(kind, StrEnum)
        self[kind] = _WORD_OF
        return _WORD_OF


_WORD_OF = attrgetter("_value_")
_STORED_AS = _Forms(
    {
        type(None): _as_is,
        str: _as_is,
        int: _as_is,
        bool: _as_is,
        datetime: lru_cache(256)(microseconds),
        date: date.isoformat,
        tuple: lambda value: record.canonical(value).decode(),
    }
)


def stored(value: Any) -> Any:
    """A field's value as the driver is to be handed it (see registry.core.db.engine.bulk_insert)."""
    return _STORED_AS[type(value)](value)


def stored_values(values: Iterable[Any]) -> list[Any]:
    """As `stored` of each; most are stored as they are."""
    return [value if (kind := type(value)) in _STORED_AS_IS else _STORED_AS[kind](value) for value in values]


_STORED_AS_IS = frozenset({type(None), str, int, bool})


def same_statement(one: record.Sourced, other: record.Sourced) -> bool:
    """Whether two facts say the same, regardless of their source and of when they were read."""
    return msgspec.structs.replace(one, source=other.source, retrieved_at=other.retrieved_at) == other


def rows_of(family: Family, owner: int, parts: Iterable[Any], recorded_at: int) -> list[tuple[Any, ...]]:
    """The rows of some parts, to be inserted under `columns_of(family)`."""
    fields = attrgetter(*family.columns)
    return [(owner, recorded_at, *stored_values(fields(part))) for part in parts]


def columns_of(family: Family, owner: str = "agency_id") -> tuple[str, ...]:
    return (owner, "recorded_at", *family.columns.values())


def current_rows(session: Session, model: Any, owner: str, owners: Sequence[int]) -> Sequence[Any]:
    """The rows of a fact table that the registry still says, in the order they were first said."""
    table = model.__table__
    query = (
        select(table)
        .where(is_among(session, table.c[owner], owners), table.c.superseded_at.is_(None))
        .order_by(table.c.id)
    )
    return session.execute(query).all()


def parts_by_owner(rows: Iterable[Any], family: Family, owner: str = "agency_id") -> dict[int, list[tuple[int, Any]]]:
    """For each owner its (row id, part) pairs."""
    found: dict[int, list[tuple[int, Any]]] = defaultdict(list)
    for row in rows:
        values = row._mapping
        part = family.part(**{field: values[column] for field, column in family.columns.items()})
        found[values[owner]].append((values["id"], part))
    return found


def _terms_of(row: Mapping[Any, Any]) -> dict[str, Any]:
    """The columns of a licence's terms as fields of its record; None where nothing was stated."""
    scope = {name: msgspec.convert(row[name], kind) for name, kind in _STORED_AS_JSON.items()}
    return {name: row[name] for name in TERM} | scope


def load_record(session: Session, reference: str) -> record.Agency:
    """The whole current record of one agency by its reference. Raises NotFound."""
    row_id = row_ids(session, [reference])[reference]
    return load_records(session, [row_id])[row_id]


def load_records(session: Session, agency_ids: Sequence[int]) -> dict[int, record.Agency]:
    """The whole current record of each agency, built from its fact rows, and from its public record what is IN_RECORD."""
    identities = session.execute(
        select(models.Agency.id, models.Agency.reference, models.Agency.erased_at).where(
            is_among(session, models.Agency.id, agency_ids)
        )
    ).all()
    published = published_records(session, agency_ids)
    profiles = {row.agency_id: row for row in current_rows(session, models.AgencyProfile, "agency_id", agency_ids)}
    families = {
        family.attribute: parts_by_owner(current_rows(session, family.model, "agency_id", agency_ids), family)
        for family in FAMILIES
        if family.attribute not in IN_RECORD
    }
    licences = _load_licences(session, agency_ids)
    agreements = _load_agreements(session, agency_ids)
    return {
        agency_id: record.Agency(
            agency_id=reference,
            withheld=record.WITHHELD if erased_at else None,
            **_facts_of(profiles[agency_id], families, agency_id),
            **{} if erased_at else {name: getattr(published[agency_id], name) for name in IN_RECORD},
            licences=tuple(licences.get(agency_id, ())),
            agreements=tuple(agreements.get(agency_id, ())),
        )
        for agency_id, reference, erased_at in identities
        if agency_id in profiles
    }


def _facts_of(profile: Any, families: Mapping[str, Mapping[int, list[tuple[int, Any]]]], agency_id: int) -> Any:
    """The fields of a record that come from the profile and from the families of facts."""
    facts: dict[str, Any] = {field: getattr(profile, field) for field in PROFILE}
    for attribute, parts in families.items():
        facts[attribute] = tuple(part for _, part in parts.get(agency_id, ()))
    return facts


def published_records(session: Session, agency_ids: Sequence[int]) -> dict[int, record.Agency]:
    """What the registry last told the public of each agency, by row id.

    To who holds the log it is what the facts say, read in one statement: facts are published with their transaction.
    """
    table = models.PublicRecord
    bodies = session.execute(
        select(table.agency_id, table.body)
        .where(is_among(session, table.agency_id, agency_ids))
        .order_by(table.agency_id)
    )
    return {agency_id: record.read_record(body) for agency_id, body in bodies}


def _load_licences(session: Session, agency_ids: Sequence[int]) -> dict[int, list[record.Licence]]:
    table = models.Licence.__table__
    identities = session.execute(
        select(table).where(is_among(session, table.c.agency_id, agency_ids)).order_by(table.c.id)
    ).all()
    licence_ids = [row.id for row in identities]
    terms = {row.licence_id: row for row in current_rows(session, models.LicenceTerm, "licence_id", licence_ids)}
    statuses = parts_by_owner(
        current_rows(session, models.LicenceStatusPeriod, "licence_id", licence_ids), STATUS, "licence_id"
    )
    found: dict[int, list[record.Licence]] = defaultdict(list)
    for row in identities:
        found[row.agency_id].append(
            record.Licence(
                licence_id=row.reference,
                authority=row.authority,
                country=row.country,
                kind=row.kind,
                number=row.number,
                status_place=row.status_place,
                status_history=in_order(part for _, part in statuses.get(row.id, ())),
                **_terms_of(terms[row.id]._mapping),
            )
        )
    return found


def in_order(periods: Iterable[record.StatusPeriod]) -> tuple[record.StatusPeriod, ...]:
    """A status history by the day each status began; an open beginning comes first."""
    return tuple(sorted(periods, key=lambda period: period.from_ or date.min))


def _agreements_query() -> tuple[Any, Select[Any]]:
    table = models.Agreement.__table__
    sending = models.Agency.__table__.alias("sending")
    receiving = models.Agency.__table__.alias("receiving")
    query = (
        select(table, sending.c.reference.label("sending"), receiving.c.reference.label("receiving"))
        .join(sending, sending.c.id == table.c.sending_id)
        .outerjoin(receiving, receiving.c.id == table.c.receiving_id)
        .where(table.c.superseded_at.is_(None))
        .order_by(table.c.id)
    )
    return table, query


def _load_agreements(session: Session, agency_ids: Sequence[int]) -> dict[int, list[record.Agreement]]:
    table, query = _agreements_query()
    query = query.where(
        is_among(session, table.c.sending_id, agency_ids) | is_among(session, table.c.receiving_id, agency_ids)
    )
    wanted = set(agency_ids)
    found: dict[int, list[record.Agreement]] = defaultdict(list)
    for row in session.execute(query):
        part = _agreement(row)
        for owner in {row.sending_id, row.receiving_id} & wanted:
            found[owner].append(part)
    return found


def agreement_record(session: Session, reference: str) -> tuple[int, record.Agreement, dict[str, int]] | None:
    """What the registry says of an agreement now: its row, the agreement, and its ends' references with their row ids."""
    table, query = _agreements_query()
    row = session.execute(query.where(table.c.reference == reference)).one_or_none()
    if row is None:
        return None
    ends = {row.sending: row.sending_id}
    if row.receiving is not None:
        ends[row.receiving] = row.receiving_id
    return row.id, _agreement(row), ends


def _agreement(row: Any) -> record.Agreement:
    employer = None
    if row.employer_name is not None:
        employer = record.Employer(
            name=row.employer_name, country=row.employer_country, identifier=row.employer_identifier
        )
    return record.Agreement(
        agreement_id=row.reference,
        sending=row.sending,
        receiving=row.receiving,
        employer=employer,
        authority=row.authority,
        number=row.number,
        origin=row.origin,
        destination=row.destination,
        sectors=None if row.sectors is None else msgspec.convert(row.sectors, tuple[record.Sector, ...]),
        from_=row.held_from,
        to=row.held_to,
        source=row.source,
        retrieved_at=row.retrieved_at,
    )


def erase_texts(session: Session, agency_id: int) -> None:
    """Destroy the free texts of an agency's licences, in every saying of them: they may name a natural person."""
    licences = select(models.Licence.id).where(models.Licence.agency_id == agency_id)
    session.execute(
        update(models.LicenceStatusPeriod)
        .where(models.LicenceStatusPeriod.licence_id.in_(licences))
        .values(ground_text=None)
    )
    term = models.LicenceTerm
    if TERM_LINES:
        session.execute(update(term).where(term.licence_id.in_(licences)).values(dict.fromkeys(TERM_LINES)))
    rows = session.execute(select(term.id, term.conditions).where(term.licence_id.in_(licences))).all()
    for row_id, conditions in rows:
        if any("text" in condition for condition in conditions or ()):
            stored = [{field: value for field, value in part.items() if field != "text"} for part in conditions]
            session.execute(update(term).where(term.id == row_id).values(conditions=stored))


def row_ids(session: Session, references: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(references), 500):
        query = select(models.Agency.reference, models.Agency.id).where(
            is_among(session, models.Agency.reference, references[start : start + 500])
        )
        found.update((reference, row_id) for reference, row_id in session.execute(query))
    missing = [reference for reference in references if reference not in found]
    if missing:
        raise NotFound(f"no agency has the reference {missing[0]}")
    return {reference: found[reference] for reference in references}


def supersede(session: Session, model: Any, column: str, values: Sequence[int], recorded_at: int) -> None:
    table = model.__table__
    for start in range(0, len(values), 500):
        session.connection().execute(
            update(table)
            .where(is_among(session, table.c[column], values[start : start + 500]), table.c.superseded_at.is_(None))
            .values(superseded_at=EPOCH + timedelta(microseconds=recorded_at))
        )


def differ(old: record.Sourced, new: record.Sourced, fields: Iterable[str]) -> bool:
    """Whether two sayings differ in more than where and when they were read."""
    return any(
        getattr(old, field) != getattr(new, field) for field in fields if field not in ("source", "retrieved_at")
    )


def amended_facts(old: record.Agency, new: record.Agency) -> record.Agency:
    """The record of a known agency once `new` is said of it, as it would be read from its facts."""
    profile = new if differ(old, new, PROFILE) else old
    facts: dict[str, Any] = {field: getattr(profile, field) for field in PROFILE}
    for family in FAMILIES:
        facts[family.attribute] = _merged(getattr(old, family.attribute), getattr(new, family.attribute))
    stated = {licence.licence_id: licence for licence in new.licences}
    known = [_amended_licence(one, stated.pop(one.licence_id, one)) for one in old.licences]
    return msgspec.structs.replace(old, **facts, licences=(*known, *stated.values()))


def _merged(old: Sequence[Any], new: Sequence[Any]) -> tuple[Any, ...]:
    if old == new:
        return tuple(old)
    fresh = list(new)
    retained = []
    for part in old:
        match = next((candidate for candidate in fresh if same_statement(part, candidate)), None)
        if match is not None:
            fresh.remove(match)
            retained.append(part)
    return (*retained, *fresh)


def _amended_licence(old: record.Licence, new: record.Licence) -> record.Licence:
    if old == new:
        return old
    term = new if differ(old, new, TERM) else old
    return msgspec.structs.replace(
        old,
        number=new.number,
        status_history=in_order(_merged(old.status_history, new.status_history)),
        **{field: getattr(term, field) for field in TERM},
    )
