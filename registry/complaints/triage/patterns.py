"""Agencies with several independent complaints to one unit: found by digest, copies told apart by similarity."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.casework.actions import in_unit
from registry.complaints.casework.queries import named_agency
from registry.complaints.sealing.sealer import Sealer
from registry.complaints.triage.assessment import COUNTED, MAX_COMPARED
from registry.complaints.triage.rules import INDEPENDENT_COMPLAINTS
from registry.complaints.triage.similarity import independent

MAX_AGENCIES = 20


class Pattern(NamedTuple):
    """`agency` as the first of its complaints names it (`agency_id` where it was picked from the registry, `name`)."""

    agency: dict[str, str]
    independent: int
    complaints: int
    last_on: date


def patterns(session: Session, sealer: Sealer, unit: str, from_on: date, to_on: date) -> list[Pattern]:
    """Agencies with three or more independent complaints to this unit, most first: at most 20, 50 compared of each.

    Complaints to other units are not counted: unit scoping holds for counts too.
    """
    within = (in_unit(unit), Case.state.in_(sorted(COUNTED)), Case.filed_on.between(from_on, to_on))
    often = (
        select(Case.agency_digest, func.count(), func.max(Case.filed_on))
        .where(*within, Case.agency_digest.is_not(None))
        .group_by(Case.agency_digest)
        .having(func.count() >= INDEPENDENT_COMPLAINTS)
        .order_by(func.count().desc(), Case.agency_digest)
        .limit(MAX_AGENCIES)
    )
    rows = session.execute(often).all()
    cases = _first_of(session, within, [row[0] for row in rows])
    alone = independent(session, [[case.id for case in found] for found in cases.values()])
    found = []
    for (digest, complaints, last_on), stored in zip(rows, alone, strict=True):
        given = named_agency(sealer, cases[digest][0])
        if len(stored) >= INDEPENDENT_COMPLAINTS and given is not None:
            found.append(Pattern(given, len(stored), complaints, last_on))
    return sorted(found, key=lambda one: -one.independent)


def _first_of(
    session: Session, within: Sequence[object], digests: Sequence[str | None]
) -> dict[str | None, list[Case]]:
    """The first 50 cases about each agency, in one query."""
    place = func.row_number().over(partition_by=Case.agency_digest, order_by=Case.id).label("place")
    numbered = select(Case.id, place).where(*within, Case.agency_digest.in_(digests)).subquery()  # type: ignore[arg-type]
    rows = session.scalars(
        select(Case).join(numbered, numbered.c.id == Case.id).where(numbered.c.place <= MAX_COMPARED).order_by(Case.id)
    )
    found: dict[str | None, list[Case]] = {digest: [] for digest in digests}
    for case in rows:
        found[case.agency_digest].append(case)
    return found
