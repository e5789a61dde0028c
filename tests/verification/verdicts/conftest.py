"""The clock stands still: rows made for these rules and the questions asked of them are of one and the same day."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.verification.verdicts.asking import NOW


@pytest.fixture(autouse=True)
def _one_day() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield
