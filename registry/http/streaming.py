"""A body too large to be held in memory, read by a thread while the event loop receives it."""

import asyncio
import io
from collections import deque
from collections.abc import AsyncIterator, Sequence
from queue import Empty, SimpleQueue
from typing import Any

from registry.core.errors import BodyIncomplete, RegistryError

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
