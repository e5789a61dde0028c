"""Reminds officers of waiting work, and escalates where no one has answered. Each step stays due until it is done.

A mail says only that there is something: it names no number, person, country or priority.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.case import moves, states
from registry.complaints.case.models import Case
from registry.complaints.casework.models import CaseClock
from registry.complaints.parties.models import Referral, Transfer
from registry.complaints.parties.referrals.rules import ANSWER_WITHIN, REMIND_BEFORE
from registry.complaints.parties.transfers.rules import LATE_AFTER
from registry.core.clock import day_at
from registry.core.db.engine import reading_session
from registry.core.db.errors import do_for_each
from registry.core.working_days import rounded_up
from registry.officers.models import NoticeKind, Unit
from registry.officers.notices import notify_unit
from registry.officers.rights import Act, Resource
from registry.vocabulary.cases import CaseState, ClockKind, Priority, ReferralState, TransferState

Tell = Callable[[str, str, str], bool]
"""Sends a mail: address, subject, text. False when it was not sent, so that it is tried again."""

AT_ONCE = 500
"""Deadlines that one transaction updates."""

SUBJECT = "Something waits for you"
TEXT = "Something waits for you in the registry. Please look at your queue.\n"
OVERDUE = "Something in the registry is overdue. Please look at the queue.\n"


class _Called(NamedTuple):
    unit_id: int
    address: str
    clock_ids: list[int]
    is_overdue: bool
    is_danger: bool


def remind(sessions: sessionmaker[Session], tell: Tell, at: datetime) -> int:
    """Mail each unit once for all its deadlines that are due, and its supervisor for overdue ones; gives how many.

    The mail goes first: if we crash before that is recorded it is sent twice, which is better than never. Units with somebody
    in danger (P0) come first. One for which `tell` raises keeps no other from its mail: SomeFailed is raised at the end.
    """
    sent = 0

    def call(one: _Called) -> None:
        nonlocal sent
        if tell(one.address, SUBJECT, OVERDUE if one.is_overdue else TEXT):
            sent += 1
            _write_down(sessions, one, at)

    with reading_session(sessions) as session:
        called = [one for is_overdue in (False, True) for one in _due(session, at, is_overdue=is_overdue)]
    do_for_each(sorted(called, key=lambda one: not one.is_danger), call, "reminding a unit")
    return sent


def go_on_without_answer(sessions: sessionmaker[Session], at: datetime) -> int:
    """Cases that waited 60 days for their complainant go on. Gives how many."""
    over = (
        select(Case.id)
        .join(CaseClock, CaseClock.case_id == Case.id)
        .where(
            Case.state == CaseState.WAITING_COMPLAINANT,
            CaseClock.kind == ClockKind.WAITING,
            CaseClock.met_on.is_(None),
            CaseClock.due_at <= at,
        )
        .order_by(Case.id)
        .limit(1)
    )
    count = 0
    while True:
        with sessions.begin() as session:
            found = session.execute(over).scalar_one_or_none()
            if found is None:
                return count
            case = moves.lock_case_by_id(session, found)
            if case.state is CaseState.WAITING_COMPLAINANT:
                moves.resume_case(session, case, at)
                count += 1


def remind_partners(sessions: sessionmaker[Session], at: datetime) -> int:
    """Tell each partner once, some days before it is to have answered, that a referral waits. Gives how many."""
    today = day_at(at, None)
    since = today - ANSWER_WITHIN + REMIND_BEFORE
    with sessions.begin() as session:
        waiting = select(Referral).where(
            Referral.state == ReferralState.SENT, Referral.sent_on <= since, Referral.reminded_on.is_(None),
            Referral.expires_on >= today,
        )  # fmt: skip
        found = session.execute(waiting.order_by(Referral.id).limit(AT_ONCE)).scalars().all()
        for referral in found:
            referral.reminded_on = today
            notify_unit(session, referral.party, Resource.REFERRAL, Act.ANSWER, NoticeKind.ASSIGNED, at)
    return len(found)


def tell_late_transfers(sessions: sessionmaker[Session], at: datetime) -> int:
    """Tell both units once that a request to take a case over was not answered in time. Gives how many.

    In the unit that was asked those who can answer are told, in the one that has the case its supervisors.
    """
    with sessions.begin() as session:
        late = select(Transfer).where(
            Transfer.state == TransferState.ASKED, Transfer.due_at <= at - LATE_AFTER, Transfer.told_late_at.is_(None)
        )
        found = session.scalars(late.order_by(Transfer.id).limit(AT_ONCE)).all()
        for transfer in found:
            transfer.told_late_at = rounded_up(at)
            is_danger = session.get_one(Case, transfer.case_id).priority is Priority.P0
            for unit, resource, act, kind in (
                (transfer.party, Resource.TRANSFER, Act.APPROVE, NoticeKind.SECOND_PERSON),
                (transfer.former, Resource.CASE, Act.HOLD, NoticeKind.ASSIGNED),
            ):
                notify_unit(session, unit, resource, act, kind, at, is_danger=is_danger)
    return len(found)


def _due(session: Session, at: datetime, *, is_overdue: bool) -> list[_Called]:
    given, since = (
        (CaseClock.escalated_at, CaseClock.due_at) if is_overdue else (CaseClock.reminded_at, CaseClock.remind_at)
    )
    rows = session.execute(
        select(Unit.id, Unit.email, Unit.supervisor_email, CaseClock.id, Case.priority)
        .join(Case, Case.id == CaseClock.case_id)
        .join(Unit, Unit.id == Case.unit_id)
        .where(
            since <= at,
            given.is_(None),
            CaseClock.met_on.is_(None),
            CaseClock.paused_on.is_(None),
            CaseClock.kind != ClockKind.WAITING,
            Case.state.in_(sorted(states.OPEN_STATES)),
            or_(Unit.email.is_not(None), Unit.supervisor_email.is_not(None)),
        )
        .order_by(Unit.id, CaseClock.id)
    ).all()
    called: dict[int, _Called] = {}
    in_danger = {unit_id for unit_id, *_, priority in rows if priority is Priority.P0}
    for unit_id, email, supervisor, clock_id, _ in rows:
        # One of the two is there: the query asks for it.
        address = ((supervisor or email) if is_overdue else (email or supervisor)) or ""
        one = called.setdefault(unit_id, _Called(unit_id, address, [], is_overdue, unit_id in in_danger))
        one.clock_ids.append(clock_id)
    return list(called.values())


def _write_down(sessions: sessionmaker[Session], called: _Called, at: datetime) -> None:
    for start in range(0, len(called.clock_ids), AT_ONCE):
        some = called.clock_ids[start : start + AT_ONCE]
        with sessions.begin() as session:
            for clock in session.execute(select(CaseClock).where(CaseClock.id.in_(some))).scalars():
                if called.is_overdue:
                    clock.escalated_at = rounded_up(at)
                else:
                    clock.reminded_at = rounded_up(at)
