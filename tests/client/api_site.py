"""A web server on this machine that answers as a test says, and keeps what it was asked."""

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """`body` goes as JSON unless it is bytes. `broken`: the connection ends in the middle of it."""

    body: object = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    is_broken: bool = False

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


def problem(status: int, code: str = "some_code", detail: str = "what is wrong", **more: Any) -> Reply:
    headers = more.pop("headers", {})
    given = {"type": "/x", "title": "Title", "status": status, "code": code, "detail": detail, "request_id": "r1"}
    return Reply(given | {"errors": []} | more, status, headers)


class Site:
    """Answers with what stands in `replies`, one after another; then with what `otherwise` says of the request."""

    def __init__(self) -> None:
        self.replies: deque[Reply] = deque()
        self.otherwise: Callable[[Request], Reply] = lambda request: Reply(status=404)
        self.asked: list[Request] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"site": self}))
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    site: Site
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.command, self.path, dict(self.headers), body)
        self.site.asked.append(request)
        reply = self.site.replies.popleft() if self.site.replies else self.site.otherwise(request)
        content = reply.content
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) + 100 * reply.is_broken))
        self.end_headers()
        self.wfile.write(content)
        self.close_connection = reply.is_broken

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def answering() -> Iterator[Site]:
    site = Site()
    try:
        yield site
    finally:
        site.close()
