"""When a paper form may have been handed in, and how long one that is half typed is kept."""

from datetime import date, timedelta

from registry.core.errors import Fault, InvalidInput
from registry.vocabulary.codes import Problem

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
