"""Agencies about which a unit has several independent complaints, with names as far as the reader may see them."""

from collections.abc import Collection
from datetime import date

from sqlalchemy.orm import Session

from registry.complaints.sealing.sealer import Sealer
from registry.complaints.triage import patterns as pattern_queries
from registry.oversight.overview.rules import Period
from registry.oversight.overview.sheets import NamedPattern
from registry.register.agencies.queries import public_record


def named_patterns(
    session: Session,
    sealer: Sealer,
    unit: str,
    period: Period,
    today: date,
    *,
    reads_cases: bool,
    conflicts: Collection[str],
) -> list[NamedPattern]:
    """A unit's patterns. Names that complaints gave are shown only to officers who read cases.

    Others see that there is a pattern.     Agencies with which the officer has a conflict of interest are left out.
    """
    named = []
    for one in pattern_queries.patterns(session, sealer, unit, *period):
        agency_id = one.agency.get("agency_id")
        if agency_id in conflicts:
            continue
        name = (_registered(session, agency_id, today) or one.agency.get("name") or "") if reads_cases else ""
        named.append(
            NamedPattern(name, agency_id if reads_cases else None, one.independent, one.complaints, one.last_on)
        )
    return named


def _registered(session: Session, agency_id: str | None, today: date) -> str | None:
    record = None if agency_id is None else public_record(session, agency_id, today)
    return record.names[0].name if record is not None and record.names else None
