"""The partners' own pages: what was handed to their organisation, and their answer. Nothing else of the registry is theirs."""

from collections.abc import Callable

from flask import Blueprint, Response, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from registry.complaints.attachments.storage import store_of
from registry.complaints.parties.referrals import portal
from registry.core.clock import now
from registry.http.downloads import sent_file
from registry.http.transaction import services
from registry.officers.rights import Act, Resource
from registry.officers.sessions import Present
from registry.pages.officers.acting import names_in, sealer, version_sent
from registry.pages.officers.assets import address_of
from registry.pages.officers.guard import allowed
from registry.pages.officers.referrals.showing import answers_in, identity_in
from registry.pages.officers.refusals import Refusal, attempt
from registry.pages.officers.rendering import language, page

pages = Blueprint("console_referred", __name__)
STYLES = address_of("handed.css")


@pages.get("/referrals")
@allowed(Resource.REFERRAL, Act.ANSWER)
def referred(session: Session, me: Present) -> Response:
    found = portal.received(session, me.standing.unit, now().date())
    return page("referrals/received.html", here="referrals", handed_styles=STYLES, found=found)


@pages.get("/referrals/<reference>")
@allowed(Resource.REFERRAL, Act.ANSWER)
def one(session: Session, me: Present, reference: str) -> Response:
    return _one(session, me, reference)


@pages.get("/referrals/<reference>/files/<attachment>")
@allowed(Resource.REFERRAL, Act.ANSWER)
def file(session: Session, me: Present, reference: str, attachment: str) -> Response:
    _, name, body = portal.file(
        session,
        sealer(),
        store_of(services().settings),
        me.standing.unit,
        me.officer.reference,
        reference,
        attachment,
        now().date(),
    )
    return sent_file(body, name)


@pages.post("/referrals/<reference>/accept")
@allowed(Resource.REFERRAL, Act.ANSWER)
def accept(session: Session, me: Present, reference: str) -> BaseResponse:
    unit, who, version = me.standing.unit, me.officer.reference, version_sent()
    return _done(session, me, reference, lambda: portal.accept(session, unit, who, reference, now(), version=version))


@pages.post("/referrals/<reference>/decline")
@allowed(Resource.REFERRAL, Act.ANSWER)
def decline(session: Session, me: Present, reference: str) -> BaseResponse:
    unit, who, version = me.standing.unit, me.officer.reference, version_sent()
    reason = request.form.get("reason", "")
    refusal = attempt(
        session, lambda: portal.decline(session, sealer(), unit, who, reference, reason, now(), version=version)
    )
    # It is closed to this organisation from now on: back to the list.
    return redirect("/console/referrals", 303) if refusal is None else _one(session, me, reference, refusal)


@pages.post("/referrals/<reference>/report")
@allowed(Resource.REFERRAL, Act.ANSWER)
def report(session: Session, me: Present, reference: str) -> BaseResponse:
    unit, who, version = me.standing.unit, me.officer.reference, version_sent()
    text, is_done = request.form.get("text", ""), request.form.get("done") == "yes"
    return _done(
        session, me, reference,
        lambda: portal.report(
            session, sealer(), unit, who, reference, text, now(), is_done=is_done, version=version
        ),
    )  # fmt: skip


def _done(session: Session, me: Present, reference: str, act: Callable[[], object]) -> BaseResponse:
    refusal = attempt(session, act)
    if refusal is not None:
        return _one(session, me, reference, refusal)
    return redirect(f"/console/referrals/{reference}", 303)


def _one(session: Session, me: Present, reference: str, refusal: Refusal | None = None) -> Response:
    spoken = language()
    shown = portal.read(session, sealer(), me.standing.unit, me.officer.reference, reference, now().date())
    return page(
        "referrals/received_one.html",
        here="referrals",
        handed_styles=STYLES,
        status=refusal.status if refusal else 200,
        refusal=refusal,
        form=request.form,
        shown=shown,
        handed=shown.handed,
        answers=answers_in(spoken, shown.handed),
        identity=identity_in(spoken, shown.identity),
        names=names_in(session, me.standing.unit),
    )
