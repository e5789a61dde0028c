"""How often each of many names came lately, in this process's memory. Names are kept as digests under a key of its own."""

import hashlib
import secrets
import threading
from collections import OrderedDict

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
