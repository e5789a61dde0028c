"""An S3 store for a cluster: moto's, which keeps all in memory, with a journal on the disk, so that it may be killed.

`python -m tools.cluster.store HOST PORT JOURNAL CERTIFICATE KEY`. A change is answered when the disk has it, and a start
repeats them all. A file beside the journal, `fault`, names what the store does wrong for as long as the file is there.
"""

import io
import json
import os
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

CHANGING = frozenset({"PUT", "POST", "DELETE"})
KEPT = ("CONTENT_TYPE", "HTTP_HOST", "HTTP_AUTHORIZATION")
"""Of a request's variables those that say where it goes. Conditions were met at the time, and are not asked again."""


class Journal:
    """A WSGI application that writes down each change that another one made, before the change is answered."""

    def __init__(self, inner: Any, path: Path) -> None:
        self._inner = inner
        self._file: BinaryIO = path.open("ab")
        self._repeat(path)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in CHANGING:
            return self._inner(environ, start_response)  # type: ignore[no-any-return]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        answered: list[str] = []

        def start(status: str, headers: Any, *more: Any) -> Any:
            answered.append(status)
            return start_response(status, headers, *more)

        pieces = [*self._inner(environ, start)]
        if answered[-1].startswith("2"):
            self._write(environ, body)
        return pieces

    def _write(self, environ: dict[str, Any], body: bytes) -> None:
        stated = {name: environ[name] for name in KEPT if name in environ}
        request = [environ["REQUEST_METHOD"], environ["PATH_INFO"], environ.get("QUERY_STRING", ""), stated]
        self._file.write(json.dumps([*request, b64encode(body).decode()]).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def _repeat(self, path: Path) -> None:
        from werkzeug.test import Client

        client = Client(self._inner)
        for line in path.read_bytes().splitlines(keepends=True):
            if not line.endswith(b"\n"):
                # Cut in the middle: it was never answered.
                break
            method, where, query, stated, body = json.loads(line)
            client.open(where, method=method, query_string=query, data=b64decode(body), environ_overrides=stated)


FAULTS = {
    "slow": "takes 3 s for each request",
    "failing": "answers 500 to all",
    "stale": "shows what was there before, whatever is written",
    "unconditional": "ignores If-Match and If-None-Match",
}


class Faulty:
    """A WSGI application that does what another one does, but for the fault that a file names."""

    def __init__(self, inner: Any, path: Path) -> None:
        self._inner, self._path = inner, path
        self._shown: dict[str, tuple[tuple[Any, ...], list[bytes]]] = {}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        fault = self._path.read_text(encoding="ascii") if self._path.exists() else ""
        if fault == "failing":
            start_response("500 Internal Server Error", [])
            return [b""]
        if fault == "slow":
            time.sleep(3)
        if fault == "unconditional":
            for name in ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH"):
                environ.pop(name, None)
        if environ["REQUEST_METHOD"] != "GET":
            return self._inner(environ, start_response)  # type: ignore[no-any-return]
        where = environ["PATH_INFO"] + "?" + environ.get("QUERY_STRING", "")
        if fault != "stale" or where not in self._shown:
            answered: list[tuple[Any, ...]] = []
            pieces = [*self._inner(environ, lambda *stated: answered.append(stated))]
            self._shown[where] = answered[-1], pieces
        stated, pieces = self._shown[where]
        start_response(*stated)
        return pieces


def main(host: str, port: str, journal: str, certificate: str, key: str) -> None:
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import run_simple

    application = Journal(DomainDispatcherApplication(create_backend_app), Path(journal))
    faulty = Faulty(application, Path(journal).with_name("fault"))
    run_simple(host, int(port), faulty, threaded=True, ssl_context=(certificate, key))


if __name__ == "__main__":
    main(*sys.argv[1:])
