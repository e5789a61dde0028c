"""A case's tab of hearings: writing what an agency is asked, the reprisal check by another, serving it, and its answer.

And the agencies' own pages: what they are asked, their answer, and its papers. Nothing of a case is theirs. Papers are sent one
at a time by a form of the hearing's page, held in memory alone, and saved again by it. A slow line sends for minutes, and the
store may be slow: nothing of the database is held while either is waited for.
"""

import secrets
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.complaints.attachments.actions import MAX_FILES, discard_if_possible
from registry.complaints.case.units import unit_of_agency
from registry.complaints.casework.decisions.rules import DRAFTED_IN, MAX_OBJECTION, SHORTEST_OBJECTION, USUAL_OBJECTION
from registry.complaints.casework.drafts import unsent_on
from registry.complaints.casework.queries import ContainerView, case_view
from registry.complaints.parties.hearings import content, files, moves, outcome, portal, queries, rules
from registry.complaints.parties.models import Hearing
from registry.complaints.parties.steps import PartyMember, fetch_of_case, require_of_case
from registry.core.clock import now
from registry.core.errors import IllegalMove, NotFound
from registry.http.complaint_services import read_form_file, sealer, store, upload_services
from registry.http.portals import see_other
from registry.http.transaction import writing
from registry.i18n.languages import text
from registry.i18n.names import name_in
from registry.officer_acts.acts import OfficerAct, OfficerActs
from registry.officer_acts.hearing_acts import ACTS, ANSWERS, IN_CASE, read_hearing
from registry.officer_acts.permissions import acting, names_in, officer_call, party_call, require_no_interest
from registry.officers.accounts import translators_of
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.files import sent_file
from registry.pages.officers import decisions, forms
from registry.pages.officers.cases.tabs import CaseHead, case_page, open_case
from registry.pages.officers.guard import Afterwards, allowed, authenticate, form_at, page_at
from registry.pages.officers.rendering import Refusal, language, page, refusal_of, typed_in
from registry.vocabulary.cases import CaseState, HandedWith, HearingState
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
        agencies={one.agency: forms.agency_name(session, one.agency) for one in found},
        names=names_in(session, me.standing.unit),
        may_propose=me.standing.may(Resource.HEARING, Act.PROPOSE),
        why_none=queries.why_none(session, head.case, me.day(now())),
    )


@page_at(pages, "/cases/<reference>/hearings/new", Resource.HEARING, Act.PROPOSE)
def show_draft_form(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    return _new(session, me, open_case(session, me, reference))


def _in_case(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str) -> forms.Place:
    head = open_case(session, me, reference)
    again = partial(_new, session, me, head)
    address = f"/console/cases/{reference}/hearings"
    return forms.Place(head.case.reference, address, again, is_list=True, then=_then_hand_in())


def _then_hand_in() -> Sequence[tuple[OfficerActs[Any], OfficerAct]]:
    """Handing in, where the button was pressed that saves a draft and hands it in."""
    return [(ACTS, ACTS["hand-in"])] if request.form.get("then") == "hand_in" else ()


forms.serve_acts(pages, "/cases/<reference>/hearings", IN_CASE, _in_case)


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
) -> forms.Place:
    head = open_case(session, me, reference)
    require_no_interest(me, require_of_case(session, Hearing, head.case, hearing).agency)
    template = {"approve": CHECK, "send-back": CHECK, "serve": SERVE}.get(act.name, ONE)
    address = f"/console/cases/{reference}/hearings/{hearing}"
    then = _then_hand_in() if act.name == "edit" else ()
    return forms.Place(
        hearing, address, lambda refusal: _hearing_page(session, me, head, hearing, refusal, template), then=then
    )


forms.serve_acts(pages, "/cases/<reference>/hearings/<hearing>", ACTS, _place_of_act)


def _new(session: Session, me: AuthenticatedOfficer, head: CaseHead, refusal: Refusal | None = None) -> Response:
    return case_page(
        "hearings/new.html",
        me,
        head,
        "hearing",
        refusal=refusal,
        agencies=[(one, forms.agency_name(session, one)) for one in head.agencies],
        suggested=forms.suggestions(session, refusal, request.form),
        why_none=queries.why_none(session, head.case, me.day(now())),
        most=content.MAX_ALLEGATION,
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
        agency=forms.agency_name(session, view.hearing.agency),
        names={**names_in(session, me.standing.unit), **names_in(session, view.hearing.party)},
        may_propose=me.standing.may(Resource.HEARING, Act.PROPOSE),
        may_check=me.standing.may(Resource.HEARING, Act.APPROVE),
        is_mine=view.hearing.drafted_by == me.officer.reference,
        most=content.MAX_ALLEGATION,
        lacks_translation=view.hearing.state is not HearingState.CLOSED
        and moves.lacks_translation(session, view.hearing),
        **_languages(session, me),
        may_have_longer=rules.may_have_longer(view.hearing.state, view.hearing.answer_by, today),
        why_not_told=outcome.why_not_notified(session, view.case, view.hearing),
        may_decide=me.standing.may(Resource.DECISION, Act.PROPOSE) and view.case.state in _DECIDED_FROM,
        decision=decisions.choices(view.case),
        objection_days=(SHORTEST_OBJECTION, USUAL_OBJECTION, MAX_OBJECTION),
        boxes=boxes,
        usual=today + rules.USUAL,
        soonest=today + rules.SHORTEST,
        latest=today + rules.MAX_EXTENSION,
    )


def _read_by(session: Session, agency: str | None) -> Sequence[str]:
    unit = None if agency is None else unit_of_agency(session, agency)
    return [] if unit is None else moves.languages_read(session, unit.reference)


def _languages(session: Session, me: AuthenticatedOfficer) -> dict[str, Any]:
    translators = [one.name for one in translators_of(session, me.standing.unit)]
    return {"languages": list(Language), "translators": translators}


def _read_boxes(session: Session, me: AuthenticatedOfficer, head: CaseHead) -> Sequence[ContainerView]:
    call = officer_call(session, me, Resource.ACCOUNT, Act.READ)
    return case_view(call, sealer(), head.case.reference).boxes


@page_at(pages, "/hearings", Resource.HEARING, Act.ANSWER)
def list_served(session: Session, me: AuthenticatedOfficer) -> Response:
    found = portal.fetch_served(session, me.standing.unit, now())
    return page("hearings/served.html", here="hearings", found=found)


@page_at(pages, "/hearings/<reference>/receipt", Resource.HEARING, Act.ANSWER)
def download_answer_receipt(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    """A text to keep: on which day the answer was given, and the hash of its words, which the case file states as well."""
    given = portal.read(party_call(session, me), sealer(), reference)
    if given.answer is None or given.answered_on is None:
        raise NotFound("there is no answer to this hearing yet")
    spoken = language()
    worded = partial(text, spoken)
    papers = [f"- {one.name} ({one.size})" for one in given.files if one.goes_with is HandedWith.ANSWER]
    lines = [
        worded("hearing.receipt.title"),
        "",
        f"{worded('hearing.title')}: {given.listed.reference}",
        f"{worded('hearing.receipt.authority')}: {name_in(spoken, given.listed.unit)}",
        f"{worded('hearing.answered')}: {given.answered_on.isoformat()}",
        f"SHA-256: {rules.answer_digest(given.answer)}",
        worded("hearing.receipt.hashed"),
        *([worded("hearing.receipt.papers"), *papers] if papers else []),
        "",
        given.answer,
    ]
    body = "".join(f"{line}\r\n" for line in lines).encode()
    return sent_file(body, f"answer-{given.listed.reference}-{given.answered_on}.txt")


def _place_of_answer(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str) -> forms.Place:
    address = f"/console/hearings/{reference}"
    return forms.Place(reference, address, lambda refusal: show_served(session, me, reference, refusal))


forms.serve_acts(pages, "/hearings/<reference>", ANSWERS, _place_of_answer)


@page_at(pages, "/hearings/<reference>", Resource.HEARING, Act.ANSWER)
def show_served(
    session: Session,
    me: AuthenticatedOfficer,
    reference: str,
    refusal: Refusal | None = None,
    form: Mapping[str, str] | None = None,
) -> Response:
    """The page, or what was refused on it; `form` in place of one that cannot be read."""
    hearing = portal.read(party_call(session, me), sealer(), reference)
    return page(
        "hearings/served_one.html",
        here="hearings",
        refusal=refusal,
        form=request.form if form is None else form,
        shown=hearing,
        most=portal.MAX_ANSWER,
        most_files=MAX_FILES,
        once=secrets.token_urlsafe(16),
        endings=forms.FILE_ENDINGS,
    )


@pages.post("/hearings/<reference>/files")
@forms.takes_file(Resource.HEARING, Act.ANSWER, lambda refusal, reference: _refused(refusal, reference))
@allowed(Resource.HEARING, Act.ANSWER)
def add_file(session: Session, me: AuthenticatedOfficer, reference: str) -> Afterwards:
    member = party_call(session, me).actor
    return Afterwards(lambda: _add(member, reference))


@page_at(pages, "/hearings/<reference>/files/<attachment>", Resource.HEARING, Act.ANSWER)
def download_own_file(session: Session, me: AuthenticatedOfficer, reference: str, attachment: str) -> Afterwards:
    """One of the agency's own, as it sent it: to be saved and never shown in a page."""
    fetch = files.find_own_file(party_call(session, me), sealer(), store(), reference, attachment)

    def send() -> Response:
        file = fetch()
        return sent_file(file.body, file.name)

    return Afterwards(send)


@form_at(pages, "/hearings/<reference>/files/<attachment>/remove", Resource.HEARING, Act.ANSWER)
def remove_file(session: Session, me: AuthenticatedOfficer, reference: str, attachment: str) -> Response | Afterwards:
    try:
        with session.begin_nested():
            names = files.remove_file(party_call(session, me), reference, attachment)
    except IllegalMove as refused:
        return show_served(session, me, reference, refusal_of(refused))
    return Afterwards(lambda: _discard(reference, names))


def _discard(reference: str, names: list[str]) -> Response:
    discard_if_possible(store(), names)
    return see_other(f"/console/hearings/{reference}")


def _add(member: PartyMember, reference: str) -> Response:
    refusal = forms.refused_file(
        lambda: files.add_file(upload_services(), sealer(), member, reference, read_form_file(), now())
    )
    return see_other(f"/console/hearings/{reference}") if refusal is None else _refused(refusal, reference)


def _refused(refusal: Refusal, reference: str) -> Response:
    with writing() as session:
        me = authenticate(session)
        return show_served(session, me, reference, refusal, _typed_beside(session, me))


def _typed_beside(session: Session, me: AuthenticatedOfficer) -> Mapping[str, str]:
    """The answer as it was typed on the page of a paper that was refused: its form did not bring it along."""
    origin = request.path.partition("/files")[0]
    return typed_in(unsent_on(session, sealer(), me.officer.id, origin, now()))
