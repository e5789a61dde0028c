"""What supervisors and auditors see of a unit by the API.

How its cases stand, and the same as tables; the lines of its audit trail, whether the chain holds, and a copy of it.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from flask import stream_with_context
from sqlalchemy.orm import Session

from registry.api.officers.endpoints import officer_may
from registry.api.restx import Namespace, Resource
from registry.audit import queries as chain
from registry.audit.actions import record
from registry.core.clock import now
from registry.core.errors import Fault, InvalidInput
from registry.http.responses import BYTES, Answer, File
from registry.http.schemas import request_schema, response_file, response_schema, written_answer
from registry.http.transaction import reading
from registry.officer_acts import overview
from registry.officers import rights
from registry.officers.sessions import AuthenticatedOfficer
from registry.oversight import rules, trail
from registry.oversight.overview import Came, DeadlineCounts, Open, Overview
from registry.vocabulary.codes import Problem
from schemas import oversight

_OVERVIEW = oversight.OverviewSchema.of(
    Overview,
    computed=["indicators", "agencies"],
    open=Open,
    clocks=DeadlineCounts,
    inflow=Came,
    decisions=rules.Spans,
)
_PATTERN = oversight.PatternSchema.of(overview.NamedPattern)

ns = Namespace("overview", path="/overview")


@ns.route("")
class Whole(Resource):
    @officer_may(rights.Resource.STATISTICS, rights.Act.READ, reads=True)
    @request_schema(oversight.OverviewQuerySchema())
    @response_schema(oversight.OverviewSchema(), "getOverview", cacheable=False)
    def get(
        self, session: Session, me: AuthenticatedOfficer, from_on: date | None = None, to_on: date | None = None
    ) -> Answer:
        """Read the figures of your unit's cases.

        Open ones as they stand today; the rest of the period. Exact counts for internal use: what may be published is
        `listStatistics`.
        """
        at = now()
        period = period_of(from_on, to_on, me.day(at))
        found, patterns = overview.read_overview(session, overview.Viewer(me), period, at)
        return written_answer(
            _OVERVIEW,
            found,
            indicators=[{"indicator": one, "complaints": count} for one, count in found.indicators.items()],
            agencies=[_PATTERN.write(one) for one in patterns],
        )


@ns.route("/table")
class Table(Resource):
    @officer_may(rights.Resource.STATISTICS, rights.Act.EXPORT)
    @request_schema(oversight.OverviewTableQuerySchema())
    @response_file("downloadOverviewTable")
    def get(
        self,
        session: Session,
        me: AuthenticatedOfficer,
        table: str,
        from_on: date | None = None,
        to_on: date | None = None,
    ) -> File:
        """Download one table of the overview as CSV.

        No cell can be read as a formula. It is a line of the audit.
        """
        return _export(session, me, table, from_on, to_on)


@ns.route("/workbook")
class Workbook(Resource):
    @officer_may(rights.Resource.STATISTICS, rights.Act.EXPORT)
    @request_schema(oversight.OverviewQuerySchema())
    @response_file("downloadOverview")
    def get(
        self, session: Session, me: AuthenticatedOfficer, from_on: date | None = None, to_on: date | None = None
    ) -> File:
        """Download all tables of the overview as one XLSX.

        A sheet for each. No cell can be read as a formula. It is a line of the audit.
        """
        return _export(session, me, None, from_on, to_on)


def period_of(from_on: date | None, to_on: date | None, today: date) -> rules.Period:
    """Raises InvalidInput for days that make none."""
    otherwise = rules.usual(today)
    period = rules.Period(from_on or otherwise.from_on, to_on or otherwise.to_on)
    if not rules.is_period(*period):
        detail = "must be on or before `to_on`, and two years before it at most"
        raise InvalidInput([Fault("from_on", Problem.CONTRADICTORY, detail)])
    return period


def _export(
    session: Session, me: AuthenticatedOfficer, table: str | None, from_on: date | None, to_on: date | None
) -> File:
    """One table of a period, or all of them as a workbook. It is a line of the audit."""
    at, viewer = now(), overview.Viewer(me)
    period = period_of(from_on, to_on, me.day(at))
    overview.note_export(session, viewer, table or "all", period, at)

    def counted() -> Iterator[bytes]:
        # Counted after the commit, by a session that only reads: it holds up no writer.
        if table is None:
            yield overview.workbook_file(reading(), viewer, period, at)
        else:
            yield overview.table_file(reading(), viewer, table, period, at)

    return File(stream_with_context(counted()), BYTES, overview.file_name(table, viewer, period))


_LINE = oversight.AuditLineSchema.of(trail.Line)

audit = Namespace("audit", path="/audit")

A_PAGE = 100


@audit.route("/lines")
class Lines(Resource):
    @officer_may(rights.Resource.AUDIT, rights.Act.READ)
    @request_schema(oversight.AuditQuerySchema())
    @response_schema(oversight.AuditLinesSchema(), "listAuditLines", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, before: int | None = None, **asked: Any) -> Answer:
        """List your unit's lines of the audit trail, the latest first.

        What its people did, and what was done about its cases, people and keys. Days and no hours. Asking is itself a line, once
        a day.
        """
        unit = me.standing.unit
        trail.note_reading(session, "audit.read", unit, on=me.day(now()), actor=me.officer.reference, unit=unit)
        found = trail.lines_of(session, unit, wanted(**asked), before=before, limit=A_PAGE + 1)
        next_before = found[A_PAGE - 1].number if len(found) > A_PAGE else None
        return Answer({"items": [_LINE.write(line) for line in found[:A_PAGE]], "next_before": next_before})


@audit.route("/verification")
class Verification(Resource):
    @officer_may(rights.Resource.AUDIT, rights.Act.READ, reads=True)
    @request_schema(oversight.AuditHeadQuerySchema())
    @response_schema(oversight.AuditVerificationSchema(), "verifyAudit", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, head: str | None = None) -> Answer:
        """Verify the whole chain of the audit trail.

        Every unit's lines, none of which is shown; with `head` it is held to one that was noted before.
        """
        found = chain.verify(session, None if head is None else chain.read_head(head))
        size, troubles = found.head.size, found.troubles
        return Answer({"holds": not troubles, "lines": size, "head": str(found.head), "troubles": troubles})


@audit.route("/export")
class Export(Resource):
    @officer_may(rights.Resource.AUDIT, rights.Act.EXPORT)
    @request_schema(oversight.AuditFilterSchema())
    @response_file("exportAudit")
    def get(self, session: Session, me: AuthenticatedOfficer, **asked: Any) -> File:
        """Export your unit's lines of the audit trail.

        JSON Lines, the oldest first: the exact bytes of each line with the hash before and after it; the last one is the head.
        The export is itself a line, and the file holds it.
        """
        unit, today = me.standing.unit, me.day(now())
        record(session, "audit.exported", unit, on=today, actor=me.officer.reference, unit=unit)

        def lines() -> Iterator[bytes]:
            # After the commit, so that the copy has the line that tells of it.
            yield from trail.exported(reading(), unit, wanted(**asked))

        return File(stream_with_context(lines()), BYTES, f"audit-{unit}-{today}.jsonl")


def wanted(reads: bool = False, **filters: Any) -> trail.Wanted:
    return trail.Wanted(**filters, is_reading=reads)
