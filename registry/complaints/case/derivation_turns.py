"""Whose complaint code is derived next in this process: a network that floods keeps no one else waiting.

Of one network one code is derived at a time. Next is whose network came least lately; of equals who did work comes before
who waited, then who came first. Only a few wait, so that threads are left for all other requests: where the places are taken,
the one that would come last is told to come again.
"""

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

from registry.core.errors import TooBusy

MAX_NAMES = 10_000


class RecentCounts:
    """Counts that fade: one time in `fades_in` seconds. None grows beyond `limit`; of too many names the oldest goes."""

    def __init__(self, fades_in: float, limit: int, max_names: int = MAX_NAMES) -> None:
        self._fades_in = fades_in
        self._limit = limit
        self._max_names = max_names
        self._key = secrets.token_bytes(32)
        self._counts: OrderedDict[bytes, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._counts)

    def add(self, name: str, instant: float) -> float:
        """Count one time more. Gives the count before it. `instant` is in seconds of whichever clock."""
        key = self._digest(name)
        with self._lock:
            before = self._faded(key, instant)
            self._counts[key] = (min(before + 1, self._limit), instant)
            self._counts.move_to_end(key)
            if len(self._counts) > self._max_names:
                self._counts.popitem(last=False)
        return before

    def of(self, name: str, instant: float) -> float:
        with self._lock:
            return self._faded(self._digest(name), instant)

    def _faded(self, key: bytes, instant: float) -> float:
        count, since = self._counts.get(key, (0.0, instant))
        return max(0.0, count - max(0.0, instant - since) / self._fades_in)

    def _digest(self, name: str) -> bytes:
        return hashlib.blake2b(name.encode("utf-8", "replace"), key=self._key, digest_size=16).digest()


PLACES = 6
"""Requests that wait or derive at a time. A process answers with eight threads (REGISTRY_THREADS)."""
FADES_IN = 15.0
"""Seconds in which one derivation of a network is forgotten."""
MAX_RECENT = 64
RETRY_AFTER = 5

Rank = tuple[int, bool, int]


@dataclass(eq=False, slots=True)
class _Waiter:
    network: str
    is_solved: bool
    number: int
    is_dropped: bool = False


class Turns:
    """The turns of one process; `slots` derive at a time."""

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._changed = threading.Condition()
        self._numbers = count()
        self._waiting: list[_Waiter] = []
        self._running: list[_Waiter] = []
        self._recent = RecentCounts(FADES_IN, MAX_RECENT)

    @contextmanager
    def turn(self, network: str, is_solved: bool, patience: float) -> Iterator[None]:
        """Wait for a turn, and hold it for as long as the block runs. Raises TooBusy.

        `network` is the visitor's, in passing; empty for the command line, of which any number may run.
        """
        waiter = _Waiter(network, is_solved, next(self._numbers))
        with self._changed:
            self._take_place(waiter)
            try:
                self._await(waiter, time.monotonic() + patience)
            finally:
                self._waiting.remove(waiter)
                self._changed.notify_all()
            self._running.append(waiter)
            self._recent.add(network, time.monotonic())
        try:
            yield
        finally:
            with self._changed:
                self._running.remove(waiter)
                self._changed.notify_all()

    def _take_place(self, waiter: _Waiter) -> None:
        self._waiting.append(waiter)
        staying = self._staying()
        if len(staying) + len(self._running) > PLACES:
            max(staying, key=self._rank).is_dropped = True
            self._changed.notify_all()

    def _await(self, waiter: _Waiter, until: float) -> None:
        while not self._is_next(waiter):
            left = until - time.monotonic()
            if waiter.is_dropped or left <= 0:
                raise TooBusy("many numbers are being opened at once: try again in a moment", RETRY_AFTER)
            self._changed.wait(left)

    def _staying(self) -> list[_Waiter]:
        """Those that wait and were not told to come again: their threads may not have gone yet."""
        return [one for one in self._waiting if not one.is_dropped]

    def _is_next(self, waiter: _Waiter) -> bool:
        if waiter.is_dropped or len(self._running) >= self._slots:
            return False
        busy = {one.network for one in self._running} - {""}
        able = [one for one in self._staying() if one.network not in busy]
        return min(able, key=self._rank, default=None) is waiter

    def _rank(self, waiter: _Waiter) -> Rank:
        """The lower, the sooner. A network counts with what it had lately, and with what it has here."""
        here = sum(one.network == waiter.network for one in (*self._staying(), *self._running))
        return int(self._recent.of(waiter.network, time.monotonic())) + here, not waiter.is_solved, waiter.number
