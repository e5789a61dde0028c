"""A case's tab of notes and tasks: the unit's own, which no one outside of it reads."""

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.complaints.casework.notes import notes_and_tasks
from registry.complaints.casework.queries import require_readable
from registry.complaints.casework.queue.assignment import workers
from registry.core.clock import now
from registry.http.complaint_services import sealer
from registry.officer_acts.acting import acting, names_in
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.cases.tabs import case_page, open_case
from registry.pages.officers.guard import allowed
from registry.pages.officers.refusals import Refusal

pages = Blueprint("console_case_notes", __name__)


@pages.get("/cases/<reference>/notes")
@allowed(Resource.CASE, Act.WRITE)
def notes(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    return notes_page(session, me, reference)


def notes_page(session: Session, me: AuthenticatedOfficer, reference: str, refusal: Refusal | None = None) -> Response:
    head, officer = open_case(session, me, reference), acting(me, Resource.CASE, Act.WRITE)
    require_readable(head.case)
    noted, tasks = notes_and_tasks(session, sealer(), officer, head.case)
    record(
        session,
        "case.notes_read",
        reference,
        on=now().date(),
        actor=officer.name,
        detail=officer.role,
        unit=officer.unit,
    )
    return case_page(
        "cases/notes.html",
        me,
        head,
        "notes",
        refusal=refusal,
        noted=noted,
        tasks=tasks,
        workers=[one for one in workers(session, me.standing.unit) if one.takes_cases],
        names=names_in(session, me.standing.unit),
        today=head.at.date(),
    )
