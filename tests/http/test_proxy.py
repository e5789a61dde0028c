"""Hostile requests on raw sockets, at the server itself and through nginx as the sample in deploy/ configures it.

No library of clients puts in order what is sent here.
"""

import select
import shutil
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from registry.core.settings import Edge, Settings
from tests.http.nginx import proxied
from tests.http.sockets import PATIENCE, Answer, read_answer
from tests.serving import Served, serve
from tests.waiting import until

pytestmark = pytest.mark.slow

PUBLIC, DESK = "registry.example.org", "desk.example.org"
RATE = 60

CONSOLE_PATHS = (
    "/console/sign-in",
    "//console/sign-in",
    "///console/sign-in",
    "/%2fconsole/sign-in",
    "/./console/sign-in",
    "/%2e/console/sign-in",
    "/x/../console/sign-in",
    "/x/%2e%2e/console/sign-in",
    "/x%2f..%2fconsole/sign-in",
    "/console//sign-in",
    "/%63onsole/sign-in",
    "//api/v1/cases",
    "/api//v1/cases",
    "/api/v1/./cases",
    "/%2fapi/v1/cases",
)


class Site(NamedTuple):
    """A served process with a host of its own for the console, and the port of nginx before it."""

    served: Served
    nginx: int

    @property
    def server(self) -> int:
        return int(self.served.base_url.rpartition(":")[2])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("proxied")
    home = folder / "home"
    settings = Settings(home=home, database_url=f"sqlite:///{home}/registry.sqlite3", edges=frozenset(Edge), rate=RATE)
    settings.prepare_home()
    shutil.copyfile(sqlite_template, home / "registry.sqlite3")
    extra = {
        "REGISTRY_URL": f"http://{PUBLIC}",
        "REGISTRY_CONSOLE_URL": f"http://{DESK}",
        "REGISTRY_TRUSTED_PROXIES": "1",
    }
    with serve(settings, extra=extra) as served, proxied(served, folder / "nginx") as port:
        yield Site(served, port)


def connect(port: int, client: str) -> socket.socket:
    """A connection from an address of the loopback network: a client of its own for the server."""
    return socket.create_connection(("127.0.0.1", port), PATIENCE, (client, 0))


def head(method: str, path: str, host: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def ask(port: int, path: str, host: str = PUBLIC, client: str = "127.0.0.1", **headers: str) -> Answer:
    return send(port, head("GET", path, host, {"Connection": "close", **named(headers)}), client)


def named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def send(port: int, sent: bytes, client: str) -> Answer:
    with connect(port, client) as line:
        line.sendall(sent)
        return read_answer(line)


@pytest.mark.parametrize("path", CONSOLE_PATHS)
def test_the_consoles_host_is_a_wall_however_a_path_is_spelt(site: Site, path: str) -> None:
    for number, port in enumerate((site.server, site.nginx)):
        client = f"127.0.1.{number}"
        assert ask(port, path, PUBLIC, client, X_Forwarded_For=client).status == 421
        assert ask(port, path, DESK, client, X_Forwarded_For=client).status in (200, 401)


def test_a_header_with_underscores_counts_for_nothing(site: Site) -> None:
    spent = spend(site.server, "10.1.1.1")
    assert ask(site.server, "/en", X_Forwarded_For="10.1.1.1").status == 429
    both = head("GET", "/en", PUBLIC, {"X-Forwarded-For": "10.1.1.1", "X_Forwarded_For": "10.1.1.2"})
    assert send(site.server, both, "127.0.0.1").status == 429
    other = head("GET", "/en", PUBLIC, {"X-Forwarded-For": "10.1.1.3", "X_Forwarded_For": "10.1.1.1"})
    assert send(site.server, other, "127.0.0.1").status == 200
    assert spent == 200


def spend(port: int, client: str) -> int:
    """Use up what one address may ask in a minute; the status of the first answer."""
    first = ask(port, "/en", X_Forwarded_For=client).status
    for _ in range(2 * RATE):
        if ask(port, "/api/v1/nothing", X_Forwarded_For=client).status == 429:
            return first
    raise AssertionError("the limit was never reached")


def test_range_files_are_counted_against_the_client_that_asks(site: Site) -> None:
    attacker, victim = "127.0.2.1", "127.0.2.2"
    path = "/ranges/file/" + "0" * 64
    statuses = [ask(site.nginx, path, client=attacker, X_Forwarded_For=victim).status for _ in range(RATE + 10)]
    assert statuses[-1] == 429
    assert ask(site.nginx, path, client=victim).status == 404
    assert ask(site.nginx, "/api/v1/coverage", client=victim).status == 200


@pytest.mark.parametrize(
    ("path", "status", "headers"),
    [
        ("/api/v1/verify", 413, {"Content-Type": "application/json"}),
        ("/api/v1/verification-jobs", 401, {"Content-Type": "text/csv"}),
        ("/api/v1/verification-jobs", 401, {"Content-Type": "text/csv", "Authorization": f"Bearer rrk_{'A' * 43}"}),
        ("/api/v1/watches", 401, {"Content-Type": "application/json"}),
        ("/api/v1/complaints/attachments", 401, {}),
        ("/api/v1/nothing", 404, {}),
        ("/en/coverage", 405, {}),
    ],
)
def test_a_large_body_is_refused_before_it_comes(site: Site, path: str, status: int, headers: dict[str, str]) -> None:
    refused = head("POST", path, PUBLIC, headers | {"Content-Length": "1000000"})
    # nginx waits for a body of this size, but where larger ones are taken.
    for port in (site.server, site.nginx) if status == 401 else (site.server,):
        assert send(port, refused, "127.0.3.1").status == status


def test_nginx_takes_large_bodies_where_they_belong_alone(site: Site) -> None:
    for path in ("/api/v1/verify", "/en/check", "/account/own", "/api/v1/complaints/answers", "/en/box/report"):
        refused = send(site.nginx, head("POST", path, PUBLIC, {"Content-Length": "2000000"}), "127.0.3.2")
        # Its own words, and not the registry's.
        assert (refused.status, b"nginx" in refused.body) == (413, True)


def test_bodies_that_trickle_keep_no_one_else_out(site: Site) -> None:
    slow, other = "127.0.4.1", "127.0.4.2"
    length = 10 << 20
    with ExitStack() as ends:
        lines = []
        for _ in range(14):
            line = ends.enter_context(connect(site.nginx, slow))
            headers = {"Content-Length": str(length), "Content-Type": "application/json"}
            line.sendall(head("POST", "/en/check/picture", PUBLIC, headers) + b"x" * 100_000)
            lines.append(line)
        # nginx takes four of them; those that it refuses are answered.
        until(lambda: len(answered(lines)) == 14 - 4)
        assert {read_answer(line).status for line in answered(lines)} == {503}
        began = time.monotonic()
        question = b'{"registration_number": "X-1", "country": "SK"}'
        headers = {"Content-Length": str(len(question)), "Content-Type": "application/json"}
        for client in (slow, other):
            answer = send(site.nginx, head("POST", "/api/v1/verify", PUBLIC, headers) + question, client)
            assert answer.status == 200
        assert send(site.nginx, picture(100_000), other).status != 503
        assert time.monotonic() - began < 5


def answered(lines: list[socket.socket]) -> list[socket.socket]:
    return select.select(lines, [], [], 0)[0]


def picture(size: int) -> bytes:
    headers = {"Content-Length": str(size), "Content-Type": "application/octet-stream", "Connection": "close"}
    return head("POST", "/en/check/picture", PUBLIC, headers) + b"x" * size
