"""Acts on a case, and which cases an officer may act on: of their own unit, without a declared conflict of interest."""

from collections.abc import Callable, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.casework import actions as casework
from registry.complaints.casework import holds
from registry.complaints.casework.actions import Officer, in_unit, lock_case
from registry.complaints.casework.letters import waiting
from registry.complaints.casework.notes import actions as notes
from registry.complaints.casework.notes.models import CaseNote, CaseTask
from registry.complaints.casework.queries import named_agency_id
from registry.complaints.casework.queue import assignment as assigning
from registry.complaints.casework.queue import claiming
from registry.complaints.triage import priorities
from registry.core.errors import NotFound
from registry.http.complaint_services import sealer
from registry.officer_desk.acting import acting, reference_in, require_no_interest, roles_of
from registry.officer_desk.acts import ActCall, OfficerAct, case_acts
from registry.officer_desk.agency_picker import picked_agency
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.vocabulary.cases import CaseState, Priority
from schemas.cases import (
    CaseAgencySchema,
    CaseAssigneeSchema,
    CaseHoldSchema,
    CaseMoveBodySchema,
    CaseNoteBodySchema,
    CasePrioritySchema,
    CaseReplySchema,
    CaseTaskBodySchema,
    CaseTaskDoneSchema,
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


def _move(call: ActCall[Officer], to: CaseState, reason: str = "", into: str = "") -> object:
    return claiming.take(
        call.session, sealer(), call.actor, roles_of(call.me), call.reference, to, call.at,
        reason=reason, into=into, version=call.version,
    )  # fmt: skip


def _reply(
    call: ActCall[Officer],
    text: str,
    *,
    language: str = "",
    translation: str = "",
    at_once: bool = False,
    to_helper: bool = False,
) -> object:
    return waiting.write_letter(
        call.session, sealer(), call.actor, call.reference, text, call.at,
        language=language, translation=translation, at_once=at_once, to_helper=to_helper, version=call.version,
    )  # fmt: skip


def _replied(letter: object) -> str:
    return "replyToCase" if letter is None else "letter_waits"


def _assign(call: ActCall[Officer], assignee: str | None = None) -> object:
    return assigning.assign(
        call.session, sealer(), call.actor, call.reference, assignee or None, call.at.date(), version=call.version
    )  # fmt: skip


def _set_priority(call: ActCall[Officer], priority: Priority, reason: str) -> object:
    return priorities.set_priority(
        call.session, sealer(), call.actor, call.reference, priority, call.at, reason=reason, version=call.version
    )  # fmt: skip


def _write_note(call: ActCall[Officer], text: str) -> object:
    return notes.write_note(
        call.session, sealer(), call.actor, call.reference, text, call.at.date(), version=call.version
    )


def _add_task(call: ActCall[Officer], text: str, due_on: date | None = None, owner: str | None = None) -> object:
    return notes.add_task(
        call.session, sealer(), call.actor, call.reference, text, call.at.date(), due_on=due_on, owner=owner or None,
        version=call.version,
    )  # fmt: skip


def _former_assignee(case: Case, form: Mapping[str, str]) -> Mapping[str, str] | None:
    former = case.assignee or ""
    return None if form.get("assignee", "") == former else {"assignee": former}


def _former_priority(case: Case, form: Mapping[str, str]) -> Mapping[str, str] | None:
    """From an urgent priority, and to one, it takes two persons to come back."""
    before, after = case.priority or "", form.get("priority", "")
    return None if before == after or priorities.TWO_PERSONS & {before, after} else {"priority": before}


def _decide_lowering(call: ActCall[Officer], *, is_approved: bool) -> object:
    return priorities.decide_lowering(
        call.session, call.actor, call.reference, call.at, is_approved=is_approved, version=call.version
    )  # fmt: skip


def _set_hold(call: ActCall[Officer], reason: str, *, is_held: bool) -> object:
    return holds.set_legal_hold(
        call.session, sealer(), call.actor, call.reference, call.at.date(), is_held=is_held, reason=reason, version=call.version
    )  # fmt: skip


def _link_agency(call: ActCall[Officer], agency_id: str) -> object:
    agency = picked_agency(call.session, agency_id, "agency_id")
    require_no_interest(call.me, agency)
    return casework.link_agency(
        call.session, sealer(), call.actor, call.reference, agency, call.at.date(), version=call.version
    )  # fmt: skip


def _tick_task(call: ActCall[Officer], *, is_done: bool) -> object:
    case, task = call.reference.split("/")
    return notes.tick_task(
        call.session, call.actor, case, task, call.at.date(), is_done=is_done, version=call.version
    )  # fmt: skip


def _task_opened(session: Session, me: AuthenticatedOfficer, act: OfficerAct, case_id: str, task_id: str) -> str:
    return f"{case_for(session, me, Resource.CASE, act.right, case_id)[1].reference}/{reference_in(task_id)}"


def _taken_back(made: object) -> str:
    """The rest of the address that takes back a note or task that was just made."""
    assert isinstance(made, (CaseNote, CaseTask))
    return f"{made.reference}/take-back"


def _not_ticked(_: object, form: Mapping[str, str]) -> Mapping[str, str]:
    return {"is_done": "no" if form.get("is_done") == "yes" else "yes"}


def _take_back_note(call: ActCall[Officer]) -> None:
    case, _, note = call.reference.partition("/")
    notes.take_back_note(call.session, call.actor, case, note, call.at.date(), version=call.version)


def _take_back_task(call: ActCall[Officer]) -> None:
    case, _, task = call.reference.partition("/")
    notes.take_back_task(call.session, call.actor, case, task, call.at.date(), version=call.version)


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
        "notes", Act.WRITE, _write_note, "addCaseNote", """Add a note for your unit.

        It is never changed; its author may take it back on the same day.
        """,
        CaseNoteBodySchema, taken_back_at=_taken_back,
    ),
    OfficerAct(
        "tasks", Act.WRITE, _add_task, "addCaseTask", "Add a task to a case.",
        CaseTaskBodySchema, form={"text": "task"}, taken_back_at=_taken_back,
    ),
    OfficerAct(
        "lowering/approve", Act.WRITE, lambda call: _decide_lowering(call, is_approved=True), "approveCaseLowering",
        "Approve a waiting request to lower a priority; never one's own.",
    ),
    OfficerAct(
        "lowering/refuse", Act.WRITE, lambda call: _decide_lowering(call, is_approved=False), "refuseCaseLowering",
        "Refuse a waiting request to lower a priority, or withdraw one's own.",
    ),
    OfficerAct(
        "hold", Act.HOLD, _set_hold, "setLegalHold",
        """Put a case under legal hold, or take the hold away.

        Nothing of a case under legal hold is destroyed. The reason becomes a note of the case.
        """,
        CaseHoldSchema, method="put",
    ),
    OfficerAct(
        "agency", Act.WRITE, _link_agency, "setCaseAgency",
        """Record which agency of the registry the complaint is about.

        What the complainant wrote stays beside it. Once recorded it cannot be changed.
        """,
        CaseAgencySchema, method="put", form={"agency_id": "agency"},
    ),
)  # fmt: skip

TASKS = case_acts(
    Resource.CASE,
    _task_opened,
    OfficerAct(
        "tick", Act.WRITE, _tick_task, "updateCaseTask", "Mark a task as done, or as not done.",
        CaseTaskDoneSchema, method="put", path="", page="", undo=_not_ticked,
    ),
    OfficerAct(
        "take-back", Act.WRITE, _take_back_task, "takeBackCaseTask",
        "Take back a task that you added today and that no one has done.",
    ),
)  # fmt: skip
"""What is done to one task of a case; its reference follows the case's, after a stroke."""

NOTES = case_acts(
    Resource.CASE,
    _task_opened,
    OfficerAct(
        "take-back", Act.WRITE, _take_back_note, "takeBackCaseNote", "Take back a note that you wrote today."
    ),
)  # fmt: skip
"""What is done to one note of a case, named as a task is."""
