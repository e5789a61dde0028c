"""Rules of the intake: what admission costs, and when a paper form counts. Pure.

Admission costs work or a wait: more as more come, of a network above all, but no one is refused.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from registry.core.errors import Fault, InvalidInput
from registry.vocabulary.codes import Problem

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
    return InvalidInput([Fault.of("received_on", Problem.INVALID_VALUE, message, **facts)])
