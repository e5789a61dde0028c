"""Which threads answer a request: lookups have some of their own, and wait for nothing that takes long.

A lane is a queue with its threads. A request's path decides on its lane, by PROBES, VERIFY and LOOKUPS; all the rest shares one.
"""

import re
from collections import deque
from collections.abc import Iterable
from io import BytesIO
from queue import SimpleQueue
from time import monotonic
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from registry.verification.verdicts.question import SubjectKind

PROBES = frozenset({"/ready", "/ready/lookups", "/health", "/metrics"})
"""They tell of the process, and not of its queue: one thread answers them alone."""

VERIFY = "/api/v1/verify"
LOOKUPS = ("/ranges/", "/status/")
"""How paths begin that are answered within a millisecond, as a question by number to VERIFY is: range files, status lists."""

_NUMBERS = "|".join(kind for kind in SubjectKind if kind not in (SubjectKind.NAME, SubjectKind.LAW))
_NUMBER = re.compile(rf"(?:^|&)(?:{_NUMBERS})=")
_NUMBER_IN_JSON = re.compile(rf'"(?:{_NUMBERS})"\s*:'.encode())
_ESCAPED_KEY = re.compile(r"%[^&]*=")

LATE = 1.0
"""Seconds from which on the newest request of a lane is answered first. The oldest has been given up by its sender, or soon
will be; the newest is still waited for."""

HELD = 10.0
"""Seconds after which a thread counts as held: longer than a request waits for the database."""


LANES = "registry.lanes"
"""Under which the environment of a probe says how the lanes stand (`states_of`)."""

WAITED = "registry.waited"
"""Under which the environment of a request says how many seconds it waited for a thread."""


class Waiting(Protocol):
    queued_at: float


Work = TypeVar("Work", bound=Waiting)


class LaneState(NamedTuple):
    """How a lane stands: its threads, those at work, those at one request for longer than `HELD`, and who waits for them."""

    threads: int
    busy: int
    held: int
    waiting: int
    oldest_seconds: float
    """How long the oldest request waits."""


class Lane(Generic[Work]):
    """Requests that wait, and since when each thread of the lane is at work. Threads are called by `calls`.

    A call says that something waits, and not what: which request is next is decided when a thread takes it.
    """

    def __init__(self, name: str, threads: int) -> None:
        self.name = name
        self.calls: SimpleQueue[Lane[Work]] = SimpleQueue()
        self.waiting: deque[Work] = deque()
        self.since: list[float | None] = [None] * threads

    def put(self, work: Work) -> None:
        self.waiting.append(work)
        self.calls.put(self)

    @property
    def has_idle_thread(self) -> bool:
        """Whether one more request would be answered at once."""
        return len(self.waiting) < self.since.count(None)

    def take(self) -> Work | None:
        """The next request; None where another thread was quicker, or its sender did not wait."""
        try:
            if monotonic() - self.waiting[0].queued_at > LATE:
                return self.waiting.pop()
            return self.waiting.popleft()
        except IndexError:
            return None

    def remove(self, work: Work) -> bool:
        """Take a request out that is not to be answered by a thread. False where a thread took it before."""
        try:
            self.waiting.remove(work)
        except ValueError:
            return False
        return True

    def state(self, at: float) -> LaneState:
        busy = [since for since in self.since if since is not None]
        try:
            oldest = at - self.waiting[0].queued_at
        except IndexError:
            oldest = 0.0
        return LaneState(
            len(self.since), len(busy), sum(at - since > HELD for since in busy), len(self.waiting), round(oldest, 3)
        )


def is_lookup(path: str, query: str, body: BytesIO | None) -> bool:
    """Whether a request is answered from one key, so that it waits for no search.

    A question that states a name is a search. Its key may be spelt with escapes, and what has any there counts as one.
    """
    if path != VERIFY:
        return path.startswith(LOOKUPS)
    if body is None:
        return _NUMBER.search(query) is not None and "name=" not in query and _ESCAPED_KEY.search(query) is None
    sent = body.getvalue()
    return _NUMBER_IN_JSON.search(sent) is not None and b'name"' not in sent and b"\\u" not in sent


def is_plain_lookup(path: str, scope: Any, headers: Any) -> bool:
    """Whether a request of RSGI without a body is a lookup that neither a key nor a receipt is about: it reads, and no more."""
    if path != VERIFY or scope.method != "GET" or "authorization" in headers:
        return False
    query = scope.query_string
    return "receipt" not in query and "receipt" not in headers.get("accept", "") and is_lookup(path, query, None)


def states_of(lanes: Iterable[Lane[Any]]) -> dict[str, LaneState]:
    at = monotonic()
    return {lane.name: lane.state(at) for lane in lanes}


def are_all_held(states: dict[str, LaneState]) -> bool:
    """Whether no thread is left that answers: each is at one request for longer than any should take."""
    return bool(states) and all(state.held == state.threads for state in states.values())
