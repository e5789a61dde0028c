"""Agents over HTTP: each network has a limit of its own, no foreign page is answered, and nothing is waited for without end."""

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest
from starlette.testclient import TestClient

from registry.agents import serving
from registry.agents.serving import MAX_OPEN, MAX_OPEN_EACH, Guard, asker, http_app
from registry.core.settings import Edge, Settings, TrustedProxies
from tests.serving import Process, environment, free_port
from tests.waiting import until

pytestmark = pytest.mark.one_database

CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "help_lines", "arguments": {"country": "IT"}},
}
"""A call of a tool that asks the API."""

NO_PROXY = TrustedProxies()


def client(http: Guard, peer: str = "192.0.2.1", host: str = "127.0.0.1:8002") -> TestClient:
    headers = {"Accept": "application/json, text/event-stream"}
    return TestClient(http, base_url=f"http://{host}", client=(peer, 5000), headers=headers)


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("127.0.0.1:8002", None, 200),
        ("localhost:8002", "http://localhost:3000", 200),
        ("registry.example", "https://registry.example", 200),
        ("mcp.example.org", "https://mcp.example.org", 200),
        ("mcp.example.org:8443", None, 200),
        ("rebound.example:8002", None, 421),
        ("127.0.0.1.rebound.example", None, 421),
        ("127.0.0.1:8002", "http://page.example", 403),
        ("mcp.example.org", "null", 403),
    ],
)
def test_only_known_hosts_and_origins_are_answered(
    host: str, origin: str | None, status: int, app: Any, settings: Settings
) -> None:
    named = replace(settings, public_url="https://registry.example", mcp_hosts=("mcp.example.org",))
    with client(http_app(asker(app, settings.public_url), named), host=host) as one:
        headers = {} if origin is None else {"Origin": origin}
        assert one.post("/mcp", json=CALL, headers=headers).status_code == status


def test_who_asks_too_often_is_told_when_to_ask_again(app: Any, settings: Settings) -> None:
    with client(http_app(asker(app, settings.public_url), replace(settings, rate=3))) as one:
        assert [one.post("/mcp", json=CALL).status_code for _ in range(4)] == [200, 200, 200, 429]
        refused = one.post("/mcp", json=CALL)
        assert int(refused.headers["Retry-After"]) > 0
        assert refused.text == "more than 3 requests in a minute\n"


def test_the_apis_own_limit_is_told_who_asks(app: Any, settings: Settings) -> None:
    senders: list[Mapping[str, str] | None] = []
    ask = asker(app, settings.public_url)

    def noted(method: str, path: str, fields: Mapping[str, Any], sender: Mapping[str, str] | None = None) -> Any:
        senders.append(sender)
        return ask(method, path, fields, sender)

    with client(http_app(noted, settings)) as one:
        assert one.post("/mcp", json=CALL, headers={"X-Forwarded-For": "192.0.2.9"}).status_code == 200
    assert senders == [{"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": "192.0.2.9"}]


async def answering(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def waiting(_scope: Any, receive: Any, _send: Any) -> None:
    await receive()


async def status_of(http: Guard, peer: str, forwarded: str | None = None) -> int:
    """The status of a request whose body never comes."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [] if forwarded is None else [(b"x-forwarded-for", forwarded.encode())]
    await http({"type": "http", "client": (peer, 1), "headers": headers}, asyncio.Event().wait, send)
    return int(sent[0]["status"])


def test_a_network_uses_up_no_others_requests() -> None:
    http = Guard(answering, 2, NO_PROXY)

    async def statuses(*peers: str) -> list[int]:
        return [await status_of(http, peer) for peer in peers]

    assert asyncio.run(statuses("192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2")) == [200, 200, 429, 200]
    # One client has all the addresses of such a network.
    assert asyncio.run(statuses("2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1")) == [200, 200, 429, 200]


def test_the_header_of_a_proxy_counts_where_the_proxy_is_trusted() -> None:
    async def statuses(http: Guard) -> list[int]:
        return [await status_of(http, "192.0.2.1", f"198.51.100.{number}") for number in range(3)]

    assert asyncio.run(statuses(Guard(answering, 2, NO_PROXY))) == [200, 200, 429]
    trusted = TrustedProxies(networks=(ip_network("192.0.2.0/24"),))
    assert asyncio.run(statuses(Guard(answering, 2, trusted))) == [200, 200, 200]


def test_a_request_that_does_not_end_is_ended_and_frees_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "MAX_SECONDS", 0.05)
    http = Guard(waiting, 1000, NO_PROXY)

    async def statuses() -> list[int]:
        own = [status_of(http, "192.0.2.1") for _ in range(MAX_OPEN_EACH + 2)]
        found = await asyncio.gather(*own, status_of(http, "192.0.2.2"))
        return [*found, await status_of(http, "192.0.2.1")]

    assert asyncio.run(statuses()) == [408] * MAX_OPEN_EACH + [429, 429, 408, 408]


def test_many_networks_together_hold_no_more_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "MAX_SECONDS", 0.2)
    http = Guard(waiting, 1000, NO_PROXY)

    async def statuses() -> list[int]:
        return await asyncio.gather(*(status_of(http, f"10.0.{number}.1") for number in range(MAX_OPEN + 1)))

    assert sorted(asyncio.run(statuses())) == [408] * MAX_OPEN + [503]


@pytest.mark.thorough
@pytest.mark.slow
def test_connections_that_send_nothing_are_closed(settings: Settings) -> None:
    port = free_port()
    settings.prepare_home()
    output = settings.home / "mcp.out"
    env = environment(replace(settings, edges=frozenset({Edge.API})), port - 2)
    process = Process(["mcp", "--http", "--port", str(port)], env, output)
    try:
        until(lambda: answers(port), every=0.2)
        with (
            socket.create_connection(("127.0.0.1", port)) as silent,
            socket.create_connection(("127.0.0.1", port)) as slow,
        ):
            slow.sendall(b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: ")
            for one in (silent, slow):
                one.settimeout(25)
                while one.recv(4096):
                    pass
    finally:
        process.send_signal(15)
        assert process.wait(60) == 0


def answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            return True
    except OSError:
        return False


@pytest.mark.thorough
@pytest.mark.slow
def test_standard_output_holds_the_protocol_and_nothing_else(settings: Settings, session: Any) -> None:
    messages = [
        {"jsonrpc": "2.0", "id": 0, "method": "initialize"}
        | {
            "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
        },
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        CALL,
    ]
    command = subprocess.Popen(
        [sys.executable, "-m", "registry.cli", "mcp"],
        env=environment(settings, free_port()),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert command.stdin
    assert command.stdout
    assert command.stderr
    for message in messages:
        command.stdin.write(json.dumps(message).encode() + b"\n")
    command.stdin.flush()
    answered = [json.loads(command.stdout.readline()) for _ in range(2)]
    # The input ends at once: what still waits to be written must not land in the protocol.
    rest, errors = command.communicate(timeout=60)
    assert [one["id"] for one in answered] == [0, 1]
    assert rest == b""
    assert b'"event":"request"' in errors
    assert command.returncode == 0
