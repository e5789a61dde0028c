"""Overlays of the law by the API: proposed by one operator, put into force by another, withdrawn by two."""

from http import HTTPStatus
from typing import Any

from sqlalchemy.orm import Session

from registry.api.idempotency import claim
from registry.api.officers.acts import Answered, serve_acts
from registry.api.officers.guard import etag, officer_may
from registry.api.restx import Namespace, Resource
from registry.core.clock import now
from registry.http.query_reader import IdempotencyKey
from registry.http.responses import Answer
from registry.http.schemas import request_schema, response_schema
from registry.officer_desk.acting import reference_in
from registry.officer_desk.law_acts import LAW_OVERLAYS, operator_of
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import AuthenticatedOfficer
from registry.register.law.overlays import actions
from registry.register.law.overlays.models import LawOverlay
from registry.register.law.overlays.queries import all_overlays, overlay_named
from registry.register.law.overlays.view import overlay_payload
from schemas.law_overlays import DeskOverlaySchema, DeskOverlaysSchema, OverlayProposalSchema

ns = Namespace("law-overlays", path="/law-overlays")

LAW = rights.Resource.LAW


@ns.route("")
class LawOverlays(Resource):
    @officer_may(LAW, Act.READ)
    @request_schema()
    @response_schema(DeskOverlaysSchema(), "listLawOverlays", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List every overlay of the law, the newest first.

        Those in force stand for everybody in `GET /api/v1/regimes`.
        """
        return Answer({"items": [_payload(row) for row in all_overlays(session)]})

    @officer_may(LAW, Act.PROPOSE)
    @request_schema(OverlayProposalSchema(), body=True, idempotent=True)
    @response_schema(
        DeskOverlaySchema(),
        "proposeLawOverlay",
        (409, 413, 415),
        status=HTTPStatus.CREATED,
        location="/api/v1/law-overlays/{overlay_id}",
    )
    def post(
        self,
        session: Session,
        me: AuthenticatedOfficer,
        file: str,
        signature: str,
        idempotency_key: IdempotencyKey | None,
    ) -> Answer:
        """Propose a signed overlay of the law. Nothing is in force until another operator approves it.

        Refused, naming row and field, where it is not signed by an active law key, not later than the last one, or
        contradicts a row in force without naming it.
        """
        claim(session, "law overlay", f"officer {me.officer.reference}", idempotency_key)
        row = actions.propose(session, operator_of(me), file.encode(), signature, now())
        return _answered(row)


@ns.route("/<overlay_id>")
class OneLawOverlay(Resource):
    @officer_may(LAW, Act.READ)
    @request_schema()
    @response_schema(DeskOverlaySchema(), "getLawOverlay", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, overlay_id: str) -> Answer:
        """Read an overlay of the law: its file, its rows, and who did what."""
        return _one(session, overlay_id)


serve_acts(
    ns,
    "/<overlay_id>",
    LAW_OVERLAYS,
    Answered(DeskOverlaySchema(), lambda session, me, reference, _: _one(session, reference)),
)


def _one(session: Session, overlay_id: str) -> Answer:
    return _answered(overlay_named(session, reference_in(overlay_id)))


def _answered(row: LawOverlay) -> Answer:
    return Answer(_payload(row), headers=(etag(row.version),))


def _payload(row: LawOverlay) -> dict[str, Any]:
    displayed = overlay_payload(row)
    return {name: displayed[name] for name in ("reason", "rows", "kid", "file")} | {
        "overlay_id": row.reference,
        "state": row.state,
        "law_version": row.number,
        "proposed_by": row.proposed_by,
        "proposed_at": row.proposed_at,
        "decided_by": row.decided_by,
        "decided_at": row.decided_at,
        "withdrawal_asked_by": row.withdrawal_asked_by,
        "withdrawn_by": row.withdrawn_by,
        "withdrawn_at": row.withdrawn_at,
        "withdrawal_reason": row.reason,
        "version": row.version,
    }
