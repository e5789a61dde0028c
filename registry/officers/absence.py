"""Which officers can act today: an account that is open, a role that may, and no leave.

An officer who lends a role is away on those days; who has it then is in `sessions.roles_on`.
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, func, or_, select, union
from sqlalchemy.orm import Session, aliased

from registry.officers.models import Officer, OfficerState, RoleHeld, RoleLent
from registry.officers.rights import RIGHTS, Act, Resource, Role


def is_able(session: Session, officer: Officer, resource: Resource, act: Act, today: date) -> bool:
    """Whether an officer has a right today and is there to use it. A case can be given to those who may read it."""
    return (
        session.scalars(able_officers(RIGHTS[resource, act], today).where(Officer.id == officer.id)).first() is not None
    )


def able(unit: Any, roles: Collection[Role], today: Any) -> Select[Any]:
    """The references of a unit's officers who have one of the roles today and are there. For use in other statements."""
    return able_officers(roles, today).where(Officer.unit == unit)


def unable(unit: Any, roles: Collection[Role], today: Any) -> Select[Any]:
    """The references of a unit's officers who have none of the roles today, or are away. For use in other statements."""
    there = able(unit, roles, today)
    return select(Officer.reference).where(Officer.unit == unit, Officer.reference.not_in(there))


def staffed_units(roles: Collection[Role]) -> Select[Any]:
    """The references of the units in which somebody who has joined holds one of the roles, away today or not."""
    held = RoleHeld.role.in_(sorted(roles)), RoleHeld.ended_on.is_(None), Officer.state == OfficerState.ACTIVE
    return select(Officer.unit).join(RoleHeld, RoleHeld.officer_id == Officer.id).where(*held).distinct()


def roles_usable_in(units: Any, today: Any) -> CompoundSelect[str, Role]:
    """Which roles somebody can use today in the units whose references are given: a unit and a role each."""
    there = Officer.unit.in_(units), *_is_there(today)
    held = select(Officer.unit, RoleHeld.role).join(RoleHeld, RoleHeld.officer_id == Officer.id)
    lent = select(Officer.unit, RoleLent.role).join(RoleLent, RoleLent.deputy_id == Officer.id)
    return union(
        held.where(RoleHeld.ended_on.is_(None), *there), lent.where(*_is_lent(today), _lender_has_it(), *there)
    )


def deputies(session: Session, officer: Officer, today: date) -> list[Officer]:
    """Those to whom an officer who is away today has lent a role."""
    lent = select(Officer).join(RoleLent, RoleLent.deputy_id == Officer.id)
    return list(session.scalars(lent.where(RoleLent.officer_id == officer.id, *_is_lent(today)).distinct()))


def away_until(today: date) -> Any:
    """The last day of a leave that lasts today, of the officer of the statement around it; null for one who is there."""
    mine = select(func.max(RoleLent.to_on)).where(RoleLent.officer_id == Officer.id, *_is_lent(today))
    return mine.correlate(Officer).scalar_subquery()


def able_officers(roles: Collection[Role], today: Any) -> Select[Any]:
    """The references of all officers who have one of the roles today and are there. For use in other statements."""
    named = sorted(roles)
    held = select(RoleHeld.officer_id).where(RoleHeld.role.in_(named), RoleHeld.ended_on.is_(None))
    deputy = select(RoleLent.deputy_id).where(RoleLent.role.in_(named), *_is_lent(today), _lender_has_it())
    return select(Officer.reference).where(*_is_there(today), or_(Officer.id.in_(held), Officer.id.in_(deputy)))


def _is_there(today: Any) -> tuple[ColumnElement[bool], ...]:
    away = select(RoleLent.officer_id).where(*_is_lent(today))
    return Officer.state == OfficerState.ACTIVE, Officer.id.not_in(away)


def _lender_has_it() -> ColumnElement[bool]:
    """Whether who lends a role has it still: else there is nothing to lend (`sessions.roles_on`)."""
    lender = aliased(Officer)
    had = RoleHeld.officer_id == lender.id, RoleHeld.role == RoleLent.role, RoleHeld.ended_on.is_(None)
    active = lender.id == RoleLent.officer_id, lender.state == OfficerState.ACTIVE
    return (
        select(lender.id)
        .join(RoleHeld, RoleHeld.officer_id == lender.id)
        .where(*had, *active)
        .correlate(RoleLent)
        .exists()
    )


def _is_lent(today: Any) -> tuple[ColumnElement[bool], ...]:
    return RoleLent.from_on <= today, RoleLent.to_on >= today, RoleLent.ended_on.is_(None)
