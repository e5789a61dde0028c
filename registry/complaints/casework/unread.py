"""What came into a case and the officer who has it has not read: who is told of it, by when, and what danger changes.

Whatever a complainant, helper or partner does to a case that was filed goes through `note`, and so does a case that comes from
another unit. It is unread until the assignee opens the case; while the case has none, or that officer is away or lost the role,
until one of those opens it who may answer. The deadline is that of the first look, begun anew by the case's priority: it
reminds the unit, and its supervisor once it is over.
Nothing here keeps a word of what was written, only that something waits, and that somebody is in danger.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.orm import Session

from registry.complaints.case import clocks, moves, states
from registry.complaints.case.models import Case
from registry.complaints.case.units import day_of_case
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.models import CaseView
from registry.complaints.triage import priorities, story
from registry.core.working_days import rounded_up
from registry.officers.absence import is_able
from registry.officers.models import NoticeKind, Unit
from registry.officers.models import Officer as Account
from registry.officers.notices import notify, notify_unit
from registry.officers.rights import Act, Resource
from registry.vocabulary.cases import CaseRole, CaseState, Priority, UnreadKind
from registry.vocabulary.codes import TriageReason

_ANSWER = frozenset({CaseRole.TRIAGE, CaseRole.INVESTIGATOR, CaseRole.SUPERVISOR})


def danger_of(text: str, *, is_stated: bool) -> TriageReason | None:
    """Why a message is about danger: its writer pressed the button (`is_stated`), or its words are among ours."""
    if is_stated:
        return TriageReason.IN_DANGER
    return TriageReason.DANGER_IN_MESSAGE if story.dangers_in(text) else None


def note(session: Session, case: Case, kind: UnreadKind, at: datetime, danger: TriageReason | None = None) -> None:
    """Say that something came into a locked case and waits for its officer: it is unread, due, and somebody is told.

    With `danger` the case is of the first priority from now on. Where two cases became one, the officers work on the other:
    its assignee is told, and its deadline runs. Call it before the act is recorded in the audit trail, whose head stays
    locked until the transaction ends. What was sent to officers who wait for the complainant ends their waiting. Of a draft
    no officer is told, nor of a withdrawn case that is not read any more.
    """
    if case.state is CaseState.DRAFT or (
        case.state is CaseState.WITHDRAWN and case.priority not in states.READ_WHEN_WITHDRAWN
    ):
        return
    case.has_unread, case.unread_kind = True, UnreadKind.graver(_kind_of(case), kind)
    if case.state is CaseState.WAITING_COMPLAINANT and kind in _SENT:
        moves.resume_case(session, case, at)
    worked_on = _lock_worked_on(session, case)
    both = [case] if worked_on is case else [case, worked_on]
    before = {one.id: one.priority for one in both}
    if danger is not None:
        for one in both:
            moves.set_case_priority(one, Priority.P0, at)
            one.in_danger_since = one.in_danger_since or at
            one.reasons = [danger, *(reason for reason in one.reasons if reason != danger)]
            priorities.refuse_lowering(session, one, at)
    if worked_on.is_open:
        clocks.restart_first_look(session, worked_on, at, is_danger=danger is not None)
    session.flush()
    is_danger = danger is not None or (kind in _TOLD_OF_DANGER and case.priority is Priority.P0)
    if is_danger or worked_on.state is not CaseState.QUARANTINED:
        _tell(session, worked_on, rounded_up(at), is_danger=is_danger)
    if danger is not None:
        for one in both:
            detail = f"{before[one.id]} {one.priority}"
            moves.changed(
                session, one, "case.danger", day_of_case(session, one, at), role=CaseRole.COMPLAINANT, detail=detail
            )
        if case.state is CaseState.QUARANTINED:
            moves.advance_case(session, case, CaseState.SUBMITTED, CaseRole.REGISTRY, at)


_SENT = frozenset({UnreadKind.MESSAGE, UnreadKind.FILE, UnreadKind.ANSWERS})
_TOLD_OF_DANGER = frozenset({UnreadKind.WITHDRAWAL, UnreadKind.TRANSFER})
"""What is told like danger where the case is of the first priority already."""


def _kind_of(case: Case) -> UnreadKind | None:
    if not case.has_unread:
        return None
    # The version before noted messages alone, without a kind.
    return UnreadKind(case.unread_kind or UnreadKind.MESSAGE)


def is_read_by(session: Session, case: Case, officer: Officer, today: date) -> bool:
    """Whether what came counts as read when this officer opens the case."""
    assignee = _assignee(session, _worked_on(session, case), today)
    return officer.role in _ANSWER if assignee is None else officer.name == assignee.reference


def mark_read(session: Session, case: Case, today: date) -> None:
    """What came into a locked case was read by the officer who has it: its deadline is met, unless somebody is in danger."""
    if not case.has_unread:
        return
    case.has_unread, case.unread_kind = False, None
    if case.state is CaseState.WITHDRAWN:
        case.in_danger_since = None
    session.flush()
    worked_on = _lock_worked_on(session, case)
    still = select(Case.id).where(
        or_(Case.id == worked_on.id, Case.merged_into_id == worked_on.id), Case.has_unread.is_(True)
    )
    if worked_on.is_open and session.execute(still.limit(1)).first() is None:
        clocks.mark_looked_at(session, worked_on, today)


def _worked_on(session: Session, case: Case) -> Case:
    """The case itself, or the one that goes on for it."""
    while case.state is CaseState.MERGED and case.merged_into_id is not None:
        case = session.get_one(Case, case.merged_into_id)
    return case


def _lock_worked_on(session: Session, case: Case) -> Case:
    found = _worked_on(session, case)
    return case if found is case else moves.lock_case_by_id(session, found.id)


def _assignee(session: Session, case: Case, today: date) -> Account | None:
    """The officer whose case it is; None where that officer cannot work on it today, so that no one would read it."""
    if case.assignee is None:
        return None
    account = session.scalars(select(Account).where(Account.reference == case.assignee)).one_or_none()
    return account if account is not None and is_able(session, account, Resource.CASE, Act.READ, today) else None


def _tell(session: Session, case: Case, at: datetime, *, is_danger: bool) -> None:
    """Tell the assignee; of danger, and where no assignee is there today, also those who give cases to officers."""
    assignee = _assignee(session, case, day_of_case(session, case, at))
    if assignee is not None:
        notify(session, assignee, NoticeKind.ASSIGNED, at, is_danger=is_danger)
    if assignee is None or is_danger:
        unit = session.get_one(Unit, case.unit_id).reference
        known = [] if assignee is None else [assignee.reference]
        notify_unit(session, unit, Resource.CASE, Act.ASSIGN, NoticeKind.ASSIGNED, at, but=known, is_danger=is_danger)


SHOWN_FOR = timedelta(minutes=30)
"""How long it is shown who else has a case open, so that two officers do not work on it unaware of each other. The audit trail
holds days and no hours; these instants are of officers alone, and are forgotten within hours."""


class Seen(NamedTuple):
    """Another officer who opened the case, and whole minutes ago."""

    name: str
    minutes: int


def note_view(session: Session, case: Case, officer_id: int, at: datetime) -> None:
    """Note that an officer has the case open now, in place of when it was opened before."""
    before = and_(CaseView.case_id == case.id, CaseView.officer_id == officer_id)
    session.execute(delete(CaseView).where(or_(before, CaseView.seen_at <= at - SHOWN_FOR)))
    session.add(CaseView(case_id=case.id, officer_id=officer_id, seen_at=at))
    session.flush()


def seen_by(session: Session, case: Case, at: datetime, *, but: int) -> Sequence[Seen]:
    """The other officers who opened a case within half an hour, the latest first."""
    last = func.max(CaseView.seen_at, type_=CaseView.seen_at.type)
    query = select(Account.name, last).join(CaseView, CaseView.officer_id == Account.id)
    query = query.where(CaseView.case_id == case.id, CaseView.officer_id != but, CaseView.seen_at > at - SHOWN_FOR)
    rows = session.execute(query.group_by(Account.id, Account.name).order_by(last.desc()))
    return [Seen(name, max(0, int((at - seen_at).total_seconds() // 60))) for name, seen_at in rows]


def forget_views(session: Session, at: datetime) -> None:
    session.execute(delete(CaseView).where(CaseView.seen_at <= at - SHOWN_FOR))
