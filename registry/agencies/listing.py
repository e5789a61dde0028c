"""The list of agencies: filters, search by number, identifier or beginning of a name, and a stable order to page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from registry.agencies import record
from registry.agencies.keys import LICENCE_NUMBER, NAME, name_key, number_key
from registry.agencies.models import (
    Agency,
    AgencyProfile,
    Licence,
    LicenceScope,
    LicenceStatusPeriod,
    LicenceTerm,
    LookupKey,
    PublicRecord,
)
from registry.held import AnySelect
from registry.ids import read_reference
from registry.terms import (
    EU_STATES,
    KINDS,
    SENDING_COUNTRIES,
    STATUSES,
    Answer,
    IdentifierScheme,
    LicenceStatus,
    Role,
    Territory,
)

_HOME = [kind for kind, rule in KINDS.items() if rule.territory is Territory.HOME]
_ABROAD = [kind for kind, rule in KINDS.items() if rule.territory is Territory.ABROAD]
_UNTIL_EXPIRY = [
    status
    for status, rule in STATUSES.items()
    if rule.recruit is not Answer.NO and status is not LicenceStatus.RENEWAL_PENDING_DEEMED_VALID
]


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to. `q` is free text; the licence filters must all hold of one licence."""

    q: str | None = None
    country: str | None = None
    role: Role | None = None
    origin: str | None = None
    destination: str | None = None
    sector: str | None = None
    status: LicenceStatus | None = None


class Match(NamedTuple):
    """Why an agency answers `q`: which kind of key, what it says, and a score of 0 to 100."""

    by: str
    value: str
    score: int


class Hit(NamedTuple):
    agency: record.Agency
    match: Match | None


class Place(NamedTuple):
    """A place in the order: the sort key of a search (empty without one) and the agency's row id."""

    sort: str
    agency_id: int


class Page(NamedTuple):
    items: list[Hit]
    next_place: Place | None
    total: int


def page_of_agencies(
    session: Session, filters: Filters, today: date, *, limit: int, after: Place | None = None
) -> Page:
    """At most `limit` agencies behind the place `after`: by how well `q` matches, else in the order of registration."""
    matches = _matches(filters.q) if filters.q is not None else None
    if matches is None:
        sort: ColumnElement[str] = literal("")
        query = select(AgencyProfile.agency_id, sort.label("sort"))
    else:
        sort = matches.c.sort
        query = select(AgencyProfile.agency_id, sort).join(matches, matches.c.agency_id == AgencyProfile.agency_id)
    query = query.where(AgencyProfile.unsaid_at.is_(None), *_conditions(filters, today))
    total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    place = AgencyProfile.agency_id if matches is None else tuple_(sort, AgencyProfile.agency_id)
    if after is not None:
        beyond: Any = after.agency_id if matches is None else tuple_(literal(after.sort), literal(after.agency_id))
        query = query.where(place > beyond)
    order = [AgencyProfile.agency_id] if matches is None else [sort, AgencyProfile.agency_id]
    rows = session.execute(query.order_by(*order).limit(limit + 1)).all()
    shown = rows[:limit]
    bodies = _bodies(session, [row.agency_id for row in shown])
    items = [
        Hit(record.withhold(record.read_record(bodies[row.agency_id]), today), _match(row.sort, filters.q))
        for row in shown
    ]
    last = Place(shown[-1].sort, shown[-1].agency_id) if len(rows) > limit else None
    return Page(items, last, total)


def _bodies(session: Session, agency_ids: list[int]) -> dict[int, bytes]:
    query = select(PublicRecord).where(PublicRecord.agency_id.in_(agency_ids))
    return {row.agency_id: row.body for row in session.execute(query).scalars()}


def _matches(q: str) -> Any:
    """The agencies `q` leads to, each with its best sort key: rank, kind and key, so that text order is rank order."""
    number, name = number_key(q), name_key(q)
    numbered = [
        and_(LookupKey.kind == kind, LookupKey.value == number)
        for kind in (LICENCE_NUMBER, *(scheme.value for scheme in IdentifierScheme))
    ]
    registered = [f"{country}:{number}" for country in sorted(EU_STATES | SENDING_COUNTRIES)]
    numbered.append(and_(LookupKey.kind == IdentifierScheme.REGISTRATION_NUMBER.value, LookupKey.value.in_(registered)))
    parts: list[AnySelect] = []
    if number:
        parts.append(_keyed("0", or_(*numbered)))
    if name:
        prefixed = and_(LookupKey.kind == NAME, LookupKey.value >= name, LookupKey.value < name + "\U0010ffff")
        parts.append(_keyed(case((LookupKey.value == name, "1"), else_="2"), prefixed))
    reference = read_reference(q)
    if reference is not None:
        sort = literal("0\tagency_id\t" + reference).label("sort")
        parts.append(select(Agency.id.label("agency_id"), sort).where(Agency.reference == reference))
        sort = literal("0\tlicence_id\t" + reference).label("sort")
        parts.append(select(Licence.agency_id, sort).where(Licence.reference == reference))
    if not parts:
        parts.append(select(Agency.id.label("agency_id"), literal("").label("sort")).where(literal(1) == literal(0)))
    every = parts[0].union_all(*parts[1:]).subquery()
    return select(every.c.agency_id, func.min(every.c.sort).label("sort")).group_by(every.c.agency_id).subquery()


def _keyed(rank: str | ColumnElement[str], condition: ColumnElement[bool]) -> AnySelect:
    sort = (literal(rank) if isinstance(rank, str) else rank) + "\t" + LookupKey.kind + "\t" + LookupKey.value
    return select(LookupKey.agency_id, sort.label("sort")).where(LookupKey.unsaid_at.is_(None), condition)


def _match(sort: str, q: str | None) -> Match | None:
    if q is None:
        return None
    rank, by, value = sort.split("\t", 2)
    score = 100 if rank != "2" else max(1, 100 * len(name_key(q)) // max(1, len(value)))
    return Match(by, value, min(score, 99) if rank == "2" else score)


def _conditions(filters: Filters, today: date) -> Iterator[ColumnElement[bool]]:
    if filters.country is not None:
        yield AgencyProfile.country == filters.country
    if filters.role is not None:
        yield AgencyProfile.role == filters.role
    of_licence = list(_licence_conditions(filters, today))
    if of_licence:
        yield exists().where(
            Licence.agency_id == AgencyProfile.agency_id,
            LicenceTerm.licence_id == Licence.id,
            LicenceTerm.unsaid_at.is_(None),
            *of_licence,
        )


def _licence_conditions(filters: Filters, today: date) -> Iterator[ColumnElement[bool]]:
    if filters.origin is not None or filters.destination is not None:
        yield _may_serve(filters.origin, filters.destination)
    if filters.sector is not None:
        digits = filters.sector.replace(".", "")
        wider = {filters.sector, digits[:2], f"{digits[:2]}.{digits[2:3]}"}
        yield or_(LicenceTerm.sectors.is_(None), _states("sector", LicenceScope.value.in_(wider)))
    if filters.status is not None:
        yield _has_status(filters.status, today)


def _may_serve(origin: str | None, destination: str | None) -> ColumnElement[bool]:
    """Stated corridors decide; where none is stated the kind's legal default does."""
    stated = [LicenceScope.value.like(f"{part}>%") | LicenceScope.value.like("*>%") for part in [origin] if part]
    stated += [LicenceScope.value.like(f"%>{part}") | LicenceScope.value.like("%>*") for part in [destination] if part]
    home: list[ColumnElement[bool]] = [Licence.kind.in_(_HOME)]
    abroad: list[ColumnElement[bool]] = [Licence.kind.in_(_ABROAD)]
    if destination is not None:
        home.append(Licence.country == destination)
        abroad.append(Licence.country != destination)
    if origin is not None:
        home.append(Licence.country == origin)
        abroad.append(Licence.country == origin)
    default = and_(LicenceTerm.corridors.is_(None), or_(and_(*home), and_(*abroad)))
    return or_(_states("corridor", and_(*stated)), default)


def _states(what: str, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(LicenceScope.licence_id == Licence.id, LicenceScope.what == what, condition)


def _has_status(status: LicenceStatus, today: date) -> ColumnElement[bool]:
    """The status today: stated and not withheld, or expired by the end of the term."""
    period = LicenceStatusPeriod
    covers = and_(
        period.licence_id == Licence.id,
        period.unsaid_at.is_(None),
        or_(period.held_from.is_(None), period.held_from <= today),
        or_(period.held_to.is_(None), period.held_to >= today),
        or_(period.publish_until.is_(None), period.publish_until >= today),
    )
    running = or_(LicenceTerm.valid_to.is_(None), LicenceTerm.valid_to >= today)
    if status is LicenceStatus.EXPIRED:
        ended = and_(LicenceTerm.valid_to < today, exists().where(covers, period.status.in_(_UNTIL_EXPIRY)))
        return or_(ended, exists().where(covers, period.status == LicenceStatus.EXPIRED))
    stated = exists().where(covers, period.status == status)
    return and_(running, stated) if status in _UNTIL_EXPIRY else stated
