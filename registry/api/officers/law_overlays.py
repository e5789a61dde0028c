"""Overlays of the law by the API: proposed by one operator, put into force by another, withdrawn by two."""

from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.endpoints import Answered, act_view, officer_may, serve_acts
from registry.api.restx import Namespace, Resource
from registry.http.responses import Answer, etag
from registry.http.schemas import response_schema
from registry.officer_acts.law_acts import LAW, LAW_OVERLAYS
from registry.officer_acts.permissions import reference_in
from registry.officers import rights
from registry.officers.sessions import AuthenticatedOfficer
from registry.register.law.overlays import models, queries
from schemas.law import DeskOverlaySchema, DeskOverlaysSchema

ns = Namespace("law-overlays", path="/law-overlays")

RESOURCE = rights.Resource.LAW


def _overlay_answer(session: Session, _me: AuthenticatedOfficer, overlay_id: str, _: object = None) -> Answer:
    row = queries.overlay_named(session, reference_in(overlay_id))
    return Answer(_overlay_payload(row), headers=(etag(row.version),))


ANSWERED = Answered(DeskOverlaySchema(), _overlay_answer, "/api/v1/law-overlays/{overlay_id}")


@ns.route("")
class LawOverlays(Resource):
    @officer_may(RESOURCE, rights.Act.READ)
    @response_schema(DeskOverlaysSchema(), "listLawOverlays", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List every overlay of the law, the newest first.

        Those in force stand for everybody in `GET /api/v1/regimes`.
        """
        return Answer({"items": [_overlay_payload(row) for row in queries.all_overlays(session)]})

    post = act_view("/law-overlays", LAW, "propose", ANSWERED)


@ns.route("/<overlay_id>")
class OneLawOverlay(Resource):
    @officer_may(RESOURCE, rights.Act.READ)
    @response_schema(DeskOverlaySchema(), "getLawOverlay", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, overlay_id: str) -> Answer:
        """Read an overlay of the law: its file, its rows, and who did what."""
        return _overlay_answer(session, me, overlay_id)


serve_acts(ns, "/<overlay_id>", LAW_OVERLAYS, ANSWERED)


def _overlay_payload(row: models.LawOverlay) -> dict[str, Any]:
    overlay = queries.overlay_payload(row)
    return {name: overlay[name] for name in ("reason", "rows", "kid", "file")} | {
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
