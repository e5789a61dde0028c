"""The agencies' own pages: what they are asked, and their answer. Nothing of a case is theirs."""

import secrets
from collections.abc import Callable, Mapping

from flask import Blueprint, Response, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from registry.complaints.attachments.actions import MOST_FILES
from registry.complaints.attachments.file_kinds import ENDINGS
from registry.complaints.parties.hearings import portal
from registry.core.clock import now
from registry.officers.rights import Act, Resource
from registry.officers.sessions import Present
from registry.pages.officers.acting import sealer, version_sent
from registry.pages.officers.assets import address_of
from registry.pages.officers.guard import allowed
from registry.pages.officers.refusals import Refusal, attempt
from registry.pages.officers.rendering import page

pages = Blueprint("console_heard", __name__)
STYLES = address_of("handed.css")


@pages.get("/hearings")
@allowed(Resource.HEARING, Act.ANSWER)
def heard(session: Session, me: Present) -> Response:
    found = portal.served(session, me.standing.unit, now().date())
    return page("hearings/served.html", here="hearings", handed_styles=STYLES, found=found)


@pages.get("/hearings/<reference>")
@allowed(Resource.HEARING, Act.ANSWER)
def one(session: Session, me: Present, reference: str) -> Response:
    return shown_again(session, me, reference)


@pages.post("/hearings/<reference>/keep")
@allowed(Resource.HEARING, Act.ANSWER)
def keep(session: Session, me: Present, reference: str) -> BaseResponse:
    return _done(session, me, reference, portal.keep, "text")


@pages.post("/hearings/<reference>/answer")
@allowed(Resource.HEARING, Act.ANSWER)
def answer(session: Session, me: Present, reference: str) -> BaseResponse:
    return _done(session, me, reference, portal.answer, "text")


@pages.post("/hearings/<reference>/longer")
@allowed(Resource.HEARING, Act.ANSWER)
def longer(session: Session, me: Present, reference: str) -> BaseResponse:
    return _done(session, me, reference, portal.ask_longer, "longer")


@pages.post("/hearings/<reference>/object")
@allowed(Resource.HEARING, Act.ANSWER)
def object_to(session: Session, me: Present, reference: str) -> BaseResponse:
    return _done(session, me, reference, portal.object_to, "objection")


def _done(session: Session, me: Present, reference: str, act: Callable[..., object], field: str) -> BaseResponse:
    """One of the portal's acts with what was written in a field of the form."""
    unit, who, version, text = me.standing.unit, me.officer.reference, version_sent(), request.form.get(field, "")
    refusal = attempt(session, lambda: act(session, sealer(), unit, who, reference, text, now(), version=version))
    return (
        redirect(f"/console/hearings/{reference}", 303)
        if refusal is None
        else shown_again(session, me, reference, refusal)
    )


def shown_again(
    session: Session,
    me: Present,
    reference: str,
    refusal: Refusal | None = None,
    form: Mapping[str, str] | None = None,
) -> Response:
    """The page, or what was refused on it; `form` in place of one that cannot be read."""
    shown = portal.read(session, sealer(), me.standing.unit, me.officer.reference, reference, now().date())
    return page(
        "hearings/served_one.html",
        here="hearings",
        handed_styles=STYLES,
        status=refusal.status if refusal else 200,
        refusal=refusal,
        form=request.form if form is None else form,
        shown=shown,
        most=portal.MOST_ANSWER,
        most_files=MOST_FILES,
        once=secrets.token_urlsafe(16),
        endings=",".join(f".{ending}" for ending in sorted({*ENDINGS.values(), "jpeg"})),
    )
