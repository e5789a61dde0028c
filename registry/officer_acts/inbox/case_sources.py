"""What waits in cases: messages, states that ask for work, decisions, access grants, tasks, translations."""

from functools import partial
from typing import Any

import sqlalchemy as sa

from registry.complaints.case.models import NEVER, Case
from registry.complaints.casework import models
from registry.complaints.casework.access_grants.rules import RIGHT_TO
from registry.complaints.casework.models import AccessGrant, CaseEvent, CaseNote, CaseTask, Decision, PriorityChange
from registry.complaints.intake.models import PaperForm
from registry.complaints.parties.models import Hearing
from registry.officer_acts.inbox import branches
from registry.officer_acts.inbox.branches import (
    approves,
    in_my_unit,
    is_mine,
    of_my_unit,
    proposes,
    right,
    rows,
    written,
)
from registry.officers.models import Officer, OfficerState
from registry.officers.rights import Act, Resource
from registry.vocabulary import cases
from registry.vocabulary.register import Language

_S = cases.CaseState

WORK_STATES = (_S.SUBMITTED, _S.IN_TRIAGE, _S.QUARANTINED, _S.REOPENED, _S.INVESTIGATING)
"""States in which a case waits for its assignee or, where it has none, for an officer to take it up."""
DECIDED = (_S.DECIDED_UPHELD, _S.DECIDED_PARTLY, _S.DECIDED_NOT_UPHELD)


def _works(may: branches.May) -> bool:
    return may(Resource.CASE, Act.WRITE)


def _due() -> Any:
    return sa.func.nullif(Case.due_at, sa.type_coerce(NEVER, Case.due_at.type), type_=Case.due_at.type)


def case_columns(kind: Any, **more: Any) -> branches.Columns:
    facts: dict[str, Any] = {
        "kind": kind, "reference": Case.reference, "owner": Case.assignee, "due_at": _due(), "priority": Case.priority,
        "country": Case.country, "language": Case.language, "danger_at": Case.in_danger_since,
    }  # fmt: skip
    return branches.Columns(**(facts | more))


def _what_came() -> Any:
    """A kind for each UnreadKind: `unread` alone for a message, followed by its word for what else came."""
    is_message = sa.or_(Case.unread_kind.is_(None), Case.unread_kind == cases.UnreadKind.MESSAGE)
    return sa.case(
        (is_message, sa.literal("unread", sa.String)), else_=sa.literal("unread_", sa.String) + Case.unread_kind
    )


def _unread() -> sa.Select[Any]:
    waiting = Case.has_unread.is_(True), Case.state.not_in((_S.DRAFT, _S.PURGED)), is_mine(Case.assignee)
    return rows(case_columns(_what_came())).where(in_my_unit(), *waiting)


def _unread_late() -> sa.Select[Any]:
    """What an assignee has not read in time is the supervisor's too."""
    late = (
        Case.has_unread.is_(True),
        Case.state.not_in((_S.DRAFT, _S.PURGED)),
        Case.due_at < branches.AT,
        Case.assignee != branches.ME,
    )
    return rows(case_columns("unread_late")).where(in_my_unit(), *late)


def _danger(*whose: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Somebody is in danger, and no officer has written or referred the case since. A new case has its own row."""
    kind = sa.case(
        (Case.state == _S.WITHDRAWN, sa.literal("danger_withdrawn", sa.String)), else_=sa.literal("danger", sa.String)
    )
    waiting = Case.in_danger_since.is_not(None), Case.state.not_in((_S.DRAFT, _S.SUBMITTED, _S.PURGED))
    columns = case_columns(kind, since_at=Case.in_danger_since)
    return rows(columns).where(in_my_unit(), *waiting, *whose)


def _state() -> Any:
    return sa.literal("case.", sa.String) + sa.type_coerce(Case.state, sa.String)


def _own_cases() -> sa.Select[Any]:
    mine = Case.assignee == branches.ME, Case.state.in_(WORK_STATES)
    return rows(case_columns(_state(), since_on=Case.filed_on)).where(in_my_unit(), *mine)


def _free() -> branches.Columns:
    return case_columns(_state(), since_on=Case.filed_on, owner=None)


def _unassigned() -> sa.Select[Any]:
    free = Case.assignee.is_(None), Case.is_open.is_(True), Case.state.in_(WORK_STATES)
    return rows(_free()).where(in_my_unit(), *free)


def _quarantined() -> sa.Select[Any]:
    """Unassigned too, and not open: no deadline runs until somebody has looked at it."""
    return rows(_free()).where(in_my_unit(), Case.assignee.is_(None), Case.state == _S.QUARANTINED)


def _of_absent_assignees() -> sa.Select[Any]:
    """Cases of officers who cannot work on them today."""
    theirs = Case.assignee.in_(branches.unable_today(Resource.CASE, Act.READ)), Case.assignee != branches.ME
    return rows(_free()).where(in_my_unit(), *theirs, Case.state.in_(WORK_STATES))


def _write_decision() -> sa.Select[Any]:
    drafted = sa.select(Decision.id).where(
        Decision.case_id == Case.id, Decision.state == written(Decision.state, cases.DecisionState.DRAFTED)
    )
    waiting = Case.state == _S.DECISION_DRAFT, ~drafted.exists(), is_mine(Case.assignee)
    return rows(case_columns("case.decision_draft")).where(in_my_unit(), *waiting)


def _hearing_over() -> sa.Select[Any]:
    open_ = sa.select(Hearing.id).where(
        Hearing.case_id == Case.id, Hearing.state != written(Hearing.state, cases.HearingState.CLOSED)
    )
    waiting = Case.state == _S.AGENCY_HEARING, ~open_.exists(), is_mine(Case.assignee)
    return rows(case_columns("case.agency_hearing")).where(in_my_unit(), *waiting)


def decided_on() -> Any:
    """The day on which a case was decided; null while it is not."""
    made = Decision.case_id == Case.id, Decision.state == written(Decision.state, cases.DecisionState.MADE)
    return sa.select(sa.func.max(Decision.decided_on, type_=Decision.decided_on.type)).where(*made).scalar_subquery()


def _decided() -> sa.Select[Any]:
    columns = case_columns("case.decided", owner=None, since_on=decided_on())
    return rows(columns).where(in_my_unit(), Case.state.in_(DECIDED))


def _measure_stands() -> sa.Select[Any]:
    waiting = Case.state == _S.SANCTION_PENDING, Case.measure.is_not(None)
    columns = case_columns("case.ready_to_close", owner=None, since_on=Case.measure_on)
    return rows(columns).where(in_my_unit(), *waiting)


def _hold_to_review() -> sa.Select[Any]:
    """Cases that only a legal hold still keeps, and of which no note says lately why."""
    lately = sa.select(CaseNote.id).where(CaseNote.case_id == Case.id, CaseNote.written_on > branches.REVIEWED)
    # In the words of the index, which is of these cases alone.
    over = sa.text("cases.has_legal_hold"), Case.purge_on <= branches.TODAY, Case.state != _S.PURGED
    columns = case_columns("hold", owner=None, due_at=None, since_on=Case.purge_on)
    return rows(columns).where(in_my_unit(), *over, ~lately.exists())


def _decision() -> sa.Select[Any]:
    drafted = Decision.state == written(Decision.state, cases.DecisionState.DRAFTED)
    columns = case_columns("decision.drafted", about=Decision.reference, owner=None, since_on=Decision.drafted_on)
    query = rows(columns).join_from(Decision, Case, Case.id == Decision.case_id)
    return query.where(of_my_unit(), drafted)


def _summary_untranslated() -> sa.Select[Any]:
    drafted = (
        Decision.state == written(Decision.state, cases.DecisionState.DRAFTED),
        Decision.translation_sealed.is_(None),
    )
    other = sa.and_(Case.language.is_not(None), Decision.language.is_not(None), Case.language != Decision.language)
    columns = case_columns("translation.decision", about=Decision.reference, owner=None, since_on=Decision.drafted_on)
    query = rows(columns).join_from(Decision, Case, Case.id == Decision.case_id)
    return query.where(of_my_unit(), *drafted, other)


def _untranslated() -> sa.Select[Any]:
    """Open cases in a language that no officer of the unit reads, of which nothing is translated.

    Each such language is a range of an index; all but those that are read would be every open case.
    """
    known = sa.union_all(*(sa.select(sa.literal(one, sa.String).label("language")) for one in Language)).subquery()
    read = sa.select(Officer.id).where(
        Officer.unit == branches.UNIT, Officer.state == OfficerState.ACTIVE, Officer.language == known.c.language
    )
    unread = sa.select(known.c.language).where(~read.exists())
    written = sa.select(models.Translation.id).where(models.Translation.case_id == Case.id)
    waiting = Case.is_open.is_(True), Case.language.in_(unread), ~written.exists()
    return rows(case_columns("translation.case", owner=None, since_on=Case.filed_on)).where(in_my_unit(), *waiting)


def _letter_untranslated() -> sa.Select[Any]:
    columns = case_columns(
        "translation.letter", about=models.WaitingLetter.reference, owner=None, since_on=models.WaitingLetter.written_on
    )
    query = rows(columns).join_from(models.WaitingLetter, Case, Case.id == models.WaitingLetter.case_id)
    return query.where(of_my_unit(), Case.state != _S.WITHDRAWN)


def _lowering() -> sa.Select[Any]:
    columns = case_columns("lowering", owner=None, since_on=PriorityChange.asked_on)
    query = rows(columns).join_from(PriorityChange, Case, Case.id == PriorityChange.case_id)
    return query.where(of_my_unit(), PriorityChange.decided_on.is_(None))


def _grants(kind: cases.AccessKind) -> sa.Select[Any]:
    requested = AccessGrant.state == cases.AccessState.ASKED, AccessGrant.ends_at > branches.AT
    since, until = AccessGrant.asked_at, AccessGrant.ends_at
    columns = case_columns("grant.asked", about=AccessGrant.reference, owner=None, since_at=since, due_at=until)
    query = rows(columns).join_from(AccessGrant, Case, Case.id == AccessGrant.case_id)
    return query.where(of_my_unit(), *requested, AccessGrant.kind == kind)


def _granted() -> sa.Select[Any]:
    """An access that was granted and not used yet."""
    open_ = (
        AccessGrant.state == cases.AccessState.GRANTED,
        AccessGrant.ends_at > branches.AT,
        AccessGrant.looked_at.is_(None),
    )
    columns = case_columns(
        "grant.granted", about=AccessGrant.reference, owner=AccessGrant.asked_by,
        since_at=AccessGrant.decided_at, due_at=AccessGrant.ends_at,
    )  # fmt: skip
    query = rows(columns).join_from(AccessGrant, Case, Case.id == AccessGrant.case_id)
    return query.where(of_my_unit(), *open_, AccessGrant.asked_by == branches.ME)


def _tasks() -> sa.Select[Any]:
    """Tasks that are due soon, that have no day, or that a colleague gave."""
    owner = sa.func.coalesce(CaseTask.owner, Case.assignee, CaseTask.made_by, type_=sa.String)
    columns = case_columns("task", owner=owner, since_on=CaseTask.made_on, due_on=CaseTask.due_on, due_at=None)
    query = rows(columns).join_from(CaseTask, Case, Case.id == CaseTask.case_id)
    is_given = CaseTask.owner != CaseTask.made_by
    now_due = sa.or_(CaseTask.due_on <= branches.SOON, CaseTask.due_on.is_(None), is_given)
    open_ = CaseTask.done_on.is_(None), Case.state != _S.PURGED, is_mine(owner)
    return query.where(of_my_unit(), *open_, now_due)


def _events() -> sa.Select[Any]:
    """Visits and interviews before their day, and after it until what came of them is written down.

    They are the row of all officers who take part, so one that a colleague planned is seen from the first moment.
    """
    word = sa.case(
        (CaseEvent.on_day < branches.TODAY, sa.literal("event_past.", sa.String)), else_=sa.literal("event.", sa.String)
    )
    kind = word + sa.type_coerce(CaseEvent.kind, sa.String)
    columns = case_columns(kind, about=CaseEvent.reference, owner=CaseEvent.owner, due_on=CaseEvent.on_day, due_at=None)
    query = rows(columns).join_from(CaseEvent, Case, Case.id == CaseEvent.case_id)
    takes_part = sa.cast(CaseEvent.officers, sa.String).like(sa.literal('%"') + branches.ME + sa.literal('"%'))
    is_near = sa.or_(CaseEvent.on_day <= branches.SOON, CaseEvent.written_by != branches.ME)
    waiting = CaseEvent.state == cases.EventState.PLANNED, Case.state != _S.PURGED, is_near
    return query.where(of_my_unit(), *waiting, sa.or_(is_mine(CaseEvent.owner), takes_part))


def _half_typed() -> sa.Select[Any]:
    """Forms of paper of which a part was typed in: what was typed is dropped after a fortnight."""
    columns = branches.Columns(
        kind="paper",
        reference=Case.reference,
        owner=PaperForm.officer,
        since_on=PaperForm.saved_on,
        country=Case.country,
    )
    half = PaperForm.unit == branches.UNIT, PaperForm.entered_on.is_(None), Case.state == _S.DRAFT
    query = rows(columns).join_from(PaperForm, Case, Case.id == PaperForm.case_id)
    return query.where(*half, is_mine(PaperForm.officer, Resource.PAPER, Act.WRITE))


CASE_SOURCES: tuple[branches.Source, ...] = (
    branches.Source(right(Resource.MESSAGE, Act.WRITE), _unread, branches.BY_PRIORITY),
    branches.Source(right(Resource.CASE, Act.HOLD), _unread_late, branches.BY_PRIORITY),
    branches.Source(right(Resource.CASE, Act.ASSIGN), lambda: _danger(~is_mine(Case.assignee))),
    branches.Source(_works, lambda: _danger(is_mine(Case.assignee))),
    branches.Source(_works, _own_cases),
    branches.Source(
        _works, _unassigned, branches.by_state([state for state in WORK_STATES if state is not _S.QUARANTINED])
    ),
    branches.Source(_works, _quarantined, branches.BY_PRIORITY),
    branches.Source(_works, _of_absent_assignees),
    branches.Source(proposes(Resource.DECISION), _write_decision),
    branches.Source(proposes(Resource.HEARING), _hearing_over),
    branches.Source(
        lambda may: may(Resource.SANCTION, Act.PROPOSE) and may(Resource.DECISION, Act.READ),
        _decided,
        branches.by_state(DECIDED),
    ),
    branches.Source(right(Resource.CASE, Act.HOLD), _decided, branches.by_state(DECIDED)),
    branches.Source(right(Resource.CASE, Act.HOLD), _measure_stands),
    branches.Source(right(Resource.CASE, Act.HOLD), _hold_to_review),
    branches.Source(approves(Resource.DECISION), _decision, not_by=Decision.drafted_by),
    branches.Source(right(Resource.ACCOUNT, Act.WRITE), _summary_untranslated),
    branches.Source(right(Resource.ACCOUNT, Act.WRITE), _letter_untranslated),
    branches.Source(right(Resource.ACCOUNT, Act.WRITE), _untranslated, branches.BY_PRIORITY),
    branches.Source(_works, _lowering, not_by=PriorityChange.asked_by),
    *(
        branches.Source(approves(RIGHT_TO[kind]), partial(_grants, kind), not_by=AccessGrant.asked_by)
        for kind in cases.AccessKind
    ),
    branches.Source(proposes(Resource.BREAK_GLASS), _granted),
    branches.Source(_works, _tasks),
    branches.Source(_works, _events),
    branches.Source(right(Resource.PAPER, Act.WRITE), _half_typed),
)
