"""What officers do with a case on its page: moves, words to the complainant, its priority, whose it is, and a legal hold.

And its tabs of notes and tasks, of visits, calls and evidence, and of agencies and employers; and the page of an employer.
"""

import secrets
from functools import partial

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.complaints.attachments.actions import MAX_FILES, discard_if_possible
from registry.complaints.casework import actions, claims, events, evidence, firms, letters, notes, queries
from registry.complaints.casework.queue.assignment import workers
from registry.core.calls import Call
from registry.core.clock import day_at, now
from registry.http.complaint_services import read_form_file, sealer, store, upload_services
from registry.http.portals import see_other
from registry.http.transaction import writing
from registry.officer_acts import case_acts
from registry.officer_acts.acts import OfficerAct
from registry.officer_acts.agency_picker import names_of_agencies
from registry.officer_acts.permissions import acting, names_in
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.files import sent_file
from registry.pages.officers import forms
from registry.pages.officers.cases.case import remember_language, show_case
from registry.pages.officers.cases.tabs import case_page, open_case
from registry.pages.officers.guard import Afterwards, allowed, authenticate, form_at, note_done, note_undo, page_at
from registry.pages.officers.rendering import Refusal, attempt, language, page
from registry.vocabulary.cases import Attendee, ClaimKind, ClaimUnit, EventKind
from registry.vocabulary.fees import OFFERED_CURRENCIES
from registry.vocabulary.register import EU_STATES, SENDING_COUNTRIES

pages = Blueprint("console_case_acts", __name__)


@page_at(pages, "/cases/<reference>/notes", Resource.CASE, Act.WRITE)
def show_notes(session: Session, me: AuthenticatedOfficer, reference: str, refusal: Refusal | None = None) -> Response:
    head, officer = open_case(session, me, reference), acting(me, Resource.CASE, Act.WRITE)
    queries.require_readable(head.case)
    noted, tasks = notes.notes_and_tasks(session, sealer(), officer, head.case)
    actions.record_reading(Call(session, officer, now()), head.case, "case.notes_read")
    return case_page(
        "cases/notes.html",
        me,
        head,
        "notes",
        refusal=refusal,
        noted=noted,
        tasks=tasks,
        workers=[one for one in workers(session, me.standing.unit, me.day(head.at)) if one.takes_cases],
        names=names_in(session, me.standing.unit),
        today=me.day(head.at),
    )


@page_at(pages, "/cases/<reference>/events", Resource.CASE, Act.READ)
def show_events(session: Session, me: AuthenticatedOfficer, reference: str, refusal: Refusal | None = None) -> Response:
    head, officer = open_case(session, me, reference), acting(me, Resource.CASE, Act.READ)
    queries.require_readable(head.case)
    found = events.events_of(session, sealer(), officer, head.case, case_acts.events_read_by(me))
    actions.record_reading(Call(session, officer, now()), head.case, "case.events_read")
    return case_page(
        "cases/events.html",
        me,
        head,
        "events",
        refusal=refusal,
        events=found,
        kinds=tuple(EventKind),
        attendees=tuple(Attendee),
        workers=[one for one in workers(session, me.standing.unit, me.day(head.at)) if one.takes_cases],
        names=names_in(session, me.standing.unit),
        today=me.day(head.at),
        may_write=me.standing.may(Resource.CASE, Act.WRITE),
        once=secrets.token_urlsafe(16),
        endings=forms.FILE_ENDINGS,
        most_files=MAX_FILES,
    )


def _events_again(refusal: Refusal, reference: str, event: str) -> Response:
    """The page again, in a transaction of its own, with why a file was not taken."""
    with writing() as session:
        return show_events(session, authenticate(session), reference, refusal)


@pages.post("/cases/<reference>/events/<event>/files")
@forms.takes_file(Resource.CASE, Act.WRITE, _events_again)
@allowed(Resource.CASE, Act.WRITE)
def add_evidence_file(session: Session, me: AuthenticatedOfficer, reference: str, event: str) -> Afterwards:
    open_case(session, me, reference)
    officer = acting(me, Resource.CASE, Act.WRITE)

    def add() -> Response:
        refusal = forms.refused_file(
            lambda: evidence.add_file(upload_services(), sealer(), officer, reference, event, read_form_file(), now())
        )
        return _to_event(reference, event) if refusal is None else _events_again(refusal, reference, event)

    return Afterwards(add)


@page_at(pages, "/cases/<reference>/events/<event>/files/<attachment>", Resource.CASE, Act.READ)
def download_evidence(
    session: Session, me: AuthenticatedOfficer, reference: str, event: str, attachment: str
) -> Response:
    """The clean copy, to be saved and never shown in a page."""
    open_case(session, me, reference)
    call = Call(session, acting(me, Resource.CASE, Act.READ), now())
    name, body = evidence.read_file(call, sealer(), store(), reference, event, attachment)
    return sent_file(body, name)


@form_at(pages, "/cases/<reference>/events/<event>/files/<attachment>/remove", Resource.CASE, Act.WRITE)
def remove_evidence_file(
    session: Session, me: AuthenticatedOfficer, reference: str, event: str, attachment: str
) -> Response | Afterwards:
    open_case(session, me, reference)
    call, names = Call(session, acting(me, Resource.CASE, Act.WRITE), now()), list[str]()
    refusal = attempt(session, lambda: names.extend(evidence.remove_file(call, reference, event, attachment)))
    if refusal is not None:
        return show_events(session, me, reference, refusal)

    def remove() -> Response:
        discard_if_possible(store(), names)
        return _to_event(reference, event)

    return Afterwards(remove)


def _to_event(reference: str, event: str) -> Response:
    return see_other(f"/console/cases/{reference}/events#event-{event}")


@page_at(pages, "/cases/<reference>/claims", Resource.CASE, Act.WRITE)
def show_claims(session: Session, me: AuthenticatedOfficer, reference: str, refusal: Refusal | None = None) -> Response:
    head, officer = open_case(session, me, reference), acting(me, Resource.CASE, Act.WRITE)
    queries.require_readable(head.case)
    found = claims.claims_of(session, sealer(), officer, head.case)
    actions.record_reading(Call(session, officer, now()), head.case, "case.claims_read")
    return case_page(
        "cases/claims.html",
        me,
        head,
        "claims",
        refusal=refusal,
        claims=found,
        kinds=tuple(ClaimKind),
        units=tuple(ClaimUnit),
        currencies=OFFERED_CURRENCIES,
    )


@form_at(pages, "/cases/<reference>/letter", Resource.MESSAGE, Act.WRITE)
def waiting_letter(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    """Discard a letter that waits for a translation, or send it as it is where somebody is in danger."""
    officer, letter = acting(me, Resource.MESSAGE, Act.WRITE), request.form.get("letter", "")
    is_sent = request.form.get("do") == "send"

    def act() -> None:
        call = Call(session, officer, now(), forms.version_sent())
        if is_sent:
            letters.send_untranslated(call, sealer(), reference, letter)
        else:
            letters.discard_letter(call, reference, letter)

    open_case(session, me, reference)
    refusal = attempt(session, act)
    if refusal is not None:
        return show_case(session, me, reference, refusal)
    note_done("replyToCase" if is_sent else "drop_unsent")
    return see_other(f"/console/cases/{reference}")


def _place_of_act(session: Session, me: AuthenticatedOfficer, act: OfficerAct, /, reference: str) -> forms.Place:
    head = open_case(session, me, reference)
    if act.undo is not None:
        note_undo(act.undo(head.case, request.form))
    if act.name in _TAB_OF:
        return _in_tab(session, me, _TAB_OF[act.name], reference)
    address = f"/console/cases/{reference}"
    return forms.Place(
        reference,
        address,
        lambda refusal: show_case(session, me, reference, refusal),
        afterwards=(lambda _: remember_language(me, see_other(address))) if act.name == "reply" else None,
    )


def _find_within(
    tab: str, session: Session, me: AuthenticatedOfficer, act: OfficerAct, /, reference: str, **within: str
) -> forms.Place:
    """A note, task, event or line of a case, on the `tab` that shows it."""
    head = open_case(session, me, reference)
    if act.undo is not None:
        note_undo(act.undo(head.case, request.form))
    return _in_tab(session, me, tab, reference, *within.values())


_TAB_OF = {"notes": "notes", "tasks": "notes", "events": "events", "claims": "claims"}
_PAGES = {"notes": show_notes, "events": show_events, "claims": show_claims}


def _in_tab(session: Session, me: AuthenticatedOfficer, tab: str, case: str, *within: str) -> forms.Place:
    """A place on one of the unit's own tabs of a case: the case itself, or a note, task, event or line `within` it."""
    shown, address = _PAGES[tab], f"/console/cases/{case}/{tab}"
    return forms.Place((case, *within), address, lambda refusal: shown(session, me, case, refusal))


forms.serve_acts(pages, "/cases/<reference>", case_acts.ACTS, _place_of_act)
forms.serve_acts(pages, "/cases/<reference>/tasks/<task>", case_acts.TASKS, partial(_find_within, "notes"))
forms.serve_acts(pages, "/cases/<reference>/notes/<task>", case_acts.NOTES, partial(_find_within, "notes"))
forms.serve_acts(pages, "/cases/<reference>/events/<event>", case_acts.EVENTS, partial(_find_within, "events"))
forms.serve_acts(pages, "/cases/<reference>/claims/<line>", case_acts.CLAIMS, partial(_find_within, "claims"))


COUNTRIES = sorted(EU_STATES | SENDING_COUNTRIES)


@page_at(pages, "/cases/<reference>/firms", Resource.CASE, Act.READ)
def show_firms(session: Session, me: AuthenticatedOfficer, reference: str, refusal: Refusal | None = None) -> Response:
    head, officer = open_case(session, me, reference), acting(me, Resource.CASE, Act.READ)
    queries.require_readable(head.case)
    found = firms.firms_of(session, sealer(), officer.unit, head.case, request.form.get("name", ""))
    actions.record_reading(Call(session, officer, now()), head.case, "case.firms_read")
    return case_page(
        "cases/firms.html",
        me,
        head,
        "firms",
        refusal=refusal,
        firms=found,
        agency_names=names_of_agencies(session, set(head.agencies), language(), day_at(now(), None)),
        suggested=forms.suggestions(session, refusal, request.form),
        agency_parts=sorted(firms.AGENCY_PARTS),
        employer_parts=sorted(firms.EMPLOYER_PARTS),
        countries=COUNTRIES,
        may=me.standing.may,
    )


@page_at(pages, "/employers/<reference>", Resource.CASE, Act.READ)
def show_employer(
    session: Session, me: AuthenticatedOfficer, reference: str, refusal: Refusal | None = None
) -> Response:
    view = case_acts.read_employer(session, me, reference)
    return page(
        "cases/employer.html",
        here="cases",
        refusal=refusal,
        view=view,
        agency_names=names_of_agencies(session, set(view.agencies), language(), day_at(now(), None)),
        countries=COUNTRIES,
        may=me.standing.may,
    )


def _in_firms(
    session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str, link: str = ""
) -> forms.Place:
    open_case(session, me, reference)
    references, address = (reference, link) if link else reference, f"/console/cases/{reference}/firms"
    return forms.Place(references, address, lambda refusal: show_firms(session, me, reference, refusal))


def _employer_place(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str) -> forms.Place:
    address = f"/console/employers/{reference}"
    return forms.Place(reference, address, lambda refusal: show_employer(session, me, reference, refusal))


forms.serve_acts(pages, "/cases/<reference>", case_acts.FIRMS, _in_firms)
forms.serve_acts(pages, "/cases/<reference>/agencies/<link>", case_acts.CASE_AGENCIES, _in_firms)
forms.serve_acts(pages, "/cases/<reference>/employers/<link>", case_acts.CASE_EMPLOYERS, _in_firms)
forms.serve_acts(pages, "/employers/<reference>", case_acts.EMPLOYER, _employer_place)
