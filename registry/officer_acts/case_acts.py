"""Acts on a case and its parts, and which cases an officer may act on: of their own unit, without a conflict of interest."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.casework import actions as casework
from registry.complaints.casework import claims, events, firms, letters, notes
from registry.complaints.casework.actions import Officer, in_unit, lock_case
from registry.complaints.casework.models import CaseEvent, CaseNote, CaseTask, ClaimLine, PriorityChange
from registry.complaints.casework.queries import agencies_of
from registry.complaints.casework.queue import assignment
from registry.complaints.triage import priorities
from registry.core.errors import NotFound
from registry.http.act_tables import calling
from registry.http.complaint_services import sealer
from registry.officer_acts.acts import OfficerAct, OfficerActCall, OfficerActs, calling_sealed, case_acts
from registry.officer_acts.agency_picker import picked_agency
from registry.officer_acts.permissions import acting, officer_call, reference_in, require_no_interest, roles_of
from registry.officers.rights import Act, Resource, Role
from registry.officers.sessions import AuthenticatedOfficer
from registry.vocabulary.cases import EventKind, FirmPart
from schemas import cases


def lock_case_for(
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
    require_no_interest(me, *agencies_of(sealer(), case))
    return officer, case


def case_finder(resource: Resource) -> Callable[..., str]:
    """What finds the case that the acts of a resource are done to."""

    def find(session: Session, me: AuthenticatedOfficer, act: OfficerAct, case_id: str) -> str:
        return lock_case_for(session, me, act.resource or resource, act.right, case_id)[1].reference

    return find


def _move(call: OfficerActCall[Officer], **fields: Any) -> object:
    return casework.move_in_humblest_role(
        call, sealer(), call.reference, casework.MoveRequest(**fields), roles_of(call.me)
    )


def _take(call: OfficerActCall[Officer]) -> object:
    investigates = bool(call.me.standing.roles & {Role.INVESTIGATOR, Role.SUPERVISOR})
    return assignment.take(call, sealer(), call.reference, investigates=investigates)


def _former_assignee(case: Case, form: Mapping[str, str]) -> Mapping[str, str] | None:
    former = case.assignee or ""
    return None if form.get("assignee", "") == former else {"assignee": former}


def _former_priority(case: Case, form: Mapping[str, str]) -> Mapping[str, str] | None:
    """From an urgent priority, and to one, it takes two persons to come back."""
    before, after = case.priority or "", form.get("priority", "")
    return None if before == after or priorities.TWO_PERSONS & {before, after} else {"priority": before}


def _priority_done(change: object) -> str:
    assert isinstance(change, PriorityChange)
    return "setCasePriority" if change.is_approved else "lowering_asked"


def _link_agency(call: OfficerActCall[Officer], agency_id: str) -> object:
    agency = picked_agency(call.session, agency_id, "agency_id")
    require_no_interest(call.me, agency)
    return casework.link_agency(call, sealer(), call.reference, agency)


def find_within_case(
    session: Session, me: AuthenticatedOfficer, act: OfficerAct, case_id: str, reference: str
) -> tuple[str, str]:
    """The stored references of a case and of a note, task or event of it."""
    return lock_case_for(session, me, Resource.CASE, act.right, case_id)[1].reference, reference_in(reference)


def _acts_within_case(*rows: OfficerAct) -> OfficerActs[Officer]:
    return case_acts(Resource.CASE, find_within_case, *rows)


def events_read_by(me: AuthenticatedOfficer) -> tuple[EventKind, ...]:
    """What an officer reads of the visits, calls and evidence of a case: who works on it all, who decides the evidence."""
    return tuple(EventKind) if me.standing.may(Resource.CASE, Act.WRITE) else (EventKind.EVIDENCE,)


def _take_back_address(made: object) -> str:
    """The rest of the address that takes back a note, task or event that was just made."""
    assert isinstance(made, (CaseNote, CaseTask, CaseEvent))
    return f"{made.reference}/take-back"


def _remove_address(made: object) -> str:
    """As `_take_back_address`, of a line that is removed."""
    assert isinstance(made, ClaimLine)
    return f"{made.reference}/remove"


ACTS = case_acts(
    Resource.CASE,
    case_finder(Resource.CASE),
    OfficerAct(
        "move", Act.MOVE, _move, "moveCase",
        """Move a case to another state.

        As the table of moves allows it (docs/officers/cases.md), in the humblest of your roles that may.
        """,
        cases.CaseMoveBodySchema, path="/moves", unread={"to": "state_of_case"},
    ),
    OfficerAct(
        "reply", Act.WRITE, calling_sealed(letters.write_letter, letters.Letter), "replyToCase",
        """Write to the complainant.

        In another language than the complainant's, and without a translation, it waits for a translator of the unit.
        """,
        cases.CaseReplySchema, path="/messages", resource=Resource.MESSAGE,
        done=lambda letter: "replyToCase" if letter is None else "letter_waits",
    ),
    OfficerAct(
        "assignee", Act.ASSIGN, calling_sealed(assignment.assign), "assignCase",
        "Assign a case to an officer of your unit, or to no one.",
        cases.CaseAssigneeSchema, method="put", undo=_former_assignee,
        done=lambda case: "assignCase" if isinstance(case, Case) and case.assignee else "case_unassigned",
    ),
    OfficerAct(
        "take", Act.WRITE, _take, "takeCase",
        """Take a case yourself: it is yours, was looked at and, if you investigate, is investigated.

        409 where it is another officer's who can act today, or does not wait to be taken up.
        """,
        is_versioned=False,
    ),
    OfficerAct(
        "priority", Act.WRITE, calling_sealed(priorities.set_priority), "setCasePriority",
        """Change the priority of a case, or request the change.

        Lowering from P0 or P1 waits for a second person (`approveCaseLowering`).
        """,
        cases.CasePrioritySchema, method="put", unread={"priority": "choose_priority"}, undo=_former_priority,
        done=_priority_done,
    ),
    OfficerAct(
        "notes", Act.WRITE, calling_sealed(notes.write_note), "addCaseNote", """Add a note for your unit.

        It is never changed; its author may take it back on the same day.
        """,
        cases.CaseNoteBodySchema, taken_back_at=_take_back_address,
    ),
    OfficerAct(
        "tasks", Act.WRITE, calling_sealed(notes.add_task), "addCaseTask", "Add a task to a case.",
        cases.CaseTaskBodySchema, form={"text": "task"}, taken_back_at=_take_back_address,
    ),
    OfficerAct(
        "events", Act.WRITE, calling_sealed(events.add_event, events.EventDraft), "addCaseEvent",
        """Plan a visit or interview, or write down one that was held, a telephone call, or evidence that was taken.

        A call that reached the worker, and an interview with the worker, are the first reply and end the danger deadline.
        """,
        cases.CaseEventBodySchema, taken_back_at=_take_back_address, unread={"kind": "choose_one"},
    ),
    OfficerAct(
        "claims", Act.WRITE, calling_sealed(claims.add_line, claims.ClaimDraft), "addClaimLine",
        """Add a line to what the worker is owed: a quantity times a rate, and what it rests on.

        What was paid is deducted. No legal rate is added: overtime is paid as the contract or the cited law says.
        """,
        cases.ClaimLineBodySchema, unread={"kind": "choose_one", "unit": "choose_one"}, taken_back_at=_remove_address,
    ),
    OfficerAct(
        "lowering/approve", Act.WRITE, calling(partial(priorities.decide_lowering, is_approved=True)), "approveCaseLowering",
        "Approve a waiting request to lower a priority; never one's own.",
    ),
    OfficerAct(
        "lowering/refuse", Act.WRITE, calling(partial(priorities.decide_lowering, is_approved=False)), "refuseCaseLowering",
        "Refuse a waiting request to lower a priority, or withdraw one's own.",
    ),
    OfficerAct(
        "hold", Act.HOLD, calling_sealed(notes.set_legal_hold), "setLegalHold",
        """Put a case under legal hold, or take the hold away.

        Nothing of a case under legal hold is destroyed. The reason becomes a note of the case.
        """,
        cases.CaseHoldSchema, method="put",
        done=lambda case: "setLegalHold" if isinstance(case, Case) and case.has_legal_hold else "hold_released",
    ),
    OfficerAct(
        "agency", Act.WRITE, _link_agency, "setCaseAgency",
        """Record which agency of the registry the complaint is about.

        What the complainant wrote stays beside it. Once recorded it cannot be changed.
        """,
        cases.CaseAgencySchema, method="put", form={"agency_id": "agency"},
    ),
)  # fmt: skip

TASKS = _acts_within_case(
    OfficerAct(
        "tick", Act.WRITE, calling(notes.tick_task), "updateCaseTask", "Mark a task as done, or as not done.",
        cases.CaseTaskDoneSchema, method="put", path="", page="",
        undo=lambda _, form: {"is_done": "no" if form.get("is_done") == "yes" else "yes"},
    ),
    OfficerAct(
        "take-back", Act.WRITE, calling(notes.take_back_task), "takeBackCaseTask",
        "Take back a task that you added today and that no one has done.",
    ),
)  # fmt: skip
"""What is done to one task of a case."""

NOTES = _acts_within_case(
    OfficerAct(
        "take-back", Act.WRITE, calling(notes.take_back_note), "takeBackCaseNote",
        "Take back a note that you wrote today.",
    ),
)  # fmt: skip
"""What is done to one note of a case."""

EVENTS = _acts_within_case(
    OfficerAct(
        "record", Act.WRITE, calling_sealed(events.record_event, events.EventRecord), "recordCaseEvent",
        """Write down what came of a visit or interview that was planned.

        It is written once, and never changed.
        """,
        cases.CaseEventRecordSchema, method="put", form={"record": "came", "is_held": "was_held", "attendees": "present"},
    ),
    OfficerAct(
        "take-back", Act.WRITE, calling_sealed(events.take_back_event), "takeBackCaseEvent",
        "Take back an event that you wrote today.",
    ),
)  # fmt: skip
"""What is done to one event of a case."""


CLAIMS = _acts_within_case(
    OfficerAct(
        "remove", Act.WRITE, calling(claims.remove_line), "removeClaimLine", "Remove a line of what the worker is owed.",
        method="delete", path="",
    ),
)  # fmt: skip
"""What is done to one line of a claim."""


def _add_agency(call: OfficerActCall[Officer], agency_id: str, part: FirmPart) -> object:
    agency = picked_agency(call.session, agency_id, "agency_id")
    require_no_interest(call.me, agency)
    return firms.add_agency(call, sealer(), call.reference, agency, part)


FIRMS = case_acts(
    Resource.CASE,
    case_finder(Resource.CASE),
    OfficerAct(
        "agencies", Act.WRITE, _add_agency, "addCaseAgency",
        """Add a further agency of the registry to a case, with its part.

        The agency that was recorded first stays the main one.
        """,
        cases.CaseFurtherAgencySchema, form={"agency_id": "agency"},
    ),
    OfficerAct(
        "employers", Act.WRITE, calling_sealed(firms.link_employer, firms.EmployerLink), "linkCaseEmployer",
        """Link a case to an employer of your unit, or to a new one.

        What the complainant wrote stays beside it.
        """,
        cases.CaseEmployerBodySchema, form={"part": "employer_part"},
    ),
)  # fmt: skip

CASE_AGENCIES = _acts_within_case(
    OfficerAct(
        "remove", Act.WRITE, calling(firms.remove_agency), "removeCaseAgency", "Remove a further agency from a case.",
        method="delete", path="",
    ),
)  # fmt: skip

CASE_EMPLOYERS = _acts_within_case(
    OfficerAct(
        "remove", Act.WRITE, calling(firms.unlink_employer), "unlinkCaseEmployer",
        "Unlink an employer from a case. An employer that no case names is forgotten.",
        method="delete", path="",
    ),
)  # fmt: skip


EMPLOYER = case_acts(
    Resource.CASE,
    lambda session, me, _, reference: (
        firms.employer_of_unit(session, sealer(), me.standing.unit, reference_in(reference)).row.reference
    ),
    OfficerAct(
        "edit", Act.WRITE, calling_sealed(firms.edit_employer, firms.EmployerDetails), "editEmployer",
        "Correct what is written down of an employer.",
        cases.UnitEmployerBodySchema, method="put", path="", page="",
    ),
)  # fmt: skip
"""What is done to an employer of the unit."""


def read_employer(session: Session, me: AuthenticatedOfficer, reference: str) -> firms.EmployerView:
    """An employer of the unit, without cases of agencies in which the officer has an interest. Audited. Raises NotFound."""
    call = officer_call(session, me, Resource.CASE, Act.READ)
    return firms.employer_view(call, sealer(), reference_in(reference), me.conflicts)
