"""The list of agencies: filters, search by number, identifier or name, and a stable order to page.

A name is found by what it is like and by how it begins, for it may be only half typed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from registry.core.db.reading import SelectAmong, SelectOnce, Source
from registry.core.ids import read_reference
from registry.register.agencies import record
from registry.register.agencies.keys import LICENCE_NUMBER, NAME, name_key, number_key
from registry.register.agencies.models import (
    Agency,
    AgencyProfile,
    Licence,
    LicenceScope,
    LicenceStatusPeriod,
    LicenceTerm,
    LookupKey,
)
from registry.register.agencies.queries import published
from registry.register.authorities.queries import AuthorityDays
from registry.register.names import scoring, spelling, words
from registry.register.names.models import IndexedName
from registry.register.names.queries import CANDIDATES, Filter, NameHit, search
from registry.register.names.query_variants import query_variants
from registry.vocabulary import register

MIN_PREFIX_LENGTH = 2
"""Characters with which a name must be begun to be listed by its beginning."""


def agencies_named(source: Source, text: str, limit: int, *, wanted: Filter | None = None) -> list[NameHit]:
    """Agencies that a name may mean, the best first, each by its best name; at most `limit`, filtered by `wanted`."""
    hits = {hit.agency_id: hit for hit in search(source, text, limit, wanted=wanted)}
    begun = name_key(text)
    if len(hits) < limit and len(begun) >= MIN_PREFIX_LENGTH:
        others = [agency_id for agency_id in _begun(source, begun, limit) if agency_id not in hits]
        stored = others if wanted is None else sorted(wanted(others)) if others else []
        hits |= {hit.agency_id: hit for hit in _by_beginning(source, text, begun, stored)}
    return sorted(hits.values(), key=lambda hit: (-hit.score, hit.agency_id))[:limit]


_BEGUN = SelectOnce(
    sa.select(LookupKey.agency_id)
    .where(
        LookupKey.kind == NAME,
        LookupKey.value >= sa.bindparam("begun"),
        LookupKey.value < sa.bindparam("end"),
        LookupKey.superseded_at.is_(None),
    )
    .order_by(LookupKey.value, LookupKey.agency_id)
    .limit(sa.bindparam("most"))
)
_NAMES = SelectAmong(
    IndexedName.agency_id,
    sa.select(IndexedName.agency_id, IndexedName.place, sa.type_coerce(IndexedName.kind, sa.String), IndexedName.name),
)


def _begun(source: Source, begun: str, limit: int) -> Sequence[int]:
    """The greatest code point closes the range: keys are compared byte by byte."""
    given = {"begun": begun, "end": begun + "\U0010ffff", "most": limit}
    return list(dict.fromkeys([agency_id for (agency_id,) in _BEGUN.rows(source, given)]))


def _by_beginning(source: Source, text: str, begun: str, agency_ids: Sequence[int]) -> list[NameHit]:
    if not agency_ids:
        return []
    hits: dict[int, NameHit] = {}
    readings = query_variants(text)
    for agency_id, _, kind, name in sorted(_NAMES.rows(source, agency_ids), key=lambda row: row[:2]):
        if not spelling.normalised(name).startswith(begun):
            continue
        nearness = max(scoring.FLOOR, scoring.best_match(readings, words.parted(name)).score)
        best = hits.get(agency_id)
        if best is None or nearness > best.score:
            hits[agency_id] = NameHit(
                agency_id, name, register.NameKind(kind), round(nearness, 2), register.Likeness.PART
            )
    return list(hits.values())


_HOME = [kind for kind, rule in register.KINDS.items() if rule.territory is not register.Territory.ABROAD]
_ABROAD = [kind for kind, rule in register.KINDS.items() if rule.territory is register.Territory.ABROAD]
_UNTIL_EXPIRY = [
    status.value
    for status, rule in register.STATUSES.items()
    if rule.recruit is not register.Answer.NO and status is not register.LicenceStatus.RENEWAL_PENDING_DEEMED_VALID
]


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to. `q` is free text, `scheme` and `value` an identifier in its place.

    The licence filters must all hold of one licence.
    """

    q: str | None = None
    scheme: register.IdentifierScheme | None = None
    value: str | None = None
    country: str | None = None
    role: register.Role | None = None
    origin: str | None = None
    destination: str | None = None
    sector: str | None = None
    status: register.LicenceStatus | None = None


class Match(NamedTuple):
    """Why an agency answers `q`: which kind of key, the number or name that matched, how well (0 to 100), and of a name how."""

    by: str
    value: str
    score: float
    kind: register.NameKind | None = None
    how: register.Likeness | None = None


class Hit(NamedTuple):
    agency: record.Agency
    match: Match | None


class Place(NamedTuple):
    """A place in the order: hundredths of the score, the best first (0 without a search), and the agency's row id."""

    rank: int
    agency_id: int


class Page(NamedTuple):
    items: list[Hit]
    next_place: Place | None
    total: int


def page_of_agencies(
    session: Session, filters: Filters, days: AuthorityDays, *, limit: int, after: Place | None = None
) -> Page:
    """At most `limit` agencies behind the place `after`: by how well `q` matches, else in the order of registration.

    A search finds at most `CANDIDATES` agencies by name and as many by number.
    """
    if filters.q is None and filters.value is None:
        matches: dict[int, Match] = {}
        agency_ids, is_more, total = _listed(session, filters, days, limit, after.agency_id if after else 0)
    else:
        matches = _matches(session, filters, days)
        ranked = sorted((_place(agency_id, match) for agency_id, match in matches.items()), key=_order)
        rest = [place.agency_id for place in ranked if after is None or _order(place) > _order(after)]
        agency_ids, is_more, total = rest[:limit], len(rest) > limit, len(ranked)
    agencies = zip(agency_ids, published(session, agency_ids, days.utc), strict=True)
    items = [Hit(agency, matches.get(agency_id)) for agency_id, agency in agencies]
    return Page(items, _place(agency_ids[-1], matches.get(agency_ids[-1])) if is_more else None, total)


def agencies_matching(session: Session, q: str, days: AuthorityDays) -> dict[int, Match]:
    """The agencies (row ids) that free text leads to, whole numbers and names alike, each with its best match."""
    return _matches(session, Filters(q=q), days)


def _place(agency_id: int, match: Match | None) -> Place:
    return Place(0 if match is None else round(100 * match.score), agency_id)


def _order(place: Place) -> tuple[int, int]:
    return -place.rank, place.agency_id


def _listed(
    session: Session, filters: Filters, days: AuthorityDays, limit: int, after: int
) -> tuple[list[int], bool, int]:
    fitting = sa.select(AgencyProfile.agency_id).where(
        AgencyProfile.superseded_at.is_(None), *_conditions(filters, days)
    )
    total = session.execute(sa.select(sa.func.count()).select_from(fitting.subquery())).scalar_one()
    behind = fitting.where(AgencyProfile.agency_id > after).order_by(AgencyProfile.agency_id).limit(limit + 1)
    rows = list(session.execute(behind).scalars())
    return rows[:limit], len(rows) > limit, total


def _matches(session: Session, filters: Filters, days: AuthorityDays) -> dict[int, Match]:
    """The agencies that `q` leads to and the filters leave, each with its best match: a number before any name."""
    conditions = list(_conditions(filters, days))

    def wanted(agency_ids: Sequence[int]) -> set[int]:
        fitting = sa.select(AgencyProfile.agency_id).where(AgencyProfile.superseded_at.is_(None), *conditions)
        stored: set[int] = set()
        for start in range(0, len(agency_ids), 500):
            some = AgencyProfile.agency_id.in_(agency_ids[start : start + 500])
            stored.update(session.execute(fitting.where(some)).scalars())
        return stored

    if filters.scheme is not None:
        identified = dict(_numbered(session, filters.value or "", [filters.scheme]))
        return {agency_id: identified[agency_id] for agency_id in wanted(list(identified))}
    q = filters.q or ""
    hits = agencies_named(session, q, CANDIDATES, wanted=wanted if conditions else None)
    found = {hit.agency_id: Match(NAME, hit.name, hit.score, hit.kind, hit.how) for hit in hits}
    numbered = dict(_numbered(session, q, [LICENCE_NUMBER, *register.IdentifierScheme])) | dict(_referred(session, q))
    return found | {agency_id: numbered[agency_id] for agency_id in wanted(list(numbered))}


def _numbered(session: Session, text: str, kinds: Sequence[str]) -> Iterator[tuple[int, Match]]:
    """Agencies by a whole licence number or identifier of these kinds."""
    number = number_key(text)
    if number:
        registration = register.IdentifierScheme.REGISTRATION_NUMBER.value
        keyed = sa.and_(LookupKey.kind.in_([str(kind) for kind in kinds]), LookupKey.value == number)
        if registration in kinds:
            registered = [f"{country}:{number}" for country in sorted(register.EU_STATES | register.SENDING_COUNTRIES)]
            keyed = sa.or_(keyed, sa.and_(LookupKey.kind == registration, LookupKey.value.in_(registered)))
        query = sa.select(LookupKey.agency_id, LookupKey.kind, LookupKey.value).where(
            LookupKey.superseded_at.is_(None), keyed
        )
        for agency_id, kind, value in session.execute(query.order_by(LookupKey.agency_id).limit(CANDIDATES)):
            yield agency_id, Match(kind, value, 100.0)


def _referred(session: Session, text: str) -> Iterator[tuple[int, Match]]:
    """The agency of a reference of ours, its own or that of a licence."""
    reference = read_reference(text)
    if reference is not None:
        for agency_id in session.execute(sa.select(Agency.id).where(Agency.reference == reference)).scalars():
            yield agency_id, Match("agency_id", reference, 100.0)
        for agency_id in session.execute(sa.select(Licence.agency_id).where(Licence.reference == reference)).scalars():
            yield agency_id, Match("licence_id", reference, 100.0)


def _conditions(filters: Filters, days: AuthorityDays) -> Iterator[sa.ColumnElement[bool]]:
    if filters.country is not None:
        yield AgencyProfile.country == filters.country
    if filters.role is not None:
        yield AgencyProfile.role == filters.role
    of_licence = list(_licence_conditions(filters, days))
    if of_licence:
        yield sa.exists().where(
            Licence.agency_id == AgencyProfile.agency_id,
            LicenceTerm.licence_id == Licence.id,
            LicenceTerm.superseded_at.is_(None),
            *of_licence,
        )


def _licence_conditions(filters: Filters, days: AuthorityDays) -> Iterator[sa.ColumnElement[bool]]:
    if filters.origin is not None or filters.destination is not None:
        yield _may_serve(filters.origin, filters.destination)
    if filters.sector is not None:
        digits = filters.sector.replace(".", "")
        wider = {filters.sector, digits[:2], f"{digits[:2]}.{digits[2:3]}"}
        yield sa.or_(LicenceTerm.sectors.is_(None), _states("sector", LicenceScope.value.in_(wider)))
    if filters.status is not None:
        yield has_status(filters.status, days)


def _may_serve(origin: str | None, destination: str | None) -> sa.ColumnElement[bool]:
    """Stated corridors decide; where none is stated the kind's legal default does."""
    stated = [LicenceScope.value.like(f"{part}>%") | LicenceScope.value.like("*>%") for part in [origin] if part]
    stated += [LicenceScope.value.like(f"%>{part}") | LicenceScope.value.like("%>*") for part in [destination] if part]
    home: list[sa.ColumnElement[bool]] = [Licence.kind.in_(_HOME)]
    abroad: list[sa.ColumnElement[bool]] = [Licence.kind.in_(_ABROAD)]
    if destination is not None:
        home.append(Licence.country == destination)
        abroad.append(Licence.country != destination)
    if origin is not None:
        home.append(Licence.country == origin)
        abroad.append(Licence.country == origin)
    default = sa.and_(LicenceTerm.corridors.is_(None), sa.or_(sa.and_(*home), sa.and_(*abroad)))
    return sa.or_(_states("corridor", sa.and_(*stated)), default)


def _states(what: str, condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(LicenceScope.licence_id == Licence.id, LicenceScope.what == what, condition)


def has_status(status: register.LicenceStatus, days: AuthorityDays) -> sa.ColumnElement[bool]:
    """The status today where its authority sits, as `verdicts.licence_rules.standing_on` has it of one licence.

    Of several periods of the day the gravest counts; one that is withheld hides all others.
    """
    today, period, other = days.in_sql(Licence.authority), LicenceStatusPeriod, aliased(LicenceStatusPeriod)
    graver, began = _gravity(other, days), sa.func.coalesce(other.held_from, date.min)
    own_gravity, own_began = _gravity(period, days), sa.func.coalesce(period.held_from, date.min)
    overrules = sa.or_(
        graver > own_gravity,
        sa.and_(graver == own_gravity, began > own_began),
        sa.and_(graver == own_gravity, began == own_began, other.id < period.id),
    )
    counts = sa.and_(
        _covers(period, today), ~sa.exists().where(_covers(other, today), overrules).correlate_except(other)
    )

    def stands(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        return sa.exists().where(counts, *conditions).correlate_except(period)

    stated = _effective_status(period, days)
    has_run_out = LicenceTerm.valid_to < today
    holder = aliased(AgencyProfile)
    is_dissolved = (
        sa.exists()
        .where(holder.agency_id == Licence.agency_id, holder.superseded_at.is_(None), holder.dissolved_on <= today)
        .correlate_except(holder)
    )
    if status is register.LicenceStatus.ANNULLED_ENTITY_DISSOLVED:
        return sa.or_(is_dissolved, stands(stated == status))
    if status is register.LicenceStatus.EXPIRED:
        found = sa.or_(
            stands(stated == status),
            stands(stated == register.LicenceStatus.WINDING_DOWN, period.until < today),
            sa.and_(
                has_run_out,
                sa.or_(
                    stands(stated.in_(_UNTIL_EXPIRY)),
                    ~sa.exists().where(_covers(period, today)).correlate_except(period),
                ),
            ),
        )
    elif status is register.LicenceStatus.WINDING_DOWN:
        found = stands(stated == status, sa.or_(period.until.is_(None), period.until >= today))
    elif status.value in _UNTIL_EXPIRY:
        found = sa.and_(stands(stated == status), sa.func.coalesce(~has_run_out, sa.true()))
    else:
        found = stands(stated == status)
    return sa.and_(~is_dissolved, found)


def _covers(period: type[LicenceStatusPeriod], today: sa.ColumnElement[date]) -> sa.ColumnElement[bool]:
    return sa.and_(
        period.licence_id == Licence.id,
        period.superseded_at.is_(None),
        sa.or_(period.held_from.is_(None), period.held_from <= today),
        sa.or_(period.held_to.is_(None), period.held_to >= today),
    )


def _effective_status(period: type[LicenceStatusPeriod], days: AuthorityDays) -> sa.ColumnElement[Any]:
    """The status of a period; an appeal that stays nothing leaves a revocation in force. Null: withheld by law."""
    is_in_force = sa.and_(period.status == register.LicenceStatus.REVOCATION_PENDING_APPEAL, ~period.is_stayed)
    return sa.case(
        (period.publish_until < days.utc, None),
        (is_in_force, sa.literal(register.LicenceStatus.REVOKED.value)),
        else_=sa.type_coerce(period.status, sa.String),
    )


def _gravity(period: type[LicenceStatusPeriod], days: AuthorityDays) -> sa.ColumnElement[int]:
    status = _effective_status(period, days)
    by_answer = [
        (status.in_([one.value for one, rule in register.STATUSES.items() if rule.recruit is answer]), gravity)
        for gravity, answer in enumerate((register.Answer.YES, register.Answer.UNKNOWN))
    ]
    return sa.case(*by_answer, else_=2)
