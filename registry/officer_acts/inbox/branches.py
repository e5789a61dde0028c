"""What every source of the inbox gives: the same columns and values, so that one statement reads them all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Select,
    String,
    bindparam,
    cast,
    literal,
    null,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.sql.elements import BindParameter

from registry.complaints.case.models import Case
from registry.core.db.engine import Instant
from registry.officers.absence import able, unable
from registry.officers.models import Unit
from registry.officers.rights import RIGHTS, Act, Resource, Role

MAX_ROWS = 50
"""Rows that one source gives: anyone who has more waiting begins with these."""

ME: BindParameter[str] = bindparam("me", type_=String)
UNIT: BindParameter[str] = bindparam("unit", type_=String)
AUTHORITY: BindParameter[str] = bindparam("authority", type_=String)
TODAY: BindParameter[Any] = bindparam("today", type_=Date)
SOON: BindParameter[Any] = bindparam("soon", type_=Date)
LONG_AGO: BindParameter[Any] = bindparam("long_ago", type_=Date)
REOPENABLE: BindParameter[Any] = bindparam("reopenable", type_=Date)
AT: BindParameter[Any] = bindparam("at", type_=Instant)
CONFLICTS: BindParameter[Any] = bindparam("conflicts", type_=String, expanding=True)

_STORED: dict[Any, Any] = {String: String, Date: Date, Instant: BigInteger}
"""As which type a column is stored."""

May = Callable[[Resource, Act], bool]


class Source(NamedTuple):
    """One reason for a row: who may see it, as a right or a function of all rights, and the statement that finds it."""

    may: Callable[[May], bool]
    query: Callable[[], Select[Any]]

    def is_of(self, roles: frozenset[Role]) -> bool:
        """Whether somebody with these roles sees it."""
        return self.may(lambda resource, act: bool(RIGHTS.get((resource, act), frozenset()) & roles))


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns of a row. `kind` has its words at `inbox.<kind>`; `about` is what the link leads to within `reference`."""

    kind: Any
    reference: Any
    about: Any = None
    owner: Any = None
    since_on: Any = None
    since_at: Any = None
    due_on: Any = None
    due_at: Any = None
    priority: Any = None


def right(resource: Resource, act: Act) -> Callable[[May], bool]:
    return lambda may: may(resource, act)


def rows(columns: Columns) -> Select[Any]:
    """The beginning of a source's statement."""
    return select(
        _as(columns.kind, String, "kind"),
        _as(columns.reference, String, "reference"),
        _as(columns.about, String, "about"),
        _as(columns.owner, String, "owner"),
        _as(columns.since_on, Date, "since_on"),
        _as(columns.since_at, Instant, "since_at"),
        _as(columns.due_on, Date, "due_on"),
        _as(columns.due_at, Instant, "due_at"),
        _as(columns.priority, String, "priority"),
    )


def _as(value: Any, type_: Any, name: str) -> Any:
    if value is None:
        # A bare NULL in every branch would leave PostgreSQL to take the column for text.
        return type_coerce(cast(null(), _STORED[type_]), type_).label(name)
    if isinstance(value, str):
        return literal(value, String).label(name)
    return type_coerce(value, type_).label(name)


def in_my_unit() -> ColumnElement[bool]:
    return Case.unit_id == select(Unit.id).where(Unit.reference == UNIT).scalar_subquery()


def of_my_unit() -> ColumnElement[bool]:
    """As `in_my_unit`, for rows of another table of which there are few: worded so that no index of the queue fits, for SQLite
    would else read the whole queue in its order."""
    return Case.unit_id + 0 == select(Unit.id).where(Unit.reference == UNIT).scalar_subquery()


def is_mine(owner: Any, resource: Resource = Resource.CASE, act: Act = Act.READ) -> ColumnElement[bool]:
    """Whether the row is this officer's: the owner is, there is none, or the one there was cannot use this right today.

    Who reads cases can be given one. An officer of another unit, from which the case came, cannot use it here.
    """
    return or_(owner == ME, owner.is_(None), owner.not_in(able(UNIT, RIGHTS[resource, act], TODAY)))


def unable_today(resource: Resource, act: Act) -> Select[Any]:
    """The officers of the unit who cannot use a right today: they have left, lost the role, or are away."""
    return unable(UNIT, RIGHTS[resource, act], TODAY)
