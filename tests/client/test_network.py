"""What the client reads over HTTP: a body is what its sender says it is."""

import gzip
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from registry_client.network import Unreachable, fetcher

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


def test_what_a_server_says_it_compressed_is_inflated(address: str) -> None:
    fetch = fetcher(address, is_compressed=True)
    assert fetch("/said", 4096) == BODY
    assert fetch("/plain", 4096) == BODY


def test_a_damaged_body_and_one_that_is_too_long_once_inflated_are_refused(address: str) -> None:
    fetch = fetcher(address, is_compressed=True)
    for path, limit in (("/damaged", 4096), ("/said", 1000)):
        with pytest.raises(Unreachable):
            fetch(path, limit)
