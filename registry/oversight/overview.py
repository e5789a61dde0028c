"""Reads for the overview of a unit: one query for each figure, counted by the database, within the unit alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Integer, Text, case, cast, func, select, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from registry.complaints.case.models import Case
from registry.complaints.case.states import DECIDED_STATES, OPEN_STATES
from registry.complaints.casework.actions import in_unit
from registry.complaints.casework.models import CaseClock, CaseMove
from registry.complaints.casework.queue.glances import lies_with
from registry.core.clock import zone
from registry.officers.days import day_in, zone_of
from registry.oversight.rules import COUNTED, UP_TO, Age, Period, Spans, spans
from registry.vocabulary.cases import CaseState, ClockKind, Indicator, LiesWith, Priority

_STATES = {state: place for place, state in enumerate(CaseState)}
_AGES = {age: place for place, age in enumerate(Age)}


class Open(NamedTuple):
    state: CaseState
    priority: Priority | None
    age: Age
    cases: int


class DeadlineCounts(NamedTuple):
    """A kind of deadline that fell in the period. `late`: over and not met; `running`: due later in it, or paused."""

    kind: ClockKind
    kept: int
    missed: int
    late: int
    running: int


class Came(NamedTuple):
    """Complaints of one week, sector and country; None where it was not stated."""

    week: date
    sector: str | None
    country: str | None
    complaints: int


class Load(NamedTuple):
    """The open cases of an officer (a reference; None: of no one), and how many are late or hold an unread message."""

    officer: str | None
    cases: int
    urgent: int
    late: int
    unread: int


class Former(NamedTuple):
    """Figures of the period before, to compare with: complaints, and days from filing to decision."""

    period: Period
    complaints: int
    spans: Spans


class Overview(NamedTuple):
    period: Period
    open_cases: Sequence[Open]
    clocks: Sequence[DeadlineCounts]
    inflow: Sequence[Came]
    indicators: Mapping[Indicator, int]
    decisions: Mapping[int, int]
    """How many decisions of the period took how many days."""
    lying: Mapping[LiesWith, int]
    load: Sequence[Load]
    former: Former

    @property
    def spans(self) -> Spans:
        return spans(self.decisions)


def overview(session: Session, unit: str, period: Period, at: datetime) -> Overview:
    """The overview of a unit: ten queries, however many cases there are."""
    return Overview(
        period,
        open_cases(session, unit, day_in(session, unit, at)),
        clocks_due(session, unit, period, at),
        inflow(session, unit, period),
        indicators_seen(session, unit, period),
        decision_days(session, unit, period),
        lying_with(session, unit),
        load_of_officers(session, unit, at),
        former_figures(session, unit, period.former),
    )


def lying_with(session: Session, unit: str) -> dict[LiesWith, int]:
    """How many open cases lie with whom."""
    who = lies_with().label("who")
    rows = session.execute(select(who, func.count()).where(in_unit(unit), Case.is_open.is_(True)).group_by(who))
    found = {LiesWith(one): count for one, count in rows}
    return {one: found[one] for one in LiesWith if one in found}


def load_of_officers(session: Session, unit: str, at: datetime) -> list[Load]:
    """The open cases of each officer who has any, the most first; those of no one come last."""
    urgent, late = Case.priority == Priority.P0, Case.due_at < at
    counted = select(Case.assignee, func.count(), _times(urgent), _times(late), _times(Case.has_unread.is_(True)))
    rows = session.execute(counted.where(in_unit(unit), Case.is_open.is_(True)).group_by(Case.assignee))
    return sorted((Load(*row) for row in rows), key=lambda one: (one.officer is None, -one.cases, one.officer or ""))


def former_figures(session: Session, unit: str, period: Period) -> Former:
    came = session.execute(select(func.count()).select_from(Case).where(_came(unit, period))).scalar_one()
    return Former(period, came, spans(decision_days(session, unit, period)))


def open_cases(session: Session, unit: str, today: date) -> list[Open]:
    days = today.toordinal() - DayNumber(Case.filed_on)
    age = case(*((days <= limit, age.value) for age, limit in UP_TO.items()), else_=Age.OLDER.value)
    counted = select(Case.state, Case.priority, age, func.count()).where(
        in_unit(unit), Case.state.in_(sorted(OPEN_STATES))
    )
    rows = session.execute(counted.group_by(Case.state, Case.priority, age))
    found = [Open(state, priority, Age(old), count) for state, priority, old, count in rows]
    return sorted(found, key=lambda one: (_STATES[one.state], one.priority or "", _AGES[one.age]))


def clocks_due(session: Session, unit: str, period: Period, at: datetime) -> list[DeadlineCounts]:
    """Deadlines of the period by kind, counted by day.

    One due within hours and met on its last day counts as kept, since the hour is not stored.

    Deadlines of a withdrawn or ended case that were never met are deleted and count nowhere.
    """
    due_on = last_day_number(CaseClock.due_at, standard_offset(zone_of(session, unit), at))
    is_kept = DayNumber(CaseClock.met_on) <= due_on
    is_unmet = CaseClock.met_on.is_(None)
    is_late = is_unmet & CaseClock.paused_on.is_(None) & (CaseClock.due_at < at)
    counted = (
        select(
            CaseClock.kind,
            _times(is_kept),
            _times(CaseClock.met_on.is_not(None) & ~is_kept),
            _times(is_late),
            _times(is_unmet & ~is_late),
        )
        .join(Case, Case.id == CaseClock.case_id)
        .where(
            in_unit(unit),
            CaseClock.kind != ClockKind.WAITING,
            due_on.between(period.from_on.toordinal(), period.to_on.toordinal()),
        )
        .group_by(CaseClock.kind)
    )
    found = {row[0]: DeadlineCounts(*row) for row in session.execute(counted)}
    return [found[kind] for kind in ClockKind if kind in found]


def inflow(session: Session, unit: str, period: Period) -> list[Came]:
    week = monday_number(Case.filed_on)
    counted = select(week, Case.sector, Case.country, func.count()).where(_came(unit, period))
    rows = session.execute(counted.group_by(week, Case.sector, Case.country))
    found = [Came(date.fromordinal(number), sector, country, count) for number, sector, country, count in rows]
    return sorted(found, key=lambda one: (one.week, one.sector or "", one.country or ""))


def indicators_seen(session: Session, unit: str, period: Period) -> dict[Indicator, int]:
    """How many complaints show each indicator, most frequent first. The database counts equal lists, which are few."""
    listed = cast(Case.indicators, Text)
    counts: Counter[Indicator] = Counter()
    for text, count in session.execute(select(listed, func.count()).where(_came(unit, period)).group_by(listed)):
        for indicator in msgspec.json.decode(text, type=list[Indicator]):
            counts[indicator] += count
    return dict(counts.most_common())


def decision_days(session: Session, unit: str, period: Period) -> dict[int, int]:
    """The first decision of each case, where it was made in the period: by the days since it was filed."""
    first = (
        select(CaseMove.case_id, func.min(CaseMove.on_day).label("decided_on"))
        .where(CaseMove.to_state.in_(sorted(DECIDED_STATES)))
        .group_by(CaseMove.case_id)
        .subquery()
    )
    days = DayNumber(first.c.decided_on) - DayNumber(Case.filed_on)
    counted = (
        select(days, func.count())
        .select_from(first)
        .join(Case, Case.id == first.c.case_id)
        .where(in_unit(unit), first.c.decided_on.between(*period))
        .group_by(days)
    )
    return {row[0]: row[1] for row in session.execute(counted)}


def _came(unit: str, period: Period) -> ColumnElement[bool]:
    return in_unit(unit) & Case.state.in_(sorted(COUNTED)) & Case.filed_on.between(*period)


def _times(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(cast(case((condition, 1), else_=0), Integer)), 0)


_A_DAY = 86_400_000_000
_FIRST = date(1970, 1, 1).toordinal()


class DayNumber(FunctionElement[int]):
    """A date as `date.toordinal()` counts it: 1 is the Monday on which year 1 began."""

    type = Integer()
    inherit_cache = True
    name = "day_number"


@compiles(DayNumber, "sqlite")
def _sqlite(element: DayNumber, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST(julianday({compiler.process(element.clauses, **kw)}) - 1721424.5 AS INTEGER)"


@compiles(DayNumber, "postgresql")
def _postgresql(element: DayNumber, compiler: SQLCompiler, **kw: Any) -> str:
    return f"({compiler.process(element.clauses, **kw)} - DATE '0001-01-01' + 1)"


def monday_number(day: Any) -> ColumnElement[int]:
    """The number of the Monday with which a date's week begins."""
    number = DayNumber(day)
    return number - (number - 1) % 7


def standard_offset(time_zone: str | None, at: datetime) -> timedelta:
    """By how much the clock there is ahead of UTC outside summer: with it a midnight of either season falls into its day."""
    there = at.astimezone(zone(time_zone) if time_zone else UTC)
    return (there.utcoffset() or timedelta()) - (there.dst() or timedelta())


def last_day_number(due_at: Any, ahead: timedelta = timedelta()) -> ColumnElement[int]:
    """The number of the last day on which something due at that instant is done in time; at midnight it is the day before.

    `ahead`: the offset of the clock by which the day is counted. A midnight of UTC is a day's end everywhere (last_day).
    """
    instant = type_coerce(due_at, BigInteger)
    by_clock = case((instant % _A_DAY == 0, 0), else_=ahead // timedelta(microseconds=1))
    return (instant + by_clock - 1) // _A_DAY + _FIRST
