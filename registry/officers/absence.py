"""Which officers can act today: an account that is open, a role that may, and no leave.

An officer who lends a role is away on those days; who has it then is in `sessions.roles_on`.
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from registry.officers.models import Officer, OfficerState, RoleHeld, RoleLent
from registry.officers.rights import RIGHTS, Act, Resource, Role


def is_able(session: Session, officer: Officer, resource: Resource, act: Act, today: date) -> bool:
    """Whether an officer has a right today and is there to use it. A case can be given to those who may read it."""
    return session.scalars(_able(RIGHTS[resource, act], today).where(Officer.id == officer.id)).first() is not None


def able(unit: Any, roles: Collection[Role], today: Any) -> Select[Any]:
    """The references of a unit's officers who have one of the roles today and are there. For use in other statements."""
    return _able(roles, today).where(Officer.unit == unit)


def unable(unit: Any, roles: Collection[Role], today: Any) -> Select[Any]:
    """The references of a unit's officers who have none of the roles today, or are away. For use in other statements."""
    there = able(unit, roles, today)
    return select(Officer.reference).where(Officer.unit == unit, Officer.reference.not_in(there))


def staffed_units(roles: Collection[Role]) -> Select[Any]:
    """The references of the units in which somebody who has joined holds one of the roles, away today or not."""
    held = RoleHeld.role.in_(sorted(roles)), RoleHeld.ended_on.is_(None), Officer.state == OfficerState.ACTIVE
    return select(Officer.unit).join(RoleHeld, RoleHeld.officer_id == Officer.id).where(*held).distinct()


def roles_held_in(units: Select[Any]) -> Select[str, Role]:
    """Which roles somebody who has joined holds in the units whose references are given: a unit and a role each."""
    held = Officer.unit.in_(units), RoleHeld.ended_on.is_(None), Officer.state == OfficerState.ACTIVE
    return select(Officer.unit, RoleHeld.role).join(Officer, Officer.id == RoleHeld.officer_id).where(*held).distinct()


def deputies(session: Session, officer: Officer, today: date) -> list[Officer]:
    """Those to whom an officer who is away today has lent a role."""
    lent = select(Officer).join(RoleLent, RoleLent.deputy_id == Officer.id)
    return list(session.scalars(lent.where(RoleLent.officer_id == officer.id, *_is_lent(today)).distinct()))


def away_until(today: date) -> Any:
    """The last day of a leave that lasts today, of the officer of the statement around it; null for one who is there."""
    mine = select(func.max(RoleLent.to_on)).where(RoleLent.officer_id == Officer.id, *_is_lent(today))
    return mine.correlate(Officer).scalar_subquery()


def _able(roles: Collection[Role], today: Any) -> Select[Any]:
    held = select(RoleHeld.officer_id).where(RoleHeld.role.in_(sorted(roles)), RoleHeld.ended_on.is_(None))
    deputy = select(RoleLent.deputy_id).where(RoleLent.role.in_(sorted(roles)), *_is_lent(today))
    away = select(RoleLent.officer_id).where(*_is_lent(today))
    return select(Officer.reference).where(
        Officer.state == OfficerState.ACTIVE,
        or_(Officer.id.in_(held), Officer.id.in_(deputy)),
        Officer.id.not_in(away),
    )


def _is_lent(today: Any) -> tuple[ColumnElement[bool], ...]:
    return RoleLent.from_on <= today, RoleLent.to_on >= today, RoleLent.ended_on.is_(None)
