"""Sanctions by the API: the same acts as the pages, for officers of the licence's own authority."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.endpoints import Answered, act_view, officer_may, serve_acts
from registry.api.restx import Namespace, Resource
from registry.core.clock import now
from registry.http.responses import Answer
from registry.http.schemas import response_schema, written_answer
from registry.officer_acts.sanction_acts import ACTS, PROPOSALS, find_sanction
from registry.officers import rights
from registry.officers.sessions import AuthenticatedOfficer
from registry.supervision.sanctions import models, moves, queries, rules
from schemas import sanctions

_SUMMARY = sanctions.SanctionSummarySchema.of(models.Sanction, computed=["rests_on_decision", "ending"])
_SANCTION = sanctions.DeskSanctionSchema.of(
    queries.SanctionView,
    inherited="sanction",
    computed=["rests_on_decision", "ending", "moves", "ways"],
    workers_in_place=models.WorkersInPlace,
)
_ENDING = sanctions.SanctionEndingSchema.of(models.Sanction)
_MOVE = sanctions.SanctionMoveSchema.of(models.SanctionMove, computed=["by"])

ns = Namespace("sanctions", path="/sanctions")

SANCTION = rights.Resource.SANCTION
ADDRESS = "/<sanction_id>"


def _sanction_answer(session: Session, me: AuthenticatedOfficer, reference: str, _: object = None) -> Answer:
    sanction = find_sanction(session, me, reference)
    payload = queries.sanction_view(session, sanction, me.officer.reference, _today(session, me))
    may = {
        rules.By.PROPOSER: me.standing.may(SANCTION, rights.Act.PROPOSE),
        rules.By.APPROVER: me.standing.may(SANCTION, rights.Act.APPROVE),
    }
    ways = {to: lack for (to, by), lack in payload.ways.items() if may[by]}
    return written_answer(
        _SANCTION,
        payload,
        **_computed(sanction),
        moves=[_MOVE.write(one, by=one.actor or None) for one in payload.moves],
        ways=[{"to": to, "lacking": lack} for to, lack in ways.items()],
    )


ANSWERED = Answered(sanctions.DeskSanctionSchema(), _sanction_answer, "/api/v1/sanctions/{sanction_id}")


@ns.route("")
class Sanctions(Resource):
    @officer_may(SANCTION, rights.Act.READ)
    @response_schema(sanctions.SanctionsSchema(), "listSanctions", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List the sanctions of your authority.

        What waits for a second person first, then what is prepared, in force, and the latest hundred that are over.
        """
        found = queries.sanctions_of(session, me.standing.authority, _today(session, me))
        mine = [one.sanction for one in found if not me.has_conflict(one.sanction.agency)]
        return Answer({"items": [_SUMMARY.write(one, **_computed(one)) for one in mine]})

    post = act_view("/sanctions", PROPOSALS, "new", ANSWERED)


@ns.route("/<sanction_id>")
class OneSanction(Resource):
    @officer_may(SANCTION, rights.Act.READ)
    @response_schema(sanctions.DeskSanctionSchema(), "getSanction", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, sanction_id: str) -> Answer:
        """Read one sanction, with its history and the moves open to you."""
        return _sanction_answer(session, me, sanction_id)

    put = act_view(ADDRESS, ACTS, "edit", ANSWERED)


serve_acts(ns, ADDRESS, ACTS, ANSWERED, exclude=("edit",))


def _today(session: Session, me: AuthenticatedOfficer) -> date:
    return moves.today_at(session, me.standing.authority, now())


def _computed(sanction: models.Sanction) -> dict[str, Any]:
    """What an answer says of a sanction beside its own attributes."""
    ending = None if sanction.ending_to is None else _ENDING.write(sanction)
    return {"rests_on_decision": sanction.decision is not None, "ending": ending}
