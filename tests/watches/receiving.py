"""A listening socket of an organisation: takes deliveries, checks their signatures, and answers as configured."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Listener(ThreadingHTTPServer):
    """`got` are the bodies and headers taken, in order. `status` is what is answered; `location` beside a redirect."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        if tls is not None:
            # The handshake is the handling thread's: one that fails blocks no other.
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.got: list[tuple[bytes, dict[str, str]]] = []
        self.status = 204
        self.headers: dict[str, str] = {}
        self.body = b""
        self.drip = 0.0
        self.pause = 0.0
        self.news = threading.Condition()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook?a=b"

    def handle_error(self, *_: Any) -> None:
        """A caller that does not trust the certificate breaks off: that is its right, and no noise."""

    def ids(self) -> list[str]:
        return [headers["webhook-id"] for _, headers in self.got]

    def wait_for(self, count: int, seconds: float = 30.0) -> None:
        with self.news:
            assert self.news.wait_for(lambda: len(self.got) >= count, seconds), f"{len(self.got)} of {count} came"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        with self.server.news:
            self.server.got.append((body, {name.lower(): value for name, value in self.headers.items()}))
            self.server.news.notify_all()
        if self.server.drip:
            self._drip()
            return
        threading.Event().wait(self.server.pause)
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        if self.server.status != 204:
            self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def _drip(self) -> None:
        """An answer that never ends, a byte at a time."""
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            for _ in range(4000):
                self.wfile.write(b"a")
                self.wfile.flush()
                threading.Event().wait(self.server.drip)
        except OSError:
            return

    def log_message(self, *_: Any) -> None:
        return


@contextmanager
def listening(port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[Listener]:
    server = Listener(port, tls)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
