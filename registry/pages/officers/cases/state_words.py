"""Where a case stands, as officers read it: its state, and of one that is decided where the sanction stands."""

from datetime import date
from typing import Protocol

from registry.complaints.case.states import reads_of_measure
from registry.core.clock import day_at, now
from registry.vocabulary.cases import CaseState


class HasState(Protocol):
    """What the words depend on: a case, or its row in the queue."""

    @property
    def state(self) -> CaseState: ...
    @property
    def measure(self) -> str | None: ...
    @property
    def measure_until(self) -> date | None: ...


def state_key(case: HasState) -> str:
    """The key of the words for where a case stands today."""
    if case.state is CaseState.SANCTION_PENDING and case.measure is not None:
        return f"case_state.{reads_of_measure(case.measure, case.measure_until, day_at(now(), None))}"
    return f"case_state.{case.state}"
