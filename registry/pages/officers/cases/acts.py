"""What officers do with a case on its page: moves, words to the complainant, its priority, whose it is, and a legal hold."""

from flask import Blueprint
from sqlalchemy.orm import Session

from registry.officer_desk.acts import OfficerAct
from registry.officer_desk.case_acts import ACTS, TASKS
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.act_pages import Place, serve_acts
from registry.pages.officers.cases.case import case_content
from registry.pages.officers.cases.notes import notes_page
from registry.pages.officers.cases.tabs import open_case

pages = Blueprint("console_case_acts", __name__)


def _opened(session: Session, me: AuthenticatedOfficer, act: OfficerAct, /, reference: str) -> Place:
    open_case(session, me, reference)
    if act.name in ("notes", "tasks"):
        return _in_notes(session, me, reference, reference)
    return Place(
        reference, f"/console/cases/{reference}", lambda refusal: case_content(session, me, reference, refusal)
    )


def _task(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str, task: str) -> Place:
    open_case(session, me, reference)
    return _in_notes(session, me, reference, f"{reference}/{task}")


def _in_notes(session: Session, me: AuthenticatedOfficer, case: str, reference: str) -> Place:
    return Place(
        reference, f"/console/cases/{case}/notes", lambda refusal: notes_page(session, me, case, refusal)
    )  # fmt: skip


serve_acts(pages, "/cases/<reference>", ACTS, _opened)
serve_acts(pages, "/cases/<reference>/tasks/<task>", TASKS, _task)
