"""A unit's openings: what waits for a second person, what is open now, and what was lately."""

from flask import Blueprint, Response, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from registry.complaints.casework.access_grants import actions, queries
from registry.complaints.casework.access_grants.rules import LIVE, RIGHT_TO
from registry.core.clock import now
from registry.officer_desk.acting import require_right
from registry.officers.rights import Act, Resource
from registry.officers.sessions import Present
from registry.pages.officers.acting import names_in, sealer, version_sent
from registry.pages.officers.assets import address_of
from registry.pages.officers.cases.tabs import require_no_conflict
from registry.pages.officers.guard import allowed
from registry.pages.officers.refusals import Refusal, attempt
from registry.pages.officers.rendering import page
from registry.vocabulary.cases import OpeningKind

pages = Blueprint("console_unit_openings", __name__)


@pages.get("/openings")
@allowed(Resource.BREAK_GLASS, Act.READ)
def openings(session: Session, me: Present) -> Response:
    return _list(session, me)


@pages.post("/openings/<reference>/decide")
@allowed(Resource.BREAK_GLASS, Act.APPROVE)
def decide(session: Session, me: Present, reference: str) -> BaseResponse:
    _require_mine_to_decide(session, me, reference)
    form, is_granted = request.form, request.form.get("decision") == "grant"
    refusal = attempt(
        session,
        lambda: actions.decide(
            session, sealer(), me.standing.unit, me.officer.reference, reference, now(),
            is_granted=is_granted, answer=form.get("answer", ""), version=version_sent(),
        ),
    )  # fmt: skip
    return redirect("/console/openings", 303) if refusal is None else _list(session, me, refusal)


@pages.post("/openings/<reference>/end")
@allowed(Resource.BREAK_GLASS, Act.APPROVE)
def end(session: Session, me: Present, reference: str) -> BaseResponse:
    _require_mine_to_decide(session, me, reference)
    refusal = attempt(
        session,
        lambda: actions.end(
            session, me.standing.unit, me.officer.reference, reference, now(), is_own=False, version=version_sent()
        ),
    )
    return redirect("/console/openings", 303) if refusal is None else _list(session, me, refusal)


def decided_by(me: Present) -> list[OpeningKind]:
    """The kinds about which he decides."""
    return [kind for kind in OpeningKind if me.standing.may(RIGHT_TO[kind], Act.APPROVE)]


def _require_mine_to_decide(session: Session, me: Present, reference: str) -> None:
    """Raises NotFound for another unit's, Forbidden where the kind is not his or he has an interest in the agency."""
    case, opening = queries.one_of(session, me.standing.unit, reference)
    require_right(me, RIGHT_TO[opening.kind], Act.APPROVE)
    require_no_conflict(me, sealer(), case)


def _list(session: Session, me: Present, refusal: Refusal | None = None) -> Response:
    kinds, at = decided_by(me), now()
    found = queries.of_unit(session, sealer(), me.standing.unit, me.officer.reference, at, decides=kinds)
    return page(
        "openings/list.html",
        here="openings",
        handed_styles=address_of("handed.css"),
        case_styles=address_of("cases.css"),
        status=refusal.status if refusal else 200,
        refusal=refusal,
        form=request.form,
        found=found,
        kinds=kinds,
        live=LIVE,
        names=names_in(session, me.standing.unit),
        mine=me.officer.reference,
        may_open_cases=me.standing.may(Resource.CASE, Act.READ),
    )
