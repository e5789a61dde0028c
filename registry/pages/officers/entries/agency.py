"""An agency's own entry: what the public reads of it, and what its people ask of the authority."""

from flask import Blueprint, Response, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from registry.core.calls import Call
from registry.core.clock import now
from registry.core.errors import NotFound
from registry.officer_desk.acts import OfficerAct
from registry.officer_desk.entry_acts import OWN, representative
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.act_pages import Place, chosen, serve_acts
from registry.pages.officers.acting import names_in
from registry.pages.officers.guard import allowed
from registry.pages.officers.refusals import Refusal, attempt
from registry.pages.officers.rendering import page
from registry.register.agencies.queries import public_record
from registry.supervision.entries import queries
from registry.supervision.entries import requests as entry_requests
from registry.supervision.entries.rules import WORKING_DAYS, is_answerable
from registry.vocabulary.entries import EntryPart
from registry.vocabulary.licensing import EntryRequestKind, EntryRequestState

pages = Blueprint("console_entry", __name__)

_PARTS = {part.value: part for part in EntryPart}


@pages.get("/entry")
@allowed(Resource.ENTRY, Act.PROPOSE)
def entry(session: Session, me: AuthenticatedOfficer) -> Response:
    return _entry(session, me)


@pages.post("/entry/<kind>")
@allowed(Resource.ENTRY, Act.PROPOSE)
def ask(session: Session, me: AuthenticatedOfficer, kind: str) -> BaseResponse:
    if kind not in set(EntryRequestKind):
        raise NotFound("there is no such form")

    def act() -> None:
        form, asked = request.form, EntryRequestKind(kind)
        part = chosen(form, "part", _PARTS, "one_of_list") if asked is EntryRequestKind.CORRECTION else None
        call = Call(session, representative(session, me), now())
        entry_requests.ask(call, asked, form.get("text", ""), part)

    refusal = attempt(session, act)
    return redirect("/console/entry", 303) if refusal is None else _entry(session, me, refusal, kind)


def _opened(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str) -> Place:
    return Place(reference, "/console/entry", lambda refusal: _entry(session, me, refusal))


serve_acts(pages, "/entry/requests/<reference>", OWN, _opened)


def _entry(session: Session, me: AuthenticatedOfficer, refusal: Refusal | None = None, kind: str = "") -> Response:
    rep, today = representative(session, me), now().date()
    agency = public_record(session, rep.agency, today)
    if agency is None:
        raise NotFound("your agency's entry is not there any more")
    found = queries.requests_of(session, rep.agency)
    open_ = {one.kind for one in found if one.state is EntryRequestState.OPEN}
    return page(
        "entries/agency.html",
        here="entry",
        refusal=refusal,
        asked=kind,
        agency=agency,
        found=found,
        open=open_,
        reply=queries.reply_to(session, agency, today),
        may_reply=is_answerable(agency, today),
        parts=list(EntryPart),
        working_days=WORKING_DAYS,
        names=names_in(session, me.standing.unit),
    )
