"""Sanctions by the API: the same acts as the pages, for officers of the licence's own authority."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.acts import Answered, act_view, serve_acts
from registry.api.officers.guard import officer_may
from registry.api.restx import Namespace, Resource
from registry.core.clock import now
from registry.http.responses import Answer, etag
from registry.http.schemas import request_schema, response_schema
from registry.officer_acts.sanction_acts import ACTS, PROPOSALS, find_sanction
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import AuthenticatedOfficer
from registry.supervision.sanctions import queries
from registry.supervision.sanctions.models import Sanction, SanctionMove, WorkersInPlace
from registry.supervision.sanctions.moves import today_at
from registry.supervision.sanctions.rules import By
from schemas.sanctions import (
    DeskSanctionSchema,
    SanctionsSchema,
    WorkersInPlaceSchema,
)

_WORKERS = WorkersInPlaceSchema.of(WorkersInPlace)

ns = Namespace("sanctions", path="/sanctions")

SANCTION = rights.Resource.SANCTION
ADDRESS = "/<sanction_id>"


ANSWERED = Answered(
    DeskSanctionSchema(),
    lambda session, me, reference, _: _payload(session, me, find_sanction(session, me, reference)),
    "/api/v1/sanctions/{sanction_id}",
)


@ns.route("")
class Sanctions(Resource):
    @officer_may(SANCTION, Act.READ)
    @request_schema()
    @response_schema(SanctionsSchema(), "listSanctions", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List the sanctions of your authority.

        What waits for a second person first, then what is prepared, in force, and the latest hundred that are over.
        """
        found = queries.sanctions_of(session, me.standing.authority, _today(session, me))
        mine = [one.sanction for one in found if not me.has_conflict(one.sanction.agency)]
        return Answer({"items": [_summary(one) for one in mine]})

    post = act_view("/sanctions", PROPOSALS, PROPOSALS["new"], ANSWERED)


@ns.route("/<sanction_id>")
class OneSanction(Resource):
    @officer_may(SANCTION, Act.READ)
    @request_schema()
    @response_schema(DeskSanctionSchema(), "getSanction", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, sanction_id: str) -> Answer:
        """Read one sanction, with its history and the moves open to you."""
        return _payload(session, me, find_sanction(session, me, sanction_id))

    put = act_view(ADDRESS, ACTS, ACTS["edit"], ANSWERED)


serve_acts(ns, ADDRESS, ACTS, ANSWERED, exclude=("edit",))


def _today(session: Session, me: AuthenticatedOfficer) -> date:
    return today_at(session, me.standing.authority, now())


def _payload(session: Session, me: AuthenticatedOfficer, sanction: Sanction) -> Answer:
    payload = queries.sanction_view(session, sanction, me.officer.reference, _today(session, me))
    may = {
        By.PROPOSER: me.standing.may(SANCTION, Act.PROPOSE),
        By.APPROVER: me.standing.may(SANCTION, Act.APPROVE),
    }
    ways = {to: lack for (to, by), lack in payload.ways.items() if may[by]}
    answer = _summary(sanction) | {
        "workers_in_place": None if payload.workers is None else _WORKERS.write(payload.workers),
        "moves": [_move(one) for one in payload.moves],
        "ways": [{"to": to, "lacking": lack} for to, lack in ways.items()],
    }
    return Answer(answer, headers=(etag(sanction.version),))


def _summary(one: Sanction) -> dict[str, Any]:
    ending = {"to": one.ending_to, "ground": one.ending_ground, "asked_by": one.ending_by}
    return {
        "sanction_id": one.reference,
        "agency_id": one.agency,
        "licence_id": one.licence,
        "kind": one.kind,
        "state": one.state,
        "rests_on_decision": one.decision is not None,
        "is_urgent": one.is_urgent,
        "legal_ground": one.legal_ground,
        "amount": one.amount,
        "currency": one.currency,
        "points": one.points,
        "public_text": one.public_text,
        "effective_from": one.effective_from,
        "in_force_on": one.in_force_on,
        "until": one.until,
        "appeal_deadline": one.appeal_deadline,
        "publish_until": one.publish_until,
        "proposed_by": one.proposed_by,
        "proposed_on": one.proposed_on,
        "approved_by": one.approved_by,
        "approved_on": one.approved_on,
        "ending": None if one.ending_to is None else ending,
        "version": one.version,
    }


def _move(one: SanctionMove) -> dict[str, Any]:
    return {
        "from": one.from_state,
        "to": one.to_state,
        "on": one.on_day,
        "by": one.actor or None,
        "ground": one.ground,
        "entry": one.entry,
    }
