"""What the client reads over HTTP: a body is what its sender says it is."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from registry_client.network import Unreachable, fetcher, seconds_of

BODY = b'{"v":1,"entry":"' + b"a" * 2000 + b'"}'
BODIES = {
    "/said": gzip.compress(BODY),
    "/plain": BODY,
    "/damaged": gzip.compress(BODY)[:-4],
}


@pytest.fixture
def address() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = BODIES[self.path]
            self.send_response(200)
            if self.path != "/plain" and self.headers.get("Accept-Encoding") == "gzip":
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_pause_is_read_as_seconds_or_as_a_date() -> None:
    at = datetime(2026, 11, 30, 12, 0, tzinfo=UTC).timestamp()
    for text, seconds in (
        ("7", 7), ("Mon, 30 Nov 2026 12:00:30 GMT", 30), ("Monday, 30-Nov-26 12:01:00 GMT", 60),
        ("Mon, 30 Nov 2026 11:00:00 GMT", 0), ("soon", 0), ("", 0), ("-5", 0), ("99999999999999999999", 10**6),
    ):  # fmt: skip
        assert seconds_of(text, at) == seconds, text


def test_what_a_server_says_it_compressed_is_inflated(address: str) -> None:
    fetch = fetcher(address, is_compressed=True)
    assert fetch("/said", 4096) == BODY
    assert fetch("/plain", 4096) == BODY


def test_a_damaged_body_and_one_that_is_too_long_once_inflated_are_refused(address: str) -> None:
    fetch = fetcher(address, is_compressed=True)
    for path, limit in (("/damaged", 4096), ("/said", 1000)):
        with pytest.raises(Unreachable):
            fetch(path, limit)
