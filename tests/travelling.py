"""Tests travel in time within their own process, and the database's clock goes along: no clock is found wrong.

A test whose subject is a wrong clock is marked `real_clock`; commands that tests start in processes of their own look for
themselves.
"""

from typing import Any

from registry.core.clock import now
from registry.core.db import reading
from registry.log import clock_check

real_server_now = reading.server_now
real_judge = clock_check.judge_clock


def take_the_database_along() -> None:
    """From now on in this process."""
    reading.server_now = lambda _session: now()
    clock_check.judge_clock = _find_right


def leave_the_database() -> None:
    """The database's clock is its own again, and clocks are compared."""
    reading.server_now = real_server_now
    clock_check.judge_clock = real_judge


def _find_right(*_instants: Any) -> clock_check.ClockReport:
    return clock_check.ClockReport(0.0)
