"""Assignment: which officer has a case, and how many cases each officer of a unit has."""

from typing import NamedTuple

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.casework.actions import Officer, lock_case, record_act
from registry.complaints.casework.queries import named_agency_id
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.errors import Fault, IllegalMove, InvalidInput
from registry.officers.models import Conflict, NoticeKind, OfficerState, RoleHeld
from registry.officers.models import Officer as Account
from registry.officers.notices import notify_named
from registry.officers.rights import RIGHTS, Act, Resource
from registry.vocabulary.cases import Priority
from registry.vocabulary.codes import Problem

_WORKS = sorted(RIGHTS[Resource.CASE, Act.READ])


class Worker(NamedTuple):
    """An officer of a unit. `load`: how many open cases they have; `takes_cases`: whether they can be given another."""

    reference: str
    name: str
    load: int
    takes_cases: bool


def workers(session: Session, unit: str) -> list[Worker]:
    """All officers of a unit by name, also those who left: what they did keeps their name."""
    has_role = exists().where(RoleHeld.officer_id == Account.id, RoleHeld.role.in_(_WORKS), RoleHeld.ended_on.is_(None))
    takes_cases = and_(Account.state == OfficerState.ACTIVE, has_role)
    rows = session.execute(
        select(Account.reference, Account.name, func.count(Case.id), takes_cases)
        .outerjoin(Case, and_(Case.assignee == Account.reference, Case.is_open))
        .where(Account.unit == unit)
        .group_by(Account.id)
        .order_by(Account.name, Account.reference)
    )
    return [Worker(reference, name, load, bool(accepts)) for reference, name, load, accepts in rows]


def assign(call: Call[Officer], sealer: Sealer, reference: str, assignee: str | None = None) -> Case:
    """Assign a case to an officer of the unit by reference, or to no one where none is named. Idempotent.

    Raises NotFound, StaleVersion; InvalidInput where no officer of the unit who takes cases has this reference;
    IllegalMove where the officer has declared an interest in the agency that it is about.
    """
    session, officer, to = call.session, call.actor, assignee or None
    case = lock_case(session, officer, reference, call.version)
    if to is not None:
        if to not in {one.reference for one in workers(session, officer.unit) if one.takes_cases}:
            raise InvalidInput([Fault.of("assignee", Problem.INVALID_VALUE, "officer_of_unit")])
        _require_no_interest(session, sealer, case, to)
    if case.assignee != to:
        case.assignee = to
        if to is not None and to != officer.name:
            notify_named(session, to, NoticeKind.ASSIGNED, call.at, is_danger=case.priority is Priority.P0)
        what = "case.assigned" if to else "case.unassigned"
        record_act(call, case, what, to or "")
        session.flush()
    return case


def _require_no_interest(session: Session, sealer: Sealer, case: Case, to: str) -> None:
    agency = named_agency_id(sealer, case)
    interest = (
        select(Conflict.id)
        .join(Account, Account.id == Conflict.officer_id)
        .where(Account.reference == to, Conflict.agency == agency, Conflict.ended_on.is_(None))
    )
    if agency is not None and session.execute(interest.limit(1)).first() is not None:
        raise IllegalMove("this officer declared an interest in the agency that the case is about", "case.has_interest")
