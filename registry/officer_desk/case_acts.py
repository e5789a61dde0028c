"""Acts on a case, and which cases an officer may act on: of their own unit, without a declared conflict of interest."""

from collections.abc import Callable, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.casework.actions import Officer, in_unit, lock_case
from registry.complaints.casework.letters import waiting
from registry.complaints.casework.notes import actions as notes
from registry.complaints.casework.queries import named_agency_id
from registry.complaints.casework.queue import assignment as assigning
from registry.complaints.casework.queue import claiming
from registry.complaints.triage import priorities
from registry.core.errors import NotFound
from registry.http.complaint_services import sealer
from registry.officer_desk.acting import acting, reference_in, require_no_interest, roles_of
from registry.officer_desk.acts import Doing, OfficerAct, case_acts
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.vocabulary.cases import CaseState, Priority
from schemas.cases import (
    CaseAssigneeSchema,
    CaseMoveBodySchema,
    CaseNoteBodySchema,
    CasePrioritySchema,
    CaseReplySchema,
    CaseTaskBodySchema,
)


def case_for(
    session: Session, me: AuthenticatedOfficer, resource: Resource, act: Act, case_id: str
) -> tuple[Officer, Case]:
    """The acting officer and the locked case.

    Raises NotFound for another unit's, Forbidden on a conflict of interest.
    """
    reference = reference_in(case_id)
    # Before the role is asked: what is another's answers as if it were not there, to agencies and partners as well.
    own = select(Case.id).where(in_unit(me.standing.unit), Case.reference == reference)
    if session.execute(own).first() is None:
        raise NotFound(f"there is no case {reference} in this unit")
    officer = acting(me, resource, act)
    case = lock_case(session, officer, reference)
    require_no_interest(me, named_agency_id(sealer(), case))
    return officer, case


def case_opened(resource: Resource) -> Callable[..., str]:
    """How the acts of a resource find the case that they are done to."""

    def opened(session: Session, me: AuthenticatedOfficer, act: OfficerAct, case_id: str) -> str:
        return case_for(session, me, act.resource or resource, act.right, case_id)[1].reference

    return opened


def _move(on: Doing[Officer], to: CaseState, reason: str = "", into: str = "") -> object:
    return claiming.take(
        on.session, sealer(), on.officer, roles_of(on.me), on.reference, to, on.at,
        reason=reason, into=into, version=on.version,
    )  # fmt: skip


def _reply(
    on: Doing[Officer],
    text: str,
    *,
    language: str = "",
    translation: str = "",
    at_once: bool = False,
    to_helper: bool = False,
) -> object:
    return waiting.write_letter(
        on.session, sealer(), on.officer, on.reference, text, on.at,
        language=language, translation=translation, at_once=at_once, to_helper=to_helper, version=on.version,
    )  # fmt: skip


def _replied(letter: object) -> str:
    return "replyToCase" if letter is None else "letter_waits"


def _assign(on: Doing[Officer], assignee: str | None = None) -> object:
    return assigning.assign(
        on.session, sealer(), on.officer, on.reference, assignee or None, on.at.date(), version=on.version
    )  # fmt: skip


def _set_priority(on: Doing[Officer], priority: Priority, reason: str) -> object:
    return priorities.set_priority(
        on.session, sealer(), on.officer, on.reference, priority, on.at, reason=reason, version=on.version
    )  # fmt: skip


def _write_note(on: Doing[Officer], text: str) -> object:
    return notes.write_note(on.session, sealer(), on.officer, on.reference, text, on.at.date(), version=on.version)


def _add_task(on: Doing[Officer], text: str, due_on: date | None = None, owner: str | None = None) -> object:
    return notes.add_task(
        on.session, sealer(), on.officer, on.reference, text, on.at.date(), due_on=due_on, owner=owner or None,
        version=on.version,
    )  # fmt: skip


def _former_assignee(case: Case, form: Mapping[str, str]) -> Mapping[str, str] | None:
    former = case.assignee or ""
    return None if form.get("assignee", "") == former else {"assignee": former}


def _former_priority(case: Case, form: Mapping[str, str]) -> Mapping[str, str] | None:
    """From an urgent priority, and to one, it takes two persons to come back."""
    before, after = case.priority or "", form.get("priority", "")
    return None if before == after or priorities.TWO_PERSONS & {before, after} else {"priority": before}


ACTS = case_acts(
    Resource.CASE,
    case_opened(Resource.CASE),
    OfficerAct(
        "move", Act.MOVE, _move, "moveCase",
        """Move a case to another state.

        As the table of moves allows it (docs/officers/cases.md), in the humblest of your roles that may.
        """,
        CaseMoveBodySchema, path="/moves", unread={"to": "state_of_case"},
    ),
    OfficerAct(
        "reply", Act.WRITE, _reply, "replyToCase",
        """Write to the complainant.

        In another language than the complainant's, and without a translation, it waits for a translator of the unit.
        """,
        CaseReplySchema, path="/messages", resource=Resource.MESSAGE, done=_replied,
    ),
    OfficerAct(
        "assignee", Act.ASSIGN, _assign, "assignCase", "Assign a case to an officer of your unit, or to no one.",
        CaseAssigneeSchema, method="put", undo=_former_assignee,
    ),
    OfficerAct(
        "priority", Act.WRITE, _set_priority, "setCasePriority",
        """Change the priority of a case, or request the change.

        Lowering from P0 or P1 waits for a second person (`approveCaseLowering`).
        """,
        CasePrioritySchema, method="put", unread={"priority": "choose_priority"}, undo=_former_priority,
    ),
    OfficerAct(
        "notes", Act.WRITE, _write_note, "addCaseNote", "Add a note for your unit; it is never changed.",
        CaseNoteBodySchema,
    ),
    OfficerAct(
        "tasks", Act.WRITE, _add_task, "addCaseTask", "Add a task to a case.",
        CaseTaskBodySchema, form={"text": "task"},
    ),
)  # fmt: skip
