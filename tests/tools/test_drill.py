"""What the drill rests on: moments that a seed repeats, links that can be cut, and a store that may be killed."""

import io
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tools.cluster import events
from tools.cluster.load import Found, Read
from tools.cluster.network import unsharing
from tools.cluster.report import Line, Report
from tools.cluster.store import Journal

CUT = """
import socket, subprocess, sys
from tools.cluster.network import Network
from tools.cluster.parts import is_open

network = Network(("one", "two"))
serving = "import socket; s = socket.create_server(('', 7000)); print('up', flush=True); [s.accept() for _ in iter(int, 1)]"
inside = ["nsenter", "-t", str(network.namespace("one")), "-n", sys.executable, "-c", serving]
with subprocess.Popen(inside, stdout=subprocess.PIPE) as server:
    server.stdout.readline()
    found = [is_open(7000, network.host("one"))]
    network.cut(["one"], ["driver"])
    found.append(is_open(7000, network.host("one")))
    network.heal()
    found.append(is_open(7000, network.host("one")))
    server.kill()
network.close()
print(found)
"""


def test_a_seed_repeats_the_moments_and_each_kind_comes_as_often() -> None:
    names = [(event.name, event.pause) for event in events.moments(40, 7)]
    assert names == [(event.name, event.pause) for event in events.moments(40, 7)]
    assert names != [(event.name, event.pause) for event in events.moments(40, 8)]
    kind_of = {f"{name} killed": kind for kind in events.KINDS for name in kind}
    kinds = Counter(kind_of[name] for name, _ in names)
    assert set(kinds.values()) == {5}
    assert len(kinds) == 8


def test_a_link_is_cut_in_silence_and_healed() -> None:
    prefix, refused = unsharing()
    if refused is not None:
        # The drill then says why, and does the rest.
        assert refused.strip()
        return
    command = [*prefix, sys.executable, "-c", CUT]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.strip() == "[True, False, True]", done.stderr


class InMemory:
    """A WSGI application that remembers bodies by path, in memory."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}

    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"]
        refused = environ.get("HTTP_IF_NONE_MATCH") == "*" and path in self.bodies
        if not refused:
            self.bodies[path] = environ["wsgi.input"].read()
        start_response("412 Precondition Failed" if refused else "200 OK", [])
        return [b""]


def put(application: Journal, path: str, body: bytes, **more: str) -> None:
    environ = {
        "REQUEST_METHOD": "PUT",
        "PATH_INFO": path,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **more,
    }
    application(environ, lambda *_: None)


def test_a_store_that_was_killed_has_what_it_acknowledged_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    application = Journal(InMemory(), path)
    put(application, "/bucket/head", b"one", HTTP_IF_NONE_MATCH="*")
    put(application, "/bucket/head", b"another", HTTP_IF_NONE_MATCH="*")
    put(application, "/bucket/file", b"\0\xff")
    with path.open("ab") as file:
        file.write(json.dumps(["PUT", "/bucket/cut"]).encode()[:-3])
    again = InMemory()
    Journal(again, path)
    assert again.bodies == {"/bucket/head": b"one", "/bucket/file": b"\0\xff"}


def test_a_missed_target_is_named() -> None:
    slow = [Read(3.0, is_ok=True, seconds=0.1, what="/ready"), Read(5.0, is_ok=True, seconds=7.0, what="/log")]
    line = Line(
        events.frozen("machine of the primary", 40, max_request=6.0), 5.0, slow, [], back=31.0, found=Found(0, 0, 0)
    )
    report = Report(
        [line], Found(1, 0, 0), 1000, 2, {"complaints": 3}, 0, verified=True, quiet=0.1, unlike=["complaints: X"]
    )
    assert not report.is_well
    missed = "\n".join(report.missed())
    for what in ("within 30 s", "/log took 7.0 s, 2.0 s after the first request", "99.80 %", "1/0/0: complaints: X"):
        assert what in missed
    assert "MISSED: machine of the primary frozen 40 s" in report.table()
