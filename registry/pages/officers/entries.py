"""Agencies' entries: what their people ask of the authority, and what its officers decide; and who speaks for an agency."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.complaints.case import units
from registry.core.calls import Call
from registry.core.clock import day_at, now
from registry.core.errors import NotFound
from registry.http.portals import see_other
from registry.http.transaction import services
from registry.officer_acts.acts import OfficerAct
from registry.officer_acts.entry_acts import ACTS, INVITATIONS, INVITED, OWN, find_request, official, representative
from registry.officer_acts.permissions import names_in
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.forms import Place, agency_name, chosen, serve_acts, suggestions
from registry.pages.officers.guard import form_at, page_at
from registry.pages.officers.rendering import Refusal, attempt, page
from registry.register.agencies.queries import public_record
from registry.supervision.entries import actions, queries, rules
from registry.vocabulary.register import STAFF_LANGUAGES
from registry.vocabulary.supervision import EntryPart, EntryRequestKind, EntryRequestState

pages = Blueprint("console_entry", __name__)

_PARTS = {part.value: part for part in EntryPart}


@form_at(pages, "/entry/<kind>", Resource.ENTRY, Act.PROPOSE)
def request_entry(session: Session, me: AuthenticatedOfficer, kind: str) -> Response:
    if kind not in set(EntryRequestKind):
        raise NotFound("there is no such form")

    def act() -> None:
        form, asked = request.form, EntryRequestKind(kind)
        part = chosen(form, "part", _PARTS, "one_of_list") if asked is EntryRequestKind.CORRECTION else None
        call = Call(session, representative(session, me), now())
        actions.ask(call, asked, form.get("text", ""), part)

    refusal = attempt(session, act)
    return see_other("/console/entry") if refusal is None else show_own_entry(session, me, refusal, kind)


def _find_own_request(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str) -> Place:
    return Place(reference, "/console/entry", lambda refusal: show_own_entry(session, me, refusal))


serve_acts(pages, "/entry/requests/<reference>", OWN, _find_own_request)


@page_at(pages, "/entry", Resource.ENTRY, Act.PROPOSE)
def show_own_entry(
    session: Session, me: AuthenticatedOfficer, refusal: Refusal | None = None, kind: str = ""
) -> Response:
    rep, at = representative(session, me), now()
    today = actions.day_of(session, rep.agency, at)
    agency = public_record(session, rep.agency, day_at(at, None))
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
        may_reply=rules.is_answerable(agency, today),
        parts=list(EntryPart),
        working_days=rules.WORKING_DAYS,
        names=names_in(session, me.standing.unit),
        has_wallets=services().settings.wallets is not None,
    )


def _find_request(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str) -> Place:
    find_request(session, me, reference)
    address = f"/console/entries/{reference}"
    return Place(reference, address, lambda refusal: show_request(session, me, reference, refusal))


serve_acts(pages, "/entries/<reference>", ACTS, _find_request)


def _invitation(session: Session, me: AuthenticatedOfficer, act: OfficerAct, /, reference: str = "") -> Place:
    table, names = (INVITED, (reference,)) if reference else (INVITATIONS, ())
    # The code is shown here and nowhere else: it is handed over in person.
    with_code = (lambda code: list_requests(session, me, code=code)) if act.name == "approve" else None
    found = table.find(session, me, act, *names)
    return Place(found, "/console/entries", lambda refusal: list_requests(session, me, refusal), afterwards=with_code)


serve_acts(pages, "/entries/invitations", INVITATIONS, _invitation)
serve_acts(pages, "/entries/invitations/<reference>", INVITED, _invitation)


@page_at(pages, "/entries", Resource.ENTRY, Act.APPROVE)
def list_requests(
    session: Session, me: AuthenticatedOfficer, refusal: Refusal | None = None, code: str | None = None
) -> Response:
    found = [one for one in queries.waiting(session, official(me)) if not me.has_conflict(one.agency)]
    invitations = actions.invitations(session, official(me))
    invited = [(change, agency) for change, agency in invitations if not me.has_conflict(agency)]
    agencies = {one.agency for one in found} | {agency for _, agency in invited}
    return page(
        "entries/list.html",
        here="entries",
        refusal=refusal,
        code=code,
        found=found,
        invited=invited,
        agencies={agency: agency_name(session, agency) for agency in agencies},
        names=names_in(session, me.standing.unit),
        suggested=suggestions(session, refusal, request.form),
        my_reference=me.officer.reference,
        today=me.day(now()),
        languages=STAFF_LANGUAGES,
    )


@page_at(pages, "/entries/<reference>", Resource.ENTRY, Act.APPROVE)
def show_request(
    session: Session, me: AuthenticatedOfficer, reference: str, refusal: Refusal | None = None
) -> Response:
    entry_request = find_request(session, me, reference)
    unit = units.unit_of_agency(session, entry_request.agency)
    theirs = names_in(session, unit.reference) if unit is not None else {}
    return page(
        "entries/one.html",
        here="entries",
        refusal=refusal,
        asked=entry_request,
        agency=agency_name(session, entry_request.agency),
        names={**names_in(session, me.standing.unit), **theirs},
        today=me.day(now()),
    )
