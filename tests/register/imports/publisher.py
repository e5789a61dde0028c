"""A real HTTP server that publishes a list, as an authority's does: with validators, redirects, errors and trickery."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BIG = 1 << 40


@dataclass
class Publisher:
    """`body` is what /list gives, with an ETag of its content. `asked` keeps each request's path and conditions."""

    port: int = 0
    body: bytes = b""
    status: int = 200
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def url(self, path: str = "/list") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


def handler_for(publisher: Publisher) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            condition = self.headers.get("If-None-Match")
            publisher.asked.append((self.path, condition))
            if self.path == "/list":
                self.give_list(condition)
            elif self.path.startswith("/hop/"):
                left = int(self.path.removeprefix("/hop/"))
                self.lead_to("/list" if left <= 1 else f"/hop/{left - 1}")
            elif self.path == "/file":
                self.lead_to("file:///etc/passwd")
            elif self.path == "/huge":
                self.send_response(200)
                self.send_header("Content-Length", str(BIG))
                self.end_headers()
            else:
                # Promises more than it gives.
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                self.wfile.write(b"{")

        def give_list(self, condition: str | None) -> None:
            etag = f'"{hash(publisher.body)}"'
            status = 304 if publisher.status == 200 and condition == etag else publisher.status
            self.send_response(status)
            self.send_header("ETag", etag)
            self.send_header("Last-Modified", "Tue, 03 Mar 2026 10:00:00 GMT")
            body = publisher.body if status == 200 else b""
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def lead_to(self, address: str) -> None:
            self.send_response(302)
            self.send_header("Location", address)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    return Handler


@contextmanager
def publishing() -> Iterator[Publisher]:
    publisher = Publisher()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(publisher))
    publisher.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield publisher
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
