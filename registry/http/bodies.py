"""How a request's body is received: whole, in time and within limits, before a thread is taken for it.

A body that stops half-way holds a task of the event loop and what has come of it, and no thread. What came in part is
never taken for the whole. A small body is received at once; a large one takes room that all of them share, and of which
one network has a part alone. One too large to be held in memory is read by a thread while the event loop receives it.

And why requests are refused, or not answered, before a view has them (`Shed`).
"""

import asyncio
import io
from collections import deque
from collections.abc import AsyncIterator, Sequence
from enum import StrEnum
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, NoReturn

from werkzeug.exceptions import RequestEntityTooLarge

from registry.core.errors import BodyIncomplete, BodyTooSlow, RegistryError, TooBusy

GRACE = 20.0
"""Seconds that a body has before its rate counts, and that it may bring nothing at a time."""

MIN_RATE = 1024
"""Bytes a second after that: a telephone on the slowest network sends ten times as much."""

MAX_SECONDS = 1800.0
"""Seconds after which no body is waited for, however steadily it comes."""

MAX_WHOLE = 20 * 1024 * 1024 + 1
"""Bytes of a body that is received before a thread sees it: the largest attachment, and one byte that is too many."""

MAX_SMALL = 64 * 1024
"""Bytes of a body that waits for no room and no check: questions, forms, messages of a complaint."""

MAX_TOGETHER = 256 * 1024 * 1024
"""Bytes of all larger bodies that a process holds at a time."""

MAX_OF_NETWORK = MAX_TOGETHER // 4
"""Bytes of them that one network holds: three of the largest attachments."""

RETRY_AFTER = 15


class ShareUsed(TooBusy):
    """One network sends as much as it may at a time; others are received."""


class Room:
    """Memory that all large bodies of a process share. Used by the event loop alone."""

    def __init__(self, size: int = MAX_TOGETHER, share: int = MAX_OF_NETWORK) -> None:
        self._free = size
        self._share = share
        self._taken: dict[str, int] = {}

    def take(self, network: str, count: int) -> None:
        """Raises ShareUsed where the network holds its share, TooBusy where so much is not free."""
        of_network = self._taken.get(network, 0) + count
        if of_network > self._share:
            raise ShareUsed(
                "your network sends several files at this moment: send this one again when they are there", RETRY_AFTER
            )
        if count > self._free:
            raise TooBusy("many files are being sent right now: send this one again in a moment", RETRY_AFTER)
        self._taken[network] = of_network
        self._free -= count

    def give_back(self, network: str, count: int) -> None:
        if not count:
            return
        self._free += count
        of_network = self._taken.pop(network) - count
        if of_network:
            self._taken[network] = of_network


class RefusedBody(io.RawIOBase):
    """Stands in place of a body that was not received. A view answers what it would without one; `read` raises why."""

    def __init__(self, refusal: Exception) -> None:
        self._refusal = refusal

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: Any) -> NoReturn:
        raise self._refusal


class Pace:
    """Until when the next piece must have come, by what has come so far."""

    def __init__(self, grace: float = GRACE, min_rate: int = MIN_RATE, longest: float = MAX_SECONDS) -> None:
        self._began = self._last = monotonic()
        self._grace, self._min_rate, self._longest = grace, min_rate, longest
        self._count = 0

    def note(self, count: int) -> None:
        self._last = monotonic()
        self._count += count

    @property
    def seconds_left(self) -> float:
        end = min(
            self._began + self._grace + self._count / self._min_rate,
            self._last + self._grace,
            self._began + self._longest,
        )
        return end - monotonic()


async def pieces_in_time(body: AsyncIterator[bytes], expected: int | None, pace: Pace) -> AsyncIterator[bytes]:
    """The pieces of a body, none of them empty.

    `body` is a granian RSGI protocol: it gives one empty piece at the end of a whole body, and two where the connection
    ended before. `expected` is Content-Length; None for a chunked body. Trailers count as a cut: no client of ours sends any.
    Raises BodyTooSlow, BodyIncomplete.
    """
    count = empty = 0
    iterator = aiter(body)
    while True:
        try:
            async with asyncio.timeout(max(pace.seconds_left, 0)):
                piece = await anext(iterator)
        except StopAsyncIteration:
            break
        except TimeoutError:
            raise BodyTooSlow("the body came too slowly or stopped: nothing of it was kept, send it again") from None
        if not piece:
            empty += 1
            continue
        count += len(piece)
        pace.note(len(piece))
        yield piece
    if empty > 1 or (expected is not None and count != expected):
        raise BodyIncomplete("the body ended before it was complete: nothing of it was kept, send it again")


def announced_length(text: str | None) -> int | None:
    """Content-Length as a number; None where it is missing. The server has refused what is no number."""
    return int(text) if text and text.isascii() and text.isdigit() else None


AHEAD = 64
"""Pieces that the loop receives before the thread has read them."""

PATIENCE = 60.0
"""Seconds that a thread waits for a piece at most: the loop, which holds the body to its pace, ends it long before."""


class StreamedBody(io.RawIOBase):
    """A readable file. `read` raises what the receiving raised: BodyTooSlow or BodyIncomplete."""

    def __init__(self, loop: asyncio.AbstractEventLoop, read: Sequence[bytes]) -> None:
        self._loop = loop
        self._received: deque[bytes] = deque(read)
        self._coming: SimpleQueue[bytes | RegistryError | None] = SimpleQueue()
        self._free = asyncio.Semaphore(AHEAD)
        self._piece = memoryview(b"")
        self._is_over = False

    async def feed(self, pieces: AsyncIterator[bytes]) -> None:
        """Receive the rest. Runs in the event loop until the body is whole, or refused."""
        try:
            async for piece in pieces:
                await self._free.acquire()
                self._coming.put(piece)
        except RegistryError as refusal:
            self._coming.put(refusal)
        except asyncio.CancelledError:
            self._coming.put(BodyIncomplete("the request ended before its body"))
            raise
        else:
            self._coming.put(None)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._piece and not self._is_over:
            self._next()
        count = min(len(buffer), len(self._piece))
        buffer[:count] = self._piece[:count]
        self._piece = self._piece[count:]
        return count

    def _next(self) -> None:
        if self._received:
            self._piece = memoryview(self._received.popleft())
            return
        try:
            piece = self._coming.get(timeout=PATIENCE)
        except Empty:
            raise BodyIncomplete("the body came too slowly or stopped") from None
        if isinstance(piece, RegistryError):
            raise piece
        if piece is None:
            self._is_over = True
            return
        self._loop.call_soon_threadsafe(self._free.release)
        self._piece = memoryview(piece)


class Shed(StrEnum):
    """Why a request was refused, or not answered, before a view had it; in the log and in the metrics."""

    NO_THREAD = "no_thread"
    """All threads of its lane were busy for some seconds."""
    ROOM = "room"
    """All bodies together were as large as a process holds."""
    NETWORK = "network"
    """Those of its network were."""
    LISTS = "lists"
    """As many long lists as may were being sent."""
    TOO_LARGE = "too_large"
    NOT_ADMITTED = "not_admitted"
    """Before its large body came: no such address, another host, too many requests, no key."""
    SLOW_BODY = "slow_body"
    CUT_BODY = "cut_body"
    GONE = "gone"
    """Its sender left while it waited for a thread."""
    IDLE = "idle"
    """A connection without a request was closed, as there were too many."""


SENDERS_OWN = frozenset({Shed.TOO_LARGE, Shed.NOT_ADMITTED, Shed.SLOW_BODY, Shed.CUT_BODY, Shed.GONE})
"""What the sender did, and we did not."""


class TooManyLists(TooBusy):
    """As many long lists are being sent as may at a time."""


_BY_REFUSAL: tuple[tuple[type[Exception], Shed], ...] = (
    (TooManyLists, Shed.LISTS),
    (ShareUsed, Shed.NETWORK),
    (TooBusy, Shed.ROOM),
    (BodyTooSlow, Shed.SLOW_BODY),
    (BodyIncomplete, Shed.CUT_BODY),
    (RequestEntityTooLarge, Shed.TOO_LARGE),
)


def shed_for(refusal: Exception) -> Shed:
    """Which kind a refusal of a large body counts as."""
    return next((shed for kind, shed in _BY_REFUSAL if isinstance(refusal, kind)), Shed.NOT_ADMITTED)
