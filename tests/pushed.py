"""A process that takes messages as servers of ntfy and Matrix do: it prints each request, and refuses on demand.

Run as `python -m tests.pushed PORT STATUS...`: the answers in order, the last one for ever. ntfy takes JSON at its root, Matrix
an event by PUT; both want a bearer token.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from tests.serving import free_port


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Taker(BaseHTTPRequestHandler):
    answers: list[int] = []  # noqa: RUF012

    def _take(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        request = {
            "method": self.command,
            "path": self.path,
            "by": self.headers["Authorization"],
            "body": json.loads(body),
        }
        status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        say(json.dumps(request | {"status": status}))
        self.send_response(status)
        self.end_headers()

    do_POST = do_PUT = _take  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing beside the requests."""


@dataclass
class Taken:
    """The server's address, and what it was sent, one after the other."""

    url: str
    process: "subprocess.Popen[str]" = field(repr=False)

    def next(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found


@contextmanager
def push_server(*statuses: int) -> Iterator[Taken]:
    port = free_port()
    arguments = [sys.executable, "-m", "tests.pushed", str(port), *map(str, statuses or (200,))]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield Taken(f"http://:tk_secret@127.0.0.1:{port}", process)
        finally:
            process.kill()


if __name__ == "__main__":
    Taker.answers = [int(status) for status in sys.argv[2:]]
    server = HTTPServer(("127.0.0.1", int(sys.argv[1])), Taker)
    say("ready")
    server.serve_forever()
