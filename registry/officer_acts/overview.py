"""What the officers' console and API share of overviews: a unit's, as the officer may see it, and its files."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.complaints.triage.assessment import patterns
from registry.core.clock import day_at
from registry.core.spreadsheets import Cell, as_csv, as_xlsx
from registry.http.complaint_services import sealer
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.oversight.overview import Overview, overview
from registry.oversight.rules import Period
from registry.register.agencies.queries import public_record


class Sheet(NamedTuple):
    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]


class NamedPattern(NamedTuple):
    """An agency with a pattern under the name that is shown; `agency_id` where it is a registered one."""

    name: str
    agency_id: str | None
    independent: int
    complaints: int
    last_on: date


class Viewer:
    """The officer who looks, kept for work after the request's transaction: rights and conflicts of interest."""

    def __init__(self, me: AuthenticatedOfficer) -> None:
        self.officer = me.officer.reference
        self.unit = me.standing.unit
        self.reads_cases = me.standing.may(Resource.CASE, Act.READ)
        self.may_export = me.standing.may(Resource.STATISTICS, Act.EXPORT)
        self.conflicts = me.conflicts
        self.time_zone = me.standing.time_zone

    def day(self, at: datetime) -> date:
        return day_at(at, self.time_zone)


def read_overview(
    session: Session, viewer: Viewer, period: Period, at: datetime
) -> tuple[Overview, list[NamedPattern]]:
    """The overview of the viewer's unit, and its agencies with patterns."""
    return overview(session, viewer.unit, period, at), _named_patterns(session, viewer, period, day_at(at, None))


def _named_patterns(session: Session, viewer: Viewer, period: Period, today: date) -> list[NamedPattern]:
    """Agencies about which the unit has several independent complaints, but for those in which the officer has an interest.

    Names that complaints gave are shown only to officers who read cases; others see that there is a pattern.
    """
    named = []
    for one in patterns(session, sealer(), viewer.unit, *period):
        agency_id = one.agency.get("agency_id")
        if agency_id in viewer.conflicts:
            continue
        counts = one.independent, one.complaints, one.last_on
        if viewer.reads_cases:
            name = _registered_name(session, agency_id, today) or one.agency.get("name") or ""
            named.append(NamedPattern(name, agency_id, *counts))
        else:
            named.append(NamedPattern("", None, *counts))
    return named


def _registered_name(session: Session, agency_id: str | None, today: date) -> str | None:
    found = None if agency_id is None else public_record(session, agency_id, today)
    return found.names[0].name if found is not None and found.names else None


def note_export(session: Session, viewer: Viewer, name: str, period: Period, at: datetime) -> None:
    """Record in the audit trail that an officer exports tables."""
    detail = f"{name} {period.from_on} {period.to_on}"
    record(
        session, "statistics.exported", viewer.unit, on=viewer.day(at), actor=viewer.officer, detail=detail,
        unit=viewer.unit,
    )  # fmt: skip


NAMES = ("open", "clocks", "inflow", "indicators", "decisions", "agencies")


def sheets(found: Overview, patterns: Sequence[NamedPattern]) -> dict[str, Sheet]:
    """The tables by name, as in NAMES. A value that was not stated is an empty cell."""
    return {sheet.name: sheet for sheet in _sheets(found, patterns)}


def _sheets(found: Overview, patterns: Sequence[NamedPattern]) -> Iterator[Sheet]:
    yield Sheet("open", ("state", "priority", "age", "cases"), found.open_cases)
    yield Sheet("clocks", ("clock", "kept", "missed", "late", "running"), found.clocks)
    yield Sheet("inflow", ("week", "sector", "country", "complaints"), found.inflow)
    yield Sheet("indicators", ("indicator", "complaints"), list(found.indicators.items()))
    yield Sheet("decisions", ("days", "cases"), sorted(found.decisions.items()))
    yield Sheet("agencies", ("agency", "agency_id", "independent", "complaints", "last"), patterns)


Worded = Callable[[Sheet], Sheet]
"""A table with its codes in the words of a language."""


def table_file(
    session: Session, viewer: Viewer, table: str, period: Period, at: datetime, worded: Worded = lambda sheet: sheet
) -> bytes:
    """One table as CSV: with codes for programs, or as `worded` says it for people."""
    sheet = worded(sheets(*read_overview(session, viewer, period, at))[table])
    return as_csv(sheet.header, sheet.rows)


def workbook_file(
    session: Session, viewer: Viewer, period: Period, at: datetime, worded: Worded = lambda sheet: sheet
) -> bytes:
    """All tables as one XLSX."""
    whole = sheets(*read_overview(session, viewer, period, at))
    return as_xlsx(worded(whole[name]) for name in NAMES)


def file_name(table: str | None, viewer: Viewer, period: Period) -> str:
    of, kind = ("overview", "xlsx") if table is None else (f"overview-{table}", "csv")
    return f"{of}-{viewer.unit}-{period.from_on}-{period.to_on}.{kind}"
