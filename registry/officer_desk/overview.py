"""What the officers' console and API share of overviews: a unit's, as the officer may see it, and its files."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.core.spreadsheets import as_csv, as_xlsx
from registry.http.complaint_services import sealer
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.oversight.overview.agencies import named_patterns
from registry.oversight.overview.queries import Overview, overview
from registry.oversight.overview.rules import Period
from registry.oversight.overview.sheets import NAMES, NamedPattern, Sheet, sheets


class Viewer:
    """The officer who looks, kept for work after the request's transaction: rights and conflicts of interest."""

    def __init__(self, me: AuthenticatedOfficer) -> None:
        self.officer = me.officer.reference
        self.unit = me.standing.unit
        self.reads_cases = me.standing.may(Resource.CASE, Act.READ)
        self.may_export = me.standing.may(Resource.STATISTICS, Act.EXPORT)
        self.conflicts = me.conflicts


def seen(session: Session, viewer: Viewer, period: Period, at: datetime) -> tuple[Overview, list[NamedPattern]]:
    """The overview of the viewer's unit, and its agencies with patterns."""
    patterns = named_patterns(
        session,
        sealer(),
        viewer.unit,
        period,
        at.date(),
        reads_cases=viewer.reads_cases,
        conflicts=viewer.conflicts,
    )
    return overview(session, viewer.unit, period, at), patterns


def note_export(session: Session, viewer: Viewer, name: str, period: Period, at: datetime) -> None:
    """Record in the audit trail that an officer exports tables."""
    detail = f"{name} {period.from_on} {period.to_on}"
    record(
        session, "statistics.exported", viewer.unit, on=at.date(), actor=viewer.officer, detail=detail,
        unit=viewer.unit,
    )  # fmt: skip


Worded = Callable[[Sheet], Sheet]
"""A table with its codes in the words of a language."""


def table_file(
    session: Session, viewer: Viewer, table: str, period: Period, at: datetime, worded: Worded = lambda sheet: sheet
) -> bytes:
    """One table as CSV: with codes for programs, or as `worded` says it for people."""
    sheet = worded(sheets(*seen(session, viewer, period, at))[table])
    return as_csv(sheet.header, sheet.rows)


def workbook_file(
    session: Session, viewer: Viewer, period: Period, at: datetime, worded: Worded = lambda sheet: sheet
) -> bytes:
    """All tables as one XLSX."""
    whole = sheets(*seen(session, viewer, period, at))
    return as_xlsx(worded(whole[name]) for name in NAMES)


def file_name(table: str | None, viewer: Viewer, period: Period) -> str:
    of, kind = ("overview", "xlsx") if table is None else (f"overview-{table}", "csv")
    return f"{of}-{viewer.unit}-{period.from_on}-{period.to_on}.{kind}"
