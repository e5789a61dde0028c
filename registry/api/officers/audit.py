"""The audit by the API: a unit's lines, whether the chain holds, and a copy to keep elsewhere."""

from collections.abc import Iterator
from typing import Any

from flask import stream_with_context
from sqlalchemy.orm import Session

from registry.api.officers.guard import officer_may
from registry.api.restx import Namespace, Resource
from registry.audit import queries as chain
from registry.audit.actions import record
from registry.core.clock import now
from registry.http.responses import Answer, File
from registry.http.schemas import BYTES, request_schema, response_file, response_schema
from registry.http.transaction import reading
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import AuthenticatedOfficer
from registry.oversight import trail as oversight
from registry.oversight.trail import Line, Wanted
from schemas.audit import (
    AuditFilterSchema,
    AuditHeadQuerySchema,
    AuditLineSchema,
    AuditLinesSchema,
    AuditQuerySchema,
    AuditVerificationSchema,
)

_LINE = AuditLineSchema.of(Line)

ns = Namespace("audit", path="/audit")

A_PAGE = 100


@ns.route("/lines")
class Lines(Resource):
    @officer_may(rights.Resource.AUDIT, Act.READ)
    @request_schema(AuditQuerySchema())
    @response_schema(AuditLinesSchema(), "listAuditLines", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, before: int | None = None, **asked: Any) -> Answer:
        """List your unit's lines of the audit trail, the latest first.

        What its people did, and what was done about its cases, people and keys. Days and no hours. Asking is itself a line, once
        a day.
        """
        unit = me.standing.unit
        oversight.note_reading(session, "audit.read", unit, on=now().date(), actor=me.officer.reference, unit=unit)
        found = oversight.lines_of(session, unit, wanted(**asked), before=before, limit=A_PAGE + 1)
        payload = found[:A_PAGE]
        return Answer(
            {
                "items": [_LINE.write(line) for line in payload],
                "next_before": payload[-1].number if len(found) > A_PAGE else None,
            }
        )


@ns.route("/verification")
class Verification(Resource):
    @officer_may(rights.Resource.AUDIT, Act.READ, reads=True)
    @request_schema(AuditHeadQuerySchema())
    @response_schema(AuditVerificationSchema(), "verifyAudit", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, head: str | None = None) -> Answer:
        """Verify the whole chain of the audit trail.

        Every unit's lines, none of which is shown; with `head` it is held to one that was noted before.
        """
        found = chain.verify(session, None if head is None else chain.read_head(head))
        return Answer(
            {
                "holds": not found.troubles,
                "lines": found.head.size,
                "head": str(found.head),
                "troubles": found.troubles,
            }
        )


@ns.route("/export")
class Export(Resource):
    @officer_may(rights.Resource.AUDIT, Act.EXPORT)
    @request_schema(AuditFilterSchema())
    @response_file("exportAudit")
    def get(self, session: Session, me: AuthenticatedOfficer, **asked: Any) -> File:
        """Export your unit's lines of the audit trail.

        JSON Lines, the oldest first: the exact bytes of each line with the hash before and after it; the last one is the head.
        The export is itself a line, and the file holds it.
        """
        unit, today = me.standing.unit, now().date()
        record(session, "audit.exported", unit, on=today, actor=me.officer.reference, unit=unit)

        def lines() -> Iterator[bytes]:
            # After the commit, so that the copy has the line that tells of it.
            yield from oversight.exported(reading(), unit, wanted(**asked))

        return File(stream_with_context(lines()), BYTES, f"audit-{unit}-{today}.jsonl")


def wanted(reads: bool = False, **requested: Any) -> Wanted:
    return Wanted(**requested, is_reading=reads)
