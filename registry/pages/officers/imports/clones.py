"""What looks like a clone: pairs to be confirmed or set aside, and the warnings that stand on entries."""

from collections.abc import Callable

from flask import Blueprint, Response, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from registry.core.clock import now
from registry.officer_desk.licensing import collision_opened
from registry.officers.rights import Act, Resource
from registry.officers.sessions import Present
from registry.pages.officers.guard import allowed
from registry.pages.officers.licences.opening import official, require_no_interest
from registry.pages.officers.licences.showing import name_of
from registry.pages.officers.refusals import Refusal, attempt
from registry.pages.officers.rendering import page
from registry.supervision.collisions.rules import Sign, evidence
from registry.supervision.licensing import related_acts
from registry.supervision.licensing.drafting import is_of

pages = Blueprint("console_clones", __name__)


@pages.get("/clones")
@allowed(Resource.CLONE, Act.READ)
def clones(session: Session, me: Present) -> Response:
    return _list(session, me)


@pages.post("/clones/<reference>/confirm")
@allowed(Resource.CLONE, Act.APPROVE)
def confirm(session: Session, me: Present, reference: str) -> BaseResponse:
    collision_opened(session, me, reference)
    true_entry, text = request.form.get("true_entry", ""), request.form.get("text", "")
    return _done(
        session, me,
        lambda: related_acts.confirm_collision(session, official(me), reference, true_entry, text, now()),
    )  # fmt: skip


@pages.post("/clones/<reference>/dismiss")
@allowed(Resource.CLONE, Act.APPROVE)
def dismiss(session: Session, me: Present, reference: str) -> BaseResponse:
    collision_opened(session, me, reference)
    text = request.form.get("text", "")
    return _done(session, me, lambda: related_acts.dismiss_collision(session, official(me), reference, text, now()))


@pages.post("/clones/agencies/<agency>/warn")
@allowed(Resource.CLONE, Act.APPROVE)
def warn(session: Session, me: Present, agency: str) -> BaseResponse:
    require_no_interest(me, agency)
    text = request.form.get("text", "")
    return _done(session, me, lambda: related_acts.warn(session, official(me), agency, text, now()))


@pages.post("/clones/agencies/<agency>/lift")
@allowed(Resource.CLONE, Act.APPROVE)
def lift(session: Session, me: Present, agency: str) -> BaseResponse:
    require_no_interest(me, agency)
    number = request.form.get("number", "")
    place = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else None
    return _done(session, me, lambda: related_acts.lift(session, official(me), agency, place, now()))


def _done(session: Session, me: Present, act: Callable[[], object]) -> BaseResponse:
    refusal = attempt(session, act)
    return redirect("/console/clones", 303) if refusal is None else _list(session, me, refusal)


def _list(session: Session, me: Present, refusal: Refusal | None = None) -> Response:
    authority = official(me).authority
    return page(
        "imports/clones.html",
        here="imports",
        tab="clones",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        typed=request.form,
        found=[
            (
                one,
                both,
                evidence(both[0], both[1], [Sign(word) for word in one.signs]),
                [agency for agency in both if is_of(agency, authority)],
            )
            for one, both in related_acts.collisions_open(session, authority)
            if not any(me.has_conflict(agency.agency_id) for agency in both)
        ],
        warned=[one for one in related_acts.warned(session, authority) if not me.has_conflict(one.agency_id)],
        name_of=name_of,
        may_approve=me.standing.may(Resource.CLONE, Act.APPROVE),
    )
