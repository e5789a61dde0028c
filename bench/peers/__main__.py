"""Serves one peer: `python -m bench.peers raw 8001`."""

import os
import sys

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

PEERS = {
    "raw": ("bench.peers.raw:app", Interfaces.WSGI),
    "orm": ("bench.peers.orm:create_app", Interfaces.WSGI),
    "fastapi": ("bench.peers.core:create_app", Interfaces.ASGI),
    "plain": ("bench.peers.plain:create_app", Interfaces.WSGI),
    "datasette": ("bench.peers.rows:create_app", Interfaces.ASGI),
}

# As many as the registry has.
THREADS = {"plain": 8}


def main(name: str, port: str) -> None:
    target, interface = PEERS[name]
    Granian(
        target,
        factory=target.endswith("create_app"),
        address="127.0.0.1",
        port=int(port),
        interface=interface,
        workers=int(os.environ.get("BENCH_WORKERS", "1")),
        blocking_threads=THREADS.get(name, 1) if interface is Interfaces.WSGI else None,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.warning,
        log_access=False,
    ).serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
