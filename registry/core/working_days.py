"""When something is due, when to remind of it, and what waiting for the complainant does to it. Pure.

A working day is Monday to Friday; public holidays count as working days, so what is due comes rather too early than too
late. An hour or a day is counted exactly and rounded up to five minutes; everything longer ends with its day, so that what
is stored tells no more of when somebody wrote than it must. A day begins and ends where the unit's authority sits: in
`time_zone`, or in UTC without one.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from registry.core.clock import day_at, zone
from registry.vocabulary.cases import ClockKind, Priority

ACKNOWLEDGE_DAYS = 7
ANSWER_MONTHS = 3
MAX_WAITING = timedelta(days=60)
"""How long waiting for the complainant may pause a clock; then the case goes on without the answer."""

_EXACT = {Priority.P0: timedelta(hours=1), Priority.P1: timedelta(hours=24)}
_WORKING_DAYS = {Priority.P2: 3, Priority.P3: 10, Priority.P4: 20}
_GRAIN = timedelta(minutes=5)

OBJECTION_WORKING_DAYS = 20
"""Within which an officer decides what follows from an agency's objection."""

_REMIND_BEFORE = {
    ClockKind.TRIAGE: timedelta(days=1),
    ClockKind.ACKNOWLEDGE: timedelta(days=2),
    ClockKind.ANSWER: timedelta(days=14),
    ClockKind.OBJECTION: timedelta(days=7),
}


class Due(NamedTuple):
    kind: ClockKind
    at: datetime


def started(priority: Priority, at: datetime, time_zone: str | None = None) -> list[Due]:
    """The clocks that begin to run when a complaint is filed, or a case is opened again."""
    today = day_at(at, time_zone)
    return [
        Due(ClockKind.TRIAGE, triage_due(priority, at, time_zone)),
        Due(ClockKind.ACKNOWLEDGE, end_of_day(today + timedelta(days=ACKNOWLEDGE_DAYS), time_zone)),
        Due(ClockKind.ANSWER, end_of_day(months_after(today, ANSWER_MONTHS), time_zone)),
    ]


def triage_due(priority: Priority, at: datetime, time_zone: str | None = None) -> datetime:
    """By when a complaint must be triaged that came with, or was raised to, this priority at `at`."""
    if priority in _EXACT:
        return rounded_up(at + _EXACT[priority])
    return end_of_day(working_days_after(day_at(at, time_zone), _WORKING_DAYS[priority]), time_zone)


def objection_due(today: date, time_zone: str | None = None) -> datetime:
    """By when an officer has decided what follows from an objection that came today."""
    return end_of_day(working_days_after(today, OBJECTION_WORKING_DAYS), time_zone)


def waiting_due(today: date, time_zone: str | None = None) -> datetime:
    """Until when a case waits for its complainant."""
    return end_of_day(today + MAX_WAITING, time_zone)


def resumed(due_at: datetime, paused_on: date, today: date, time_zone: str | None = None) -> datetime:
    """What is due moves on by the days that were waited, 60 at most."""
    waited, last = min(max(today - paused_on, timedelta(0)), MAX_WAITING), last_day(due_at, time_zone)
    return due_at + waited if last is None else end_of_day(last + waited, time_zone)


def remind_from(kind: ClockKind, priority: Priority, due_at: datetime) -> datetime | None:
    """When a unit is reminded of a deadline: at once if urgent, None for the end of waiting, which needs no officer."""
    if kind is ClockKind.WAITING:
        return None
    if kind is ClockKind.TRIAGE and priority in _EXACT:
        return datetime.min.replace(tzinfo=UTC)
    return due_at - _REMIND_BEFORE[kind]


def working_days_after(day: date, count: int) -> date:
    """The day `count` working days after `day`; a Saturday or Sunday is never counted."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def months_after(day: date, count: int) -> date:
    """The same day of a later month, or that month's last day where it has none."""
    month = day.month - 1 + count
    year, month = day.year + month // 12, month % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    return min(date(year, month, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))


def rounded_up(instant: datetime) -> datetime:
    """The next full five minutes; a full one stays."""
    midnight = datetime.combine(instant.date(), time(), UTC)
    return midnight + -((midnight - instant) // _GRAIN) * _GRAIN


def end_of_day(day: date, time_zone: str | None = None) -> datetime:
    """The midnight with which a day ends there."""
    return datetime.combine(day + timedelta(days=1), time(), zone(time_zone) if time_zone else UTC).astimezone(UTC)


def last_day(due_at: datetime, time_zone: str | None) -> date | None:
    """The day with which a deadline ends; None for one within a day.

    A midnight of UTC is one too: so deadlines were stored before days had a place.
    """
    for there in (due_at.astimezone(zone(time_zone) if time_zone else UTC), due_at.astimezone(UTC)):
        if there.time() == time():
            return there.date() - timedelta(days=1)
    return None
