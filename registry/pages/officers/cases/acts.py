"""What officers do with a case on its page: moves, words to the complainant, its priority, whose it is, and a legal hold.

And its tabs of notes and tasks, and of visits, calls and evidence: the unit's own, which no one outside of it reads.
"""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.complaints.casework import letters
from registry.complaints.casework.actions import record_reading
from registry.complaints.casework.events import events_of
from registry.complaints.casework.notes import notes_and_tasks
from registry.complaints.casework.queries import require_readable
from registry.complaints.casework.queue.assignment import workers
from registry.core.calls import Call
from registry.core.clock import now
from registry.http.complaint_services import sealer
from registry.http.portals import see_other
from registry.officer_acts.acting import acting, names_in
from registry.officer_acts.acts import OfficerAct
from registry.officer_acts.case_acts import ACTS, EVENTS, NOTES, TASKS
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.act_pages import Place, serve_acts
from registry.pages.officers.cases.case import case_content, remember_language
from registry.pages.officers.cases.tabs import case_page, open_case
from registry.pages.officers.form_fields import version_sent
from registry.pages.officers.guard import allowed, note_done, note_undo
from registry.pages.officers.local_times import today_in
from registry.pages.officers.refusals import Refusal, attempt
from registry.vocabulary.cases import Attendee, EventKind

notes_pages = Blueprint("console_case_notes", __name__)


@notes_pages.get("/cases/<reference>/notes")
@allowed(Resource.CASE, Act.WRITE)
def show_notes(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    return notes_page(session, me, reference)


def notes_page(session: Session, me: AuthenticatedOfficer, reference: str, refusal: Refusal | None = None) -> Response:
    head, officer = open_case(session, me, reference), acting(me, Resource.CASE, Act.WRITE)
    require_readable(head.case)
    noted, tasks = notes_and_tasks(session, sealer(), officer, head.case)
    record_reading(Call(session, officer, now()), head.case, "case.notes_read")
    return case_page(
        "cases/notes.html",
        me,
        head,
        "notes",
        refusal=refusal,
        noted=noted,
        tasks=tasks,
        workers=[one for one in workers(session, me.standing.unit, head.at.date()) if one.takes_cases],
        names=names_in(session, me.standing.unit),
        today=head.at.date(),
    )


@notes_pages.get("/cases/<reference>/events")
@allowed(Resource.CASE, Act.WRITE)
def show_events(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    return events_page(session, me, reference)


def events_page(session: Session, me: AuthenticatedOfficer, reference: str, refusal: Refusal | None = None) -> Response:
    head, officer = open_case(session, me, reference), acting(me, Resource.CASE, Act.WRITE)
    require_readable(head.case)
    found = events_of(session, sealer(), officer, head.case)
    record_reading(Call(session, officer, now()), head.case, "case.events_read")
    return case_page(
        "cases/events.html",
        me,
        head,
        "events",
        refusal=refusal,
        events=found,
        kinds=tuple(EventKind),
        attendees=tuple(Attendee),
        workers=[one for one in workers(session, me.standing.unit, head.at.date()) if one.takes_cases],
        names=names_in(session, me.standing.unit),
        today=today_in(me.standing.country),
    )


pages = Blueprint("console_case_acts", __name__)


@pages.post("/cases/<reference>/letter")
@allowed(Resource.MESSAGE, Act.WRITE)
def waiting_letter(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    """Discard a letter that waits for a translation, or send it as it is where somebody is in danger."""
    officer, letter = acting(me, Resource.MESSAGE, Act.WRITE), request.form.get("letter", "")
    is_sent = request.form.get("do") == "send"

    def act() -> None:
        call = Call(session, officer, now(), version_sent())
        if is_sent:
            letters.send_untranslated(call, sealer(), reference, letter)
        else:
            letters.discard_letter(call, reference, letter)

    open_case(session, me, reference)
    refusal = attempt(session, act)
    if refusal is not None:
        return case_content(session, me, reference, refusal)
    note_done("replyToCase" if is_sent else "drop_unsent")
    return see_other(f"/console/cases/{reference}")


def _place_of_act(session: Session, me: AuthenticatedOfficer, act: OfficerAct, /, reference: str) -> Place:
    head = open_case(session, me, reference)
    if act.undo is not None:
        note_undo(act.undo(head.case, request.form))
    if act.name in _TAB_OF:
        return _in_tab(session, me, _TAB_OF[act.name], reference)
    address = f"/console/cases/{reference}"
    return Place(
        reference,
        address,
        lambda refusal: case_content(session, me, reference, refusal),
        afterwards=(lambda _: remember_language(me, see_other(address))) if act.name == "reply" else None,
    )


def _task(session: Session, me: AuthenticatedOfficer, act: OfficerAct, /, reference: str, task: str) -> Place:
    head = open_case(session, me, reference)
    if act.undo is not None:
        note_undo(act.undo(head.case, request.form))
    return _in_tab(session, me, "notes", reference, task)


def _event(session: Session, me: AuthenticatedOfficer, act: OfficerAct, /, reference: str, event: str) -> Place:
    open_case(session, me, reference)
    return _in_tab(session, me, "events", reference, event)


_TAB_OF = {"notes": "notes", "tasks": "notes", "events": "events"}


def _in_tab(session: Session, me: AuthenticatedOfficer, tab: str, case: str, *within: str) -> Place:
    """A place on one of the unit's own tabs of a case: the case itself, or a note, task or event `within` it."""
    shown = events_page if tab == "events" else notes_page
    return Place((case, *within), f"/console/cases/{case}/{tab}", lambda refusal: shown(session, me, case, refusal))


serve_acts(pages, "/cases/<reference>", ACTS, _place_of_act)
serve_acts(pages, "/cases/<reference>/tasks/<task>", TASKS, _task)
serve_acts(pages, "/cases/<reference>/notes/<task>", NOTES, _task)
serve_acts(pages, "/cases/<reference>/events/<event>", EVENTS, _event)
