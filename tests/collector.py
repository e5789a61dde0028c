"""A process that takes what an OpenTelemetry exporter sends (OTLP over HTTP), for a test to read every byte of it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.serving import free_port
from tests.waiting import until


class Collector:
    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.url = folder, f"http://127.0.0.1:{port}"

    def received(self) -> list[bytes]:
        """The bodies that came, each as it came."""
        return [path.read_bytes() for path in sorted(self.folder.glob("*.body"))]

    def spans(self) -> list[Any]:
        """All spans, as OTLP has them."""
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.received()]
        return [
            span
            for request in requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@contextmanager
def running_collector(folder: Path) -> Iterator[Collector]:
    folder.mkdir()
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.collector", str(folder), str(port)])
    try:
        until((folder / "ready").exists)
        yield Collector(folder, port)
    finally:
        process.terminate()
        process.wait(30)


def serve(folder: Path, port: int) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            draft = folder / f"{len(list(folder.iterdir())):06}-{id(body)}"
            draft.write_bytes(body)
            draft.rename(draft.with_suffix(".body"))
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    (folder / "ready").touch()
    server.serve_forever()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
