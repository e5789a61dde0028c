"""What every source of the inbox gives: the same columns and values, so that one statement reads them all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.sql.elements import BindParameter

from registry.complaints.case.models import Case
from registry.complaints.casework.actions import in_unit, in_unit_of_few
from registry.core.db.engine import Instant
from registry.officers.absence import able, able_officers, unable
from registry.officers.models import Conflict, Officer, Unit
from registry.officers.rights import RIGHTS, Act, Reach, Resource, Role
from registry.vocabulary.cases import CaseState, Priority

MAX_ROWS, MAX_ROWS_OF_PART = 50, 10
"""Rows that one source gives, the most urgent first, and one part of a source that is divided."""

ME: BindParameter[str] = sa.bindparam("me", type_=sa.String)
UNIT: BindParameter[str] = sa.bindparam("unit", type_=sa.String)
AUTHORITY: BindParameter[str] = sa.bindparam("authority", type_=sa.String)
TODAY: BindParameter[Any] = sa.bindparam("today", type_=sa.Date)
SOON: BindParameter[Any] = sa.bindparam("soon", type_=sa.Date)
LONG_AGO: BindParameter[Any] = sa.bindparam("long_ago", type_=sa.Date)
REVIEWED: BindParameter[Any] = sa.bindparam("reviewed", type_=sa.Date)
REOPENABLE: BindParameter[Any] = sa.bindparam("reopenable", type_=sa.Date)
AT: BindParameter[Any] = sa.bindparam("at", type_=Instant)
CONFLICTS: BindParameter[Any] = sa.bindparam("conflicts", type_=sa.String, expanding=True)

_STORED: dict[Any, Any] = {sa.String: sa.String, sa.Date: sa.Date, Instant: sa.BigInteger}
"""As which type a column is stored."""

BY_PRIORITY = tuple((Case.priority == one,) for one in Priority)


def by_state(states: Sequence[CaseState]) -> tuple[tuple[sa.ColumnElement[bool], ...], ...]:
    return tuple((Case.state == state, *priority) for state in states for priority in BY_PRIORITY)


def written(column: Any, word: StrEnum) -> BindParameter[Any]:
    """A word of a column's closed set that stands in the statement itself, not beside it as a bound value.

    For columns that an index of some of their words is made of: whether it fits SQLite would ask of a bound word each time, and
    plan the whole statement anew, which takes as long as to run it.
    """
    return sa.bindparam(None, word, type_=column.type, literal_execute=True)


May = Callable[[Resource, Act], bool]


class Source(NamedTuple):
    """One reason for a row: who may see it, as a right or a function of all rights, and the statement that finds it."""

    may: Callable[[May], bool]
    query: Callable[[], sa.Select[Any]]
    parts: Sequence[tuple[sa.ColumnElement[bool], ...]] = ((),)
    """Conditions that divide it, so that many rows of one part hide none of another. Each is a range of an index."""
    not_by: Any = None
    """The column that names who took the first step, where only another may take the second."""
    reach: Reach = Reach.UNIT
    """Whose officers see it: those of the unit, of all units of the authority, or of all."""

    @property
    def roles(self) -> frozenset[Role]:
        """Each role that sees it."""
        return _roles_with(self.may)

    def alone(self, query: sa.Select[Any]) -> sa.ColumnElement[bool]:
        """Whether only one person could take the second step, and it is the one who took the first.

        An officer with an interest in the agency can take none.
        """
        can = able_today(self.roles, self.reach)
        interest = (
            sa.select(Conflict.id)
            .join(Officer, Officer.id == Conflict.officer_id)
            .where(
                Officer.reference == can.c.reference,
                Conflict.ended_on.is_(None),
                Conflict.agency == query.selected_columns.agency,
            )
            # Two selects below the row whose agency it is, which is not correlated by itself.
            .correlate_except(Conflict, Officer)
        )
        others = sa.select(can.c.reference).where(can.c.reference != self.not_by, ~interest.exists())
        return ~others.exists()

    def is_of(self, roles: frozenset[Role]) -> bool:
        """Whether somebody with these roles sees it."""
        return _has_right(self.may, roles)


def _has_right(may: Callable[[May], bool], roles: frozenset[Role]) -> bool:
    return may(lambda resource, act: bool(RIGHTS.get((resource, act), frozenset()) & roles))


@cache
def _roles_with(may: Callable[[May], bool]) -> frozenset[Role]:
    # Asked of every source for each page that a supervisor opens.
    return frozenset(role for role in Role if _has_right(may, frozenset({role})))


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns of a row. `kind` has its words at `inbox.<kind>`; `about` is what the link leads to within `reference`.

    `agency` is a public reference. A case's agency is sealed, and is not among them.
    """

    kind: Any
    reference: Any
    about: Any = None
    owner: Any = None
    since_on: Any = None
    since_at: Any = None
    due_on: Any = None
    due_at: Any = None
    priority: Any = None
    agency: Any = None
    country: Any = None
    language: Any = None
    danger_at: Any = None


def right(resource: Resource, act: Act) -> Callable[[May], bool]:
    return lambda may: may(resource, act)


def proposes(resource: Resource) -> Callable[[May], bool]:
    return right(resource, Act.PROPOSE)


def approves(resource: Resource) -> Callable[[May], bool]:
    return right(resource, Act.APPROVE)


_TYPES = {"since_on": sa.Date, "since_at": Instant, "due_on": sa.Date, "due_at": Instant, "danger_at": Instant}
"""Of the columns that are no texts."""


def rows(columns: Columns) -> sa.Select[Any]:
    """The beginning of a source's statement."""
    names = [one.name for one in fields(Columns)]
    return sa.select(*(_as(getattr(columns, name), _TYPES.get(name, sa.String), name) for name in names))


def _as(value: Any, type_: Any, name: str) -> Any:
    if value is None:
        # A bare NULL in every branch would leave PostgreSQL to take the column for text.
        return sa.type_coerce(sa.cast(sa.null(), _STORED[type_]), type_).label(name)
    if isinstance(value, str):
        return sa.literal(value, sa.String).label(name)
    return sa.type_coerce(value, type_).label(name)


def in_my_unit() -> sa.ColumnElement[bool]:
    return in_unit(UNIT)


def of_my_unit() -> sa.ColumnElement[bool]:
    """As `in_my_unit`, for rows of another table of which there are few."""
    return in_unit_of_few(UNIT)


def is_mine(owner: Any, resource: Resource = Resource.CASE, act: Act = Act.READ) -> sa.ColumnElement[bool]:
    """Whether the row is this officer's: the owner is, there is none, or the one there was cannot use this right today.

    Who reads cases can be given one. An officer of another unit, from which the case came, cannot use it here.
    """
    return sa.or_(owner == ME, owner.is_(None), owner.not_in(able(UNIT, RIGHTS[resource, act], TODAY)))


@cache
def able_today(roles: frozenset[Role], reach: Reach) -> sa.CTE:
    """The officers who can use one of the roles today, in the unit or wherever the reach goes."""
    there = able_officers(roles, TODAY)
    beside = sa.select(Unit.reference).where(Unit.authority == AUTHORITY, Unit.closed_on.is_(None))
    whose = {Reach.UNIT: Officer.unit == UNIT, Reach.AUTHORITY: Officer.unit.in_(beside)}
    name = "_".join(("able", reach, *sorted(roles)))
    return (there.where(whose[reach]) if reach in whose else there).cte(name)


@cache
def _unable(resource: Resource, act: Act) -> sa.CTE:
    # By one name wherever it is used in a statement: the database reads it once.
    return unable(UNIT, RIGHTS[resource, act], TODAY).cte(f"unable_{resource}_{act}")


def unable_today(resource: Resource, act: Act) -> sa.Select[Any]:
    """The officers of the unit who cannot use a right today: they have left, lost the role, or are away."""
    return sa.select(_unable(resource, act).c.reference)
