"""What stands around the agents' HTTP application: limits for each network, and a time within which a request is over."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from registry.core.settings import TrustedProxies
from registry.http.clients import client_address, network_of
from registry.http.limits import MemoryLimiter

MAX_SECONDS = 30.0
"""From a request's headers to the end of its answer."""

MAX_OPEN, MAX_OPEN_EACH = 200, 10
"""Requests that are open at a time: in all, and of one network."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Scope]]
Send = Callable[[Scope], Awaitable[None]]


class Guard:
    """An ASGI application around `app`. `rate`: requests of a network in a minute."""

    def __init__(
        self, app: Callable[[Scope, Receive, Send], Awaitable[None]], rate: int, trusted: TrustedProxies
    ) -> None:
        self._app = app
        self._limiter = MemoryLimiter(rate)
        self._trusted = trusted
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        network = self._network_of(scope)
        quota = self._limiter.take(network)
        if quota.is_refused:
            await _refuse(send, 429, f"more than {quota.limit} requests in a minute", quota.next_in)
        elif self._open[network] >= MAX_OPEN_EACH:
            await _refuse(send, 429, f"{MAX_OPEN_EACH} requests of yours are open: end one first", 1)
        elif self._open.total() >= MAX_OPEN:
            await _refuse(send, 503, "too many requests are open; ask again in a few seconds", 5)
        else:
            self._open[network] += 1
            try:
                await self._answer(scope, receive, send)
            finally:
                self._open[network] -= 1
                if not self._open[network]:
                    del self._open[network]

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def note(message: Scope) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            async with asyncio.timeout(MAX_SECONDS):
                await self._app(scope, receive, note)
        except TimeoutError:
            # An answer that has begun cannot be taken back: the server closes the connection.
            if has_begun:
                raise
            await _refuse(send, 408, f"the request was not over after {MAX_SECONDS:.0f} seconds")

    def _network_of(self, scope: Scope) -> str:
        peer = scope["client"][0] if scope.get("client") else ""
        forwarded = ",".join(text.decode("latin-1") for name, text in scope["headers"] if name == b"x-forwarded-for")
        believed = client_address(peer, forwarded, self._trusted) if self._trusted else None
        return network_of(believed or peer)


async def _refuse(send: Send, status: int, detail: str, retry_after: int | None = None) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    if retry_after is not None:
        headers.append((b"retry-after", str(retry_after).encode()))
    if status == 408:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{detail}\n".encode()})
