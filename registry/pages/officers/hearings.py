"""A case's tab of hearings: writing what an agency is asked, the reprisal check by another, serving it, and its answer."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.complaints.case.units import unit_of_agency
from registry.complaints.casework.decisions.rules import DRAFTED_IN, MAX_OBJECTION, SHORTEST_OBJECTION, USUAL_OBJECTION
from registry.complaints.casework.queries import ContainerView, case_view
from registry.complaints.parties.hearings import files, outcome, queries
from registry.complaints.parties.hearings.content import MAX_ALLEGATION
from registry.complaints.parties.hearings.moves import lacks_translation, languages_read
from registry.complaints.parties.hearings.rules import MAX_EXTENSION, SHORTEST, USUAL, may_have_longer
from registry.complaints.parties.models import Hearing
from registry.complaints.parties.steps import fetch_of_case, require_of_case
from registry.core.clock import now
from registry.http.complaint_services import sealer, store
from registry.officer_acts.acting import acting, names_in, officer_call, require_no_interest
from registry.officer_acts.acts import OfficerAct, OfficerActs
from registry.officer_acts.hearing_acts import ACTS, IN_CASE, read_hearing
from registry.officers.accounts import translators_of
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.files import sent_file
from registry.pages.officers.act_pages import Place, serve_acts
from registry.pages.officers.cases.tabs import CaseHead, case_page, open_case
from registry.pages.officers.decisions import choices
from registry.pages.officers.form_fields import agency_name, suggestions
from registry.pages.officers.guard import page_at
from registry.pages.officers.rendering import Refusal
from registry.vocabulary.cases import CaseState, HearingState
from registry.vocabulary.register import Language

pages = Blueprint("console_hearings", __name__)

_DECIDED_FROM = DRAFTED_IN - {CaseState.DECISION_DRAFT}
"""Where a case has no draft of a decision yet, and one can be written."""

ONE, CHECK, SERVE = "hearings/one.html", "hearings/check.html", "hearings/serve.html"


@page_at(pages, "/cases/<reference>/hearings", Resource.HEARING, Act.READ)
def list_hearings(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    head = open_case(session, me, reference)
    found = fetch_of_case(session, Hearing, acting(me, Resource.HEARING, Act.READ), reference)
    return case_page(
        "hearings/list.html",
        me,
        head,
        "hearing",
        found=found,
        agencies={one.agency: agency_name(session, one.agency) for one in found},
        names=names_in(session, me.standing.unit),
        may_propose=me.standing.may(Resource.HEARING, Act.PROPOSE),
        why_none=queries.why_none(session, head.case, me.day(now())),
    )


@page_at(pages, "/cases/<reference>/hearings/new", Resource.HEARING, Act.PROPOSE)
def show_draft_form(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    return _new(session, me, open_case(session, me, reference))


def _in_case(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str) -> Place:
    head = open_case(session, me, reference)
    address = f"/console/cases/{reference}/hearings"
    return Place(
        head.case.reference,
        address,
        lambda refusal: _new(session, me, head, refusal),
        is_list=True,
        then=_then_hand_in(),
    )


def _then_hand_in() -> Sequence[tuple[OfficerActs[Any], OfficerAct]]:
    """Handing in, where the button was pressed that saves a draft and hands it in."""
    return [(ACTS, ACTS["hand-in"])] if request.form.get("then") == "hand_in" else ()


serve_acts(pages, "/cases/<reference>/hearings", IN_CASE, _in_case)


@page_at(pages, "/cases/<reference>/hearings/<hearing>", Resource.HEARING, Act.READ)
def show_hearing(session: Session, me: AuthenticatedOfficer, reference: str, hearing: str) -> Response:
    return _hearing_page(session, me, open_case(session, me, reference), hearing)


@page_at(pages, "/cases/<reference>/hearings/<hearing>/files/<attachment>", Resource.HEARING, Act.READ)
def download_file(
    session: Session, me: AuthenticatedOfficer, reference: str, hearing: str, attachment: str
) -> Response:
    """The clean copy of a paper of the answer, to be saved and never shown in a page."""
    head = open_case(session, me, reference)
    require_no_interest(me, require_of_case(session, Hearing, head.case, hearing).agency)
    call = officer_call(session, me, Resource.HEARING, Act.READ)
    name, body = files.read_clean_copy(call, sealer(), store(), head.case, hearing, attachment)
    return sent_file(body, name)


@page_at(pages, "/cases/<reference>/hearings/<hearing>/check", Resource.HEARING, Act.APPROVE)
def show_check(session: Session, me: AuthenticatedOfficer, reference: str, hearing: str) -> Response:
    """The text beside what the complainant wrote, and how easily the complainant could be guessed."""
    return _hearing_page(session, me, open_case(session, me, reference), hearing, template=CHECK)


@page_at(pages, "/cases/<reference>/hearings/<hearing>/serve", Resource.HEARING, Act.PROPOSE)
def show_preview(session: Session, me: AuthenticatedOfficer, reference: str, hearing: str) -> Response:
    """Exactly what the agency will read."""
    return _hearing_page(session, me, open_case(session, me, reference), hearing, template=SERVE)


def _place_of_act(
    session: Session, me: AuthenticatedOfficer, act: OfficerAct, /, reference: str, hearing: str
) -> Place:
    head = open_case(session, me, reference)
    require_no_interest(me, require_of_case(session, Hearing, head.case, hearing).agency)
    template = {"approve": CHECK, "send-back": CHECK, "serve": SERVE}.get(act.name, ONE)
    address = f"/console/cases/{reference}/hearings/{hearing}"
    return Place(
        hearing,
        address,
        lambda refusal: _hearing_page(session, me, head, hearing, refusal, template),
        then=_then_hand_in() if act.name == "edit" else (),
    )


serve_acts(pages, "/cases/<reference>/hearings/<hearing>", ACTS, _place_of_act)


def _new(session: Session, me: AuthenticatedOfficer, head: CaseHead, refusal: Refusal | None = None) -> Response:
    return case_page(
        "hearings/new.html",
        me,
        head,
        "hearing",
        refusal=refusal,
        agencies=[(one, agency_name(session, one)) for one in head.agencies],
        suggested=suggestions(session, refusal, request.form),
        why_none=queries.why_none(session, head.case, me.day(now())),
        most=MAX_ALLEGATION,
        reads=_read_by(session, next(iter(head.agencies), None)),
        **_languages(session, me),
    )


def _hearing_page(
    session: Session,
    me: AuthenticatedOfficer,
    head: CaseHead,
    hearing: str,
    refusal: Refusal | None = None,
    template: str = ONE,
) -> Response:
    """A hearing: its page, the check beside what the complainant wrote, or the preview of what the agency will read."""
    require_no_interest(me, require_of_case(session, Hearing, head.case, hearing).agency)
    boxes = _read_boxes(session, me, head) if template == CHECK else ()
    view, today = read_hearing(session, me, hearing), me.day(now())
    return case_page(
        template,
        me,
        head,
        "hearing",
        refusal=refusal,
        shown=view,
        agency=agency_name(session, view.hearing.agency),
        names={**names_in(session, me.standing.unit), **names_in(session, view.hearing.party)},
        may_propose=me.standing.may(Resource.HEARING, Act.PROPOSE),
        may_check=me.standing.may(Resource.HEARING, Act.APPROVE),
        is_mine=view.hearing.drafted_by == me.officer.reference,
        most=MAX_ALLEGATION,
        lacks_translation=view.hearing.state is not HearingState.CLOSED and lacks_translation(session, view.hearing),
        **_languages(session, me),
        may_have_longer=may_have_longer(view.hearing.state, view.hearing.answer_by, today),
        why_not_told=outcome.why_not_notified(session, view.case, view.hearing),
        may_decide=me.standing.may(Resource.DECISION, Act.PROPOSE) and view.case.state in _DECIDED_FROM,
        decision=choices(view.case),
        objection_days=(SHORTEST_OBJECTION, USUAL_OBJECTION, MAX_OBJECTION),
        boxes=boxes,
        usual=today + USUAL,
        soonest=today + SHORTEST,
        latest=today + MAX_EXTENSION,
    )


def _read_by(session: Session, agency: str | None) -> Sequence[str]:
    unit = None if agency is None else unit_of_agency(session, agency)
    return [] if unit is None else languages_read(session, unit.reference)


def _languages(session: Session, me: AuthenticatedOfficer) -> dict[str, Any]:
    return {
        "languages": list(Language),
        "translators": [one.name for one in translators_of(session, me.standing.unit)],
    }


def _read_boxes(session: Session, me: AuthenticatedOfficer, head: CaseHead) -> Sequence[ContainerView]:
    call = officer_call(session, me, Resource.ACCOUNT, Act.READ)
    return case_view(call, sealer(), head.case.reference).boxes
