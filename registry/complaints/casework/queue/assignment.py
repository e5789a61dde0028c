"""Assignment: which officer has a case, and how many cases each officer of a unit has."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.case.moves import advance_case
from registry.complaints.casework.actions import Officer, lock_case, record_act
from registry.complaints.casework.queries import agencies_of
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.errors import Fault, IllegalMove, InvalidInput
from registry.officers import days, notices
from registry.officers.absence import away_until, is_able
from registry.officers.models import Conflict, NoticeKind, OfficerState, RoleHeld
from registry.officers.models import Officer as Account
from registry.officers.rights import RIGHTS, Act, Resource
from registry.vocabulary.cases import CaseState, Priority
from registry.vocabulary.codes import Problem

_WORKS = sorted(RIGHTS[Resource.CASE, Act.READ])


class Worker(NamedTuple):
    """An officer of a unit. `load`: how many open cases they have; `takes_cases`: whether they can be given another.

    `away_until`: the last day of a leave that lasts today.
    """

    reference: str
    name: str
    load: int
    takes_cases: bool
    away_until: date | None


def workers(session: Session, unit: str, today: date) -> list[Worker]:
    """All officers of a unit by name, also those who left: what they did keeps their name."""
    has_role = exists().where(RoleHeld.officer_id == Account.id, RoleHeld.role.in_(_WORKS), RoleHeld.ended_on.is_(None))
    takes_cases = and_(Account.state == OfficerState.ACTIVE, has_role)
    rows = session.execute(
        select(Account.reference, Account.name, func.count(Case.id), takes_cases, away_until(today))
        .outerjoin(Case, and_(Case.assignee == Account.reference, Case.is_open))
        .where(Account.unit == unit)
        .group_by(Account.id)
        .order_by(Account.name, Account.reference)
    )
    return [Worker(reference, name, load, bool(accepts), until) for reference, name, load, accepts, until in rows]


def assign(call: Call[Officer], sealer: Sealer, reference: str, assignee: str | None = None) -> Case:
    """Assign a case to an officer of the unit by reference, or to no one where none is named. Idempotent.

    Raises NotFound, StaleVersion; InvalidInput where no officer of the unit who takes cases has this reference;
    IllegalMove where the officer has declared an interest in the agency that it is about.
    """
    session, officer, to = call.session, call.actor, assignee or None
    case = lock_case(session, officer, reference, call.version)
    if to is not None:
        if to not in {one.reference for one in workers(session, officer.unit, days.today_of(call)) if one.takes_cases}:
            raise InvalidInput([Fault.of("assignee", Problem.INVALID_VALUE, "officer_of_unit")])
        _require_no_interest(session, sealer, case, to)
    if case.assignee != to:
        case.assignee = to
        if to is not None and to != officer.name:
            notices.notify_named(session, to, NoticeKind.ASSIGNED, call.at, is_danger=case.priority is Priority.P0)
        what = "case.assigned" if to else "case.unassigned"
        record_act(call, case, what, to or "")
        session.flush()
    return case


def take(call: Call[Officer], sealer: Sealer, reference: str, *, investigates: bool) -> Case:
    """Take a case oneself: it is the officer's, was looked at and, where the officer `investigates`, is investigated.

    Raises NotFound; IllegalMove where it is another officer's who can act today, or is not to be taken up, or where the
    officer has declared an interest.
    """
    session, officer, at = call.session, call.actor, call.at
    case = lock_case(session, officer, reference, call.version)
    if case.state not in TAKEN_UP:
        raise IllegalMove(f"a case that is {case.state} is not taken up", "case.not_taken", state=case.state)
    if case.assignee != officer.name and not is_free(session, case, days.today_of(call)):
        raise IllegalMove("another officer has this case", "case.has_assignee")
    _require_no_interest(session, sealer, case, officer.name)
    if case.assignee != officer.name:
        case.assignee = officer.name
        record_act(call, case, "case.assigned", officer.name)
    if case.state is not CaseState.IN_TRIAGE:
        advance_case(session, case, CaseState.IN_TRIAGE, officer.role, at, actor=officer.name)
    if investigates:
        advance_case(session, case, CaseState.INVESTIGATING, officer.role, at, actor=officer.name)
    session.flush()
    return case


def is_free(session: Session, case: Case, today: date) -> bool:
    """Whether a case waits to be taken up, and has no assignee who can act today."""
    if case.state not in TAKEN_UP or case.assignee is None:
        return case.state in TAKEN_UP
    account = session.scalars(select(Account).where(Account.reference == case.assignee)).one_or_none()
    return account is None or not is_able(session, account, Resource.CASE, Act.READ, today)


TAKEN_UP = frozenset({CaseState.SUBMITTED, CaseState.IN_TRIAGE, CaseState.REOPENED})
"""States in which a case waits to be taken up."""


def _require_no_interest(session: Session, sealer: Sealer, case: Case, to: str) -> None:
    agencies = agencies_of(sealer, case)
    interest = (
        select(Conflict.id)
        .join(Account, Account.id == Conflict.officer_id)
        .where(Account.reference == to, Conflict.agency.in_(agencies), Conflict.ended_on.is_(None))
    )
    if agencies and session.execute(interest.limit(1)).first() is not None:
        raise IllegalMove("this officer declared an interest in the agency that the case is about", "case.has_interest")
