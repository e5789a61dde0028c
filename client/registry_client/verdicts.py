"""Three verdicts, each with its findings, and the report that carries them. Never one tick."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from registry_client.strict import Refused


class State(StrEnum):
    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"
    NOTE = "note"
    """Said beside a verdict without deciding it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` names a text in texts.py that `values` go into."""

    state: State
    code: str
    values: Mapping[str, str | int] = field(default_factory=dict)


class Verdict:
    """The gravest finding decides: bad, then unknown, then good. Without any it is unknown."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def _add(self, state: State, code: str, values: Mapping[str, str | int]) -> None:
        finding = Finding(state, code, dict(values))
        if finding not in self.findings:
            self.findings.append(finding)

    def good(self, code: str, **values: str | int) -> None:
        self._add(State.GOOD, code, values)

    def bad(self, code: str, **values: str | int) -> None:
        self._add(State.BAD, code, values)

    def unknown(self, code: str, **values: str | int) -> None:
        self._add(State.UNKNOWN, code, values)

    def note(self, code: str, **values: str | int) -> None:
        self._add(State.NOTE, code, values)

    def refused(self, error: Refused) -> None:
        self._add(State.BAD, error.code, error.values)

    @property
    def state(self) -> State:
        states = [finding.state for finding in self.findings]
        for state in (State.BAD, State.UNKNOWN, State.GOOD):
            if state in states:
                return state
        return State.UNKNOWN

    def __iter__(self) -> Iterator[Finding]:
        """The findings that decide first."""
        order = (State.BAD, State.UNKNOWN, State.GOOD, State.NOTE)
        return iter(sorted(self.findings, key=lambda finding: order.index(finding.state)))


@dataclass(slots=True)
class Report:
    """What was found of one thing. `signed` are labels and values of what its signature covers; empty where it is not genuine."""

    kind: str
    at: int
    issued: Verdict = field(default_factory=Verdict)
    logged: Verdict = field(default_factory=Verdict)
    in_force: Verdict = field(default_factory=Verdict)
    signed: Sequence[tuple[str, str]] = ()

    @property
    def verdicts(self) -> tuple[tuple[str, Verdict], ...]:
        return (("issued", self.issued), ("logged", self.logged), ("in_force", self.in_force))

    @property
    def exit_code(self) -> int:
        """0 all good, 1 something bad, 3 nothing bad but something unknown."""
        return self._code_of(self.issued, self.logged, self.in_force)

    @property
    def exit_code_unlogged(self) -> int:
        """As `exit_code`, where it is accepted that the log could not be looked into. What the log denies stays bad."""
        return self._code_of(self.issued, self.in_force, *([self.logged] if self.logged.state is State.BAD else []))

    @staticmethod
    def _code_of(*verdicts: Verdict) -> int:
        states = {verdict.state for verdict in verdicts}
        return 1 if State.BAD in states else 3 if State.UNKNOWN in states else 0
