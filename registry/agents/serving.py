"""The Model Context Protocol, by the package `mcp`: on standard input and output, or as streamable HTTP without sessions."""

from collections.abc import Mapping
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import anyio
from flask import Flask

from registry.agents.answering import Ask, Called, call
from registry.agents.tools import INSTRUCTIONS, TOOLS
from registry.core.errors import SettingsError

MAX_BODY = 64 * 1024
"""Of a request over HTTP."""


def require_package() -> None:
    """Raises SettingsError where the extra is not installed."""
    if find_spec("mcp") is None:
        raise SettingsError("the extra `mcp` is not installed: pip install 'recruitment-registry[mcp]'")


def asker(app: Flask, registry: str) -> Ask:
    """Asks the application in this process, as a client of the address `registry` would."""
    client = app.test_client(use_cookies=False)

    def ask(method: str, path: str, fields: Mapping[str, Any]) -> tuple[int, Any]:
        sent: dict[str, Any] = {"json": fields} if method == "POST" else {"query_string": _plain(fields)}
        answer = client.open(path, method=method, base_url=registry, headers={"Accept-Language": "en"}, **sent)
        return answer.status_code, answer.get_json(silent=True)

    return ask


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a query: texts and numbers as they are, anything else as its text, which the API refuses."""
    return {name: value if isinstance(value, str | int) else str(value) for name, value in fields.items()}


def server(ask: Ask, registry: str) -> Any:
    """The server: it lists the tools and answers their calls, each in a thread of its own."""
    import mcp_types as types
    from mcp.server.lowlevel import Server

    async def tools(_context: Any, _parameters: Any) -> types.ListToolsResult:
        listed = [
            types.Tool(
                name=tool.name,
                title=tool.title,
                description=f"{tool.description} Must be said with the answer: {tool.must_say}",
                input_schema=tool.input_schema(),
                annotations=types.ToolAnnotations(
                    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
                ),
            )
            for tool in TOOLS
        ]
        return types.ListToolsResult(tools=listed)

    async def answer(_context: Any, parameters: types.CallToolRequestParams) -> types.CallToolResult:
        found: Called = await anyio.to_thread.run_sync(call, parameters.name, parameters.arguments or {}, ask, registry)
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=found.text)],
            structured_content=found.content,
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


def serve_stdio(ask: Ask, registry: str) -> None:
    """Answer one client on standard input and output until it closes them."""
    from mcp.server.stdio import stdio_server

    async def serve() -> None:
        made = server(ask, registry)
        async with stdio_server() as (read, write):
            await made.run(read, write, made.create_initialization_options())

    anyio.run(serve)


def http_app(ask: Ask, registry: str, host: str) -> Any:
    """The ASGI application of streamable HTTP at /mcp: without sessions, so that any process may answer."""
    return server(ask, registry).streamable_http_app(
        json_response=True, stateless_http=True, max_request_body_size=MAX_BODY, host=host
    )
