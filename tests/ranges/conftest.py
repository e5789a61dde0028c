"""Range files under test."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.ranges.quiet_days import a_time_without_changes


@pytest.fixture
def quiet_day() -> Iterator[None]:
    """Today, or the next day around which no law changes: in the last hours before that an answer is too old."""
    with time_machine.travel(a_time_without_changes(), tick=True):
        yield
