"""What can go wrong between a program and the registry. Every text says what was wrong, where, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class ClientError(Exception):
    """Any error of this client."""


class BadSetting(ClientError):
    """An address, a key or an option that cannot be used; nothing was sent."""


class BadInput(ClientError):
    """A file or a row that cannot be read; nothing of it was sent."""


class NoAnswer(ClientError):
    """No answer came: not reached, too slow, or broken off. It is unknown whether the registry did what was asked."""


class UnexpectedAnswer(ClientError):
    """An answer that is none of this API: the text names the place in it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong field, or item of a list."""

    parameter: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem document (RFC 9457). `raw` has all of it, newer members too."""

    status: int
    code: str
    title: str
    detail: str
    request_id: str
    errors: tuple[Fault, ...]
    raw: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def of(cls, status: int, found: object) -> "Problem":
        """Whatever stands there: what says that something went wrong must not fail for its own shape."""
        given = found if isinstance(found, Mapping) else {}
        errors = given.get("errors")
        return cls(
            status,
            _text(given.get("code")),
            _text(given.get("title")),
            _text(given.get("detail")),
            _text(given.get("request_id")),
            tuple(
                Fault(_text(one.get("parameter")), _text(one.get("code")), _text(one.get("detail")))
                for one in (errors if isinstance(errors, list) else [])
                if isinstance(one, Mapping)
            ),
            given,
        )


def _text(value: object) -> str:
    return "" if value is None else str(value)


class ProblemAnswered(ClientError):
    """The registry refused.

    `problem` is what it said, `where` the request, `retry_after` the seconds it asks to wait.
    """

    advice = ""

    def __init__(self, where: str, problem: Problem, retry_after: float | None = None) -> None:
        super().__init__(where, problem, retry_after)
        self.where = where
        self.problem = problem
        self.retry_after = retry_after

    def __str__(self) -> str:
        problem = self.problem
        parts = [f"{self.where}: {problem.detail or problem.title or 'refused'} ({problem.status} {problem.code})"]
        # Of a single fault the detail says it already.
        parts += [
            f"{fault.parameter}: {fault.detail} ({fault.code})"
            for fault in problem.errors
            if not fault.detail or fault.detail not in problem.detail
        ]
        if self.retry_after is not None:
            parts.append(f"ask again in {self.retry_after:g} seconds")
        elif self.advice:
            parts.append(self.advice)
        if problem.request_id:
            parts.append(f"request id {problem.request_id}")
        return "; ".join(parts)


class InvalidInput(ProblemAnswered):
    """400: the question is not well formed; `problem.errors` names each field."""


class KeyRefused(ProblemAnswered):
    """401: no key, or one that has ended, was revoked, or is not of this registry."""

    advice = "give a key that is in force: key=, key_file=, REGISTRY_CLIENT_KEY or REGISTRY_CLIENT_KEY_FILE"


class NotAllowed(ProblemAnswered):
    """403: the key lacks a scope."""

    advice = "use a key with the scope that is named"


class NotFound(ProblemAnswered):
    """404: nothing of that reference is there, or nothing of yours."""


class Conflict(ProblemAnswered):
    """409: it does not fit what stands there now."""


class AlreadyDone(Conflict):
    """409: what bears this Idempotency-Key was done by an earlier try whose answer did not arrive."""

    advice = "it was done by the first try: read what you have (the detail says where) before making another"


class StaleVersion(ProblemAnswered):
    """412, 428: it was changed since it was read."""

    advice = "read it anew, and give its version"


class TooLarge(ProblemAnswered):
    """413: more items or bytes than are taken at once."""


class Withheld(ProblemAnswered):
    """451: the law keeps it back."""


class TooManyRequests(ProblemAnswered):
    """429, and waiting as long as it asks is not allowed here."""


class Unavailable(ProblemAnswered):
    """5xx: trouble on the registry's side."""

    advice = "ask again later"


_BY_STATUS: dict[int, type[ProblemAnswered]] = {
    400: InvalidInput,
    401: KeyRefused,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    412: StaleVersion,
    413: TooLarge,
    428: StaleVersion,
    429: TooManyRequests,
    451: Withheld,
}


def problem_error(where: str, problem: Problem, retry_after: float | None = None) -> ProblemAnswered:
    """The exception for a status."""
    kind = _BY_STATUS.get(problem.status, Unavailable if problem.status >= 500 else ProblemAnswered)
    if problem.code == "already_done":
        kind = AlreadyDone
    return kind(where, problem, retry_after)
