"""The licensing desk's side of agencies' entries: who may speak for an agency, and what agencies ask."""

from collections.abc import Callable

from flask import Blueprint, Response, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from registry.complaints.parties import accounts
from registry.core.clock import now
from registry.officer_desk.acting import require_no_interest
from registry.officer_desk.acts import OfficerAct
from registry.officer_desk.entry_acts import ACTS, official, request_opened
from registry.officers.models import OfficerChange
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.act_pages import Place, serve_acts
from registry.pages.officers.acting import names_in, sealer
from registry.pages.officers.agencies import agency_in, agency_name, suggestions
from registry.pages.officers.assets import address_of
from registry.pages.officers.guard import allowed
from registry.pages.officers.refusals import Refusal, attempt
from registry.pages.officers.rendering import page
from registry.supervision.entries import claims, queries
from registry.supervision.entries import decisions as deciding
from registry.vocabulary.register import STAFF_LANGUAGES, Language

pages = Blueprint("console_entries", __name__)
STYLES = address_of("handed.css")


@pages.get("/entries")
@allowed(Resource.ENTRY, Act.APPROVE)
def entries(session: Session, me: AuthenticatedOfficer) -> Response:
    return _list(session, me)


@pages.post("/entries/invitations")
@allowed(Resource.ENTRY, Act.APPROVE)
def invite(session: Session, me: AuthenticatedOfficer) -> BaseResponse:
    """A first officer names somebody of the agency; a second lets the invitation go out."""
    form = request.form

    def act() -> None:
        agency = agency_in(session, form)
        require_no_interest(me, agency)
        deciding.require_own(session, official(me), agency)
        unit = accounts.agency_unit(session, sealer(), agency, now().date())
        spoken = form.get("language", "")
        language = spoken if spoken in STAFF_LANGUAGES else Language.EN
        claims.invite(session, official(me), unit, form.get("name", ""), form.get("email", ""), language, now())

    return _done(session, me, act)


@pages.post("/entries/invitations/<reference>/approve")
@allowed(Resource.ENTRY, Act.APPROVE)
def approve(session: Session, me: AuthenticatedOfficer, reference: str) -> BaseResponse:
    _require_no_interest_in_invited(session, me, reference)
    codes: list[str | None] = []
    refusal = attempt(session, lambda: codes.append(claims.approve(session, official(me), reference, now())))
    # The code is shown here and nowhere else: it is handed over in person.
    return _list(session, me, refusal, code=codes[0] if codes else None)


@pages.post("/entries/invitations/<reference>/refuse")
@allowed(Resource.ENTRY, Act.APPROVE)
def refuse(session: Session, me: AuthenticatedOfficer, reference: str) -> BaseResponse:
    _require_no_interest_in_invited(session, me, reference)
    return _done(session, me, lambda: claims.refuse(session, official(me), reference, now()))


@pages.get("/entries/<reference>")
@allowed(Resource.ENTRY, Act.APPROVE)
def one(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    return _one(session, me, reference)


def _opened(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str) -> Place:
    request_opened(session, me, reference)
    return Place(reference, f"/console/entries/{reference}", lambda refusal: _one(session, me, reference, refusal))


serve_acts(pages, "/entries/<reference>", ACTS, _opened)


def _done(session: Session, me: AuthenticatedOfficer, act: Callable[[], object]) -> BaseResponse:
    refusal = attempt(session, act)
    return redirect("/console/entries", 303) if refusal is None else _list(session, me, refusal)


def _list(
    session: Session, me: AuthenticatedOfficer, refusal: Refusal | None = None, code: str | None = None
) -> Response:
    found = [one for one in queries.waiting(session, official(me)) if not me.has_conflict(one.agency)]
    invited: list[tuple[OfficerChange, str]] = [
        (change, agency) for change, agency in claims.invitations(session, official(me)) if not me.has_conflict(agency)
    ]
    agencies = {one.agency for one in found} | {agency for _, agency in invited}
    return page(
        "entries/list.html",
        here="entries",
        handed_styles=STYLES,
        status=refusal.status if refusal else 200,
        refusal=refusal,
        form=request.form,
        code=code,
        found=found,
        invited=invited,
        agencies={agency: agency_name(session, agency) for agency in agencies},
        names=names_in(session, me.standing.unit),
        suggested=suggestions(session, refusal, request.form),
        my_reference=me.officer.reference,
        today=now().date(),
        languages=STAFF_LANGUAGES,
    )


def _one(session: Session, me: AuthenticatedOfficer, reference: str, refusal: Refusal | None = None) -> Response:
    requested = request_opened(session, me, reference)
    unit = accounts.unit_of_agency(session, requested.agency)
    theirs = names_in(session, unit.reference) if unit is not None else {}
    return page(
        "entries/one.html",
        here="entries",
        handed_styles=STYLES,
        status=refusal.status if refusal else 200,
        refusal=refusal,
        form=request.form,
        asked=requested,
        agency=agency_name(session, requested.agency),
        names={**names_in(session, me.standing.unit), **theirs},
        today=now().date(),
    )


def _require_no_interest_in_invited(session: Session, me: AuthenticatedOfficer, reference: str) -> None:
    for change, agency in claims.invitations(session, official(me)):
        if change.reference == reference:
            require_no_interest(me, agency)
