"""A registry served over HTTP on this machine, that can be made to lie."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.client.registrar import LICENCE, Registrar, b64, sha

Answer = bytes | int | Callable[[BaseHTTPRequestHandler], None]
"""A body, a status code, or something that writes to the socket itself."""


def tile_number(text: str) -> int:
    return int(text.replace("/", "").replace("x", ""))


class Honest:
    """What an honest registry answers. The published size is that of all leaves, or `shown`; `iat` is when lists are signed."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.registrar = Registrar(url, valid_to="2099-12-31")
        self.shown: int | None = None
        self.iat: int | None = None

    @property
    def size(self) -> int:
        return len(self.registrar.leaves) if self.shown is None else self.shown

    def honest(self, path: str) -> bytes | int:
        registrar, size = self.registrar, self.size
        if path == "/log/checkpoint":
            return registrar.checkpoint(size).encode()
        if found := re.fullmatch(r"/log/proof/(\d+)", path):
            return registrar.proof(int(found[1]), size).encode()
        if found := re.fullmatch(r"/log/tile/(\d+|entries)/([x0-9/]+?)(\.p/(\d+))?", path):
            return self.tile(found[1], tile_number(found[2]), int(found[4] or 256))
        if path == "/log/vkey":
            return f"{registrar.log_key.vkey}\n".encode()
        if path == "/.well-known/registry-trust.json":
            return registrar.trust()
        if path == f"/api/v1/licences/{LICENCE}":
            return self.licence()
        if path == f"/api/v1/licences/{LICENCE}/bundle":
            return registrar.bundle_bytes()
        if path == "/.well-known/jwks.json":
            keys = [{"kid": key.kid, "x5c": [b64(key.der)]} for key in registrar.keys.values()]
            return json.dumps({"keys": keys}).encode()
        if path == "/status/0":
            return self.status().encode()
        return 404

    def status(self, **options: Any) -> str:
        return self.registrar.status(self.iat or int(time.time()), size=options.pop("size", self.size), **options)

    def licence(self, **changes: Any) -> bytes:
        record = self.registrar.entry(f"licence/{LICENCE}", self.size)["record"]
        today = datetime.now(UTC).date().isoformat()
        stated = [one["status"] for one in record["status_history"] if one.get("from", "") <= today]
        return json.dumps(record | {"on": today, "status": stated[-1] if stated else None} | changes).encode()

    def tile(self, level: str, number: int, width: int) -> bytes | int:
        leaves = self.registrar.leaves[: self.size]
        if level == "entries":
            part = leaves[256 * number : 256 * number + width]
            return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in part) if len(part) == width else 404
        row = [sha(b"\0" + leaf) for leaf in leaves]
        for _ in range(int(level)):
            row = [_root(row[place : place + 256]) for place in range(0, len(row) - len(row) % 256, 256)]
        part = row[256 * number : 256 * number + width]
        return b"".join(part) if len(part) == width else 404


class Site(Honest):
    """The same over HTTP. `lies` take the place of the honest answer of a path; `asked` are the paths asked for."""

    def __init__(self) -> None:
        handler = type("Handler", (_Handler,), {"site": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        super().__init__(f"http://127.0.0.1:{self.server.server_port}")
        self.lies: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def _root(row: list[bytes]) -> bytes:
    while len(row) > 1:
        row = [sha(b"\1" + row[place] + row[place + 1]) for place in range(0, len(row), 2)]
    return row[0]


class _Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.site.asked.append(path)
        answer = self.site.lies.get(path)
        if answer is None:
            answer = self.site.honest(path)
        if callable(answer):
            answer(self)
        elif isinstance(answer, int):
            self.send_response(answer)
            if answer in (301, 302):
                self.send_header("Location", "http://elsewhere.invalid/")
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[Site]:
    site = Site()
    try:
        yield site
    finally:
        site.close()
