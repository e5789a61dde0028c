"""The Model Context Protocol, by the package `mcp`: on standard input and output, or as streamable HTTP without sessions.

Around HTTP stand limits for each network, and a time within which a request is over.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import partial
from importlib.metadata import version
from typing import Any, Protocol
from urllib.parse import urlsplit

import anyio
from flask import Flask

from registry.agents.tools import INSTRUCTIONS, TOOLS, Called, call
from registry.core.settings import Settings, TrustedProxies
from registry.http import clients, limits

MAX_BODY = 64 * 1024
"""Of a request over HTTP."""

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


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
        self._limiter = limits.MemoryLimiter(rate)
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
        believed = clients.client_address(peer, forwarded, self._trusted) if self._trusted else None
        return clients.network_of(believed or peer)


async def _refuse(send: Send, status: int, detail: str, retry_after: int | None = None) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    if retry_after is not None:
        headers.append((b"retry-after", str(retry_after).encode()))
    if status == 408:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{detail}\n".encode()})


class Asker(Protocol):
    """Asks the API: `sender` is who asks, in WSGI's words, where it is not this process itself."""

    def __call__(
        self, method: str, path: str, fields: Mapping[str, Any], sender: Mapping[str, str] | None = None
    ) -> tuple[int, Any]: ...


def asker(app: Flask, registry: str) -> Asker:
    """Asks the application in this process, as a client of the address `registry` would."""
    client = app.test_client(use_cookies=False)

    def ask(
        method: str, path: str, fields: Mapping[str, Any], sender: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        sent: dict[str, Any] = {"json": fields} if method == "POST" else {"query_string": _plain(fields)}
        answer = client.open(
            path, method=method, base_url=registry, headers={"Accept-Language": "en"}, environ_overrides=sender, **sent
        )
        return answer.status_code, answer.get_json(silent=True)

    return ask


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a query: texts and numbers as they are, anything else as its text, which the API refuses."""
    return {name: value if isinstance(value, str | int) else str(value) for name, value in fields.items()}


def _sender(request: Any) -> dict[str, str] | None:
    """Who sent a request over HTTP, so that the API's own limits count each client by itself; None without one."""
    if request is None:
        return None
    sender = {"REMOTE_ADDR": request.client.host if request.client else ""}
    forwarded = request.headers.getlist("x-forwarded-for")
    return sender | ({"HTTP_X_FORWARDED_FOR": ",".join(forwarded)} if forwarded else {})


STRUCTURED_SINCE = "2025-06-18"
"""The protocol's version from which on a client reads structured content."""


def server(ask: Asker, registry: str, *, repeats_text: bool = False) -> Any:
    """The server: it lists the tools and answers their calls, each in a thread of its own.

    The whole answer is sent as text, too, where `repeats_text`, where the client's address says `?text=true`, and alone where
    the client's version of the protocol has no structured content.
    """
    import mcp_types as types
    from mcp.server.lowlevel import Server

    async def tools(_context: Any, _parameters: Any) -> types.ListToolsResult:
        listed = [
            types.Tool(
                name=tool.name,
                title=tool.title,
                description=f"{tool.description} Must be said with the answer: {tool.must_say}",
                input_schema=tool.input_schema(),
                output_schema=tool.output_schema(),
                annotations=types.ToolAnnotations(
                    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
                ),
            )
            for tool in TOOLS
        ]
        return types.ListToolsResult(tools=listed)

    async def answer(context: Any, parameters: types.CallToolRequestParams) -> types.CallToolResult:
        ask_for_sender = partial(ask, sender=_sender(context.request))
        found: Called = await anyio.to_thread.run_sync(
            call, parameters.name, parameters.arguments or {}, ask_for_sender, registry
        )
        is_structured = context.protocol_version >= STRUCTURED_SINCE
        is_repeated = repeats_text or (context.request and context.request.query_params.get("text") == "true")
        return types.CallToolResult(
            content=[
                types.TextContent(
                    type="text", text=found.text if is_repeated or not is_structured else found.short_text
                )
            ],
            structured_content=found.content if is_structured else None,
            is_error=found.is_error,
        )

    return Server(
        "recruitment-registry",
        version=version("recruitment-registry"),
        title="Registry of licensed recruitment intermediaries",
        instructions=INSTRUCTIONS,
        website_url=registry,
        on_list_tools=tools,
        on_call_tool=answer,
    )


def serve_stdio(ask: Asker, registry: str, *, repeats_text: bool) -> None:
    """Answer one client on standard input and output until it closes them; `repeats_text` as for `server`."""
    from mcp.server.stdio import stdio_server

    async def serve() -> None:
        made = server(ask, registry, repeats_text=repeats_text)
        async with stdio_server() as (read, write):
            await made.run(read, write, made.create_initialization_options())

    anyio.run(serve)


def http_app(ask: Asker, settings: Settings) -> Guard:
    """The ASGI application of streamable HTTP at /mcp: without sessions, so that any process may answer.

    It answers for this machine's own names, the host of the public address, and the names of `settings.mcp_hosts`; and no
    page of another host, whatever name it gave itself (DNS rebinding).
    """
    from mcp.server.transport_security import TransportSecuritySettings

    names = [*LOOPBACK, urlsplit(settings.public_url).netloc, *settings.mcp_hosts]
    hosts = [host for name in names for host in (name, f"{name}:*")]
    inner = server(ask, settings.public_url).streamable_http_app(
        json_response=True,
        stateless_http=True,
        max_request_body_size=MAX_BODY,
        transport_security=TransportSecuritySettings(
            allowed_hosts=hosts,
            allowed_origins=[f"{scheme}://{host}" for scheme in ("http", "https") for host in hosts],
        ),
    )
    return Guard(inner, settings.rate, settings.trusted_proxies)
