"""Rules of the intake: what admission costs, when a paper form counts, and which unit receives a complaint. Pure.

Admission costs work or a wait: more as more come, of a network above all, but no one is refused. Units of China do licensing and
never receive complaints.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from registry.core.errors import Fault, InvalidInput
from registry.vocabulary import codes, register

BUCKETS = 64
"""Networks are counted in so few buckets that none can be told from a bucket: each holds a sixty-fourth of all there are."""

WAIT = 15
"""Seconds that a visitor without JavaScript waits on an ordinary day."""

TRIES = 60
"""The most tries that the work takes on a day like others; half of them on average."""

COST = 4_000
"""Rounds of PBKDF2 a try: an old phone does all the tries in a few seconds, and a server checks a solution by one HMAC."""


class Purpose(StrEnum):
    """What admission is for. A proof for one purpose does not serve for another."""

    START = "start"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Cap:
    """How many are let in on a day, from one bucket and from all, before it begins to take longer."""

    of_a_bucket: int
    of_all: int


CAPS = {Purpose.START: Cap(100, 2_000), Purpose.OPEN: Cap(400, 10_000)}

MAX_PRESSURE = 8

FADES_IN = 15.0
"""Seconds in which one offer to a network is forgotten: a household or an office of four visitors a minute pays the ordinary."""

MAX_COUNTED = 16
"""Offers to a network that are counted at most: four minutes after a flood its network pays the ordinary again."""


def pressure_of(cap: Cap, from_bucket: int, from_all: int) -> int:
    """1 while there is room; doubled each time that either cap is filled once more, 8 at most."""
    filled = max(from_bucket // cap.of_a_bucket, from_all // cap.of_all)
    return MAX_PRESSURE if filled >= 3 else int(2**filled)


def cost_of(pressure: int, taken: float) -> int:
    """What the next offer costs a network that took so many lately: as often the ordinary, within `MAX_PRESSURE`."""
    return min(pressure * (1 + round(taken)), MAX_PRESSURE)


def wait_of(cost: int) -> int:
    """Seconds: two minutes at the very most, because the person waiting may be in danger."""
    return WAIT * cost


def tries_of(cost: int) -> int:
    """The work grows less than the wait: a cheap telephone is not a flood's computer."""
    return TRIES * min(cost, 4)


MAX_DAYS_BACK = 90
KEPT_DAYS = 14
"""Days after the last saved page; then the form counts as not begun, and is typed in anew."""


def require_received(received_on: date, printed_on: date, today: date) -> None:
    """Raise InvalidInput unless a form that was printed on a day may have been handed in on another."""
    if received_on > today:
        raise _wrong("paper_future")
    earliest = today - timedelta(days=MAX_DAYS_BACK)
    if received_on < earliest:
        raise _wrong("paper_earliest", earliest=earliest, days=MAX_DAYS_BACK)
    if received_on < printed_on:
        raise _wrong("paper_printed", printed=printed_on)


def stale_before(today: date) -> date:
    """Half typed forms whose last page was kept before this day are dropped."""
    return today - timedelta(days=KEPT_DAYS)


def _wrong(message: str, **facts: object) -> InvalidInput:
    return InvalidInput([Fault.of("received_on", codes.Problem.INVALID_VALUE, message, **facts)])


class UnitFacts(NamedTuple):
    reference: str
    country: str
    is_default: bool
    is_open: bool
    is_outside: bool = False
    is_staffed: bool = False


def unit_for(country: str | None, units: Sequence[UnitFacts]) -> str | None:
    """The unit of the country of work, or the default unit where there is none or no country is given.

    A unit in which no officer works takes no complaint: the next one does, in the end any in which somebody reads. Only where
    no unit has officers yet, all count. None if no unit takes complaints.

    Of several units in one country the default one goes first, then the one of the first reference: always the same.
    """
    taking = [unit for unit in units if takes_complaints(unit)]
    staffed = [unit for unit in taking if unit.is_staffed]
    among = sorted(staffed or taking, key=lambda unit: (not unit.is_default, unit.reference))
    at_home = [unit for unit in among if unit.country == country]
    elsewhere = [unit for unit in among if unit.is_default or unit.is_staffed]
    return next((unit.reference for unit in [*at_home, *elsewhere]), None)


def takes_complaints(unit: UnitFacts) -> bool:
    """Whether a unit may receive complaints: only an open unit of officers in an EU state. Unit scoping begins here."""
    return unit.is_open and not unit.is_outside and unit.country in register.EU_STATES


def is_intake_open(units: Sequence[UnitFacts]) -> bool:
    """Whether there is a unit for every complaint, whatever its country; asked before a complainant begins to write."""
    return any(takes_complaints(unit) and unit.is_default for unit in units)
