"""Serves one peer: `python -m bench.peers raw 8001`; `gateway:` before its name serves one of WSGI behind the gateway."""

import os
import sys

from granian import Granian
from granian.constants import HTTPModes, Interfaces, RuntimeModes
from granian.log import LogLevels

PEERS = {
    "raw": ("bench.peers.raw:app", Interfaces.WSGI),
    "flask-empty": ("bench.peers.floor:flask_empty", Interfaces.WSGI),
    "flask-prepared": ("bench.peers.floor:flask_prepared", Interfaces.WSGI),
    "flask-core": ("bench.peers.floor:flask_core", Interfaces.WSGI),
    "restx-core": ("bench.peers.floor:restx_core", Interfaces.WSGI),
    "ours": ("registry.app:from_environment", Interfaces.WSGI),
    "orm": ("bench.peers.orm:create_app", Interfaces.WSGI),
    "fastapi": ("bench.peers.core:create_app", Interfaces.ASGI),
    "plain": ("bench.peers.plain:create_app", Interfaces.WSGI),
    "datasette": ("bench.peers.rows:create_app", Interfaces.ASGI),
}

GATED = "gateway:"

# As many as the registry has.
THREADS = {"plain": 8}


def main(name: str, port: str) -> None:
    target, interface = PEERS[name.removeprefix(GATED)]
    mode = RuntimeModes.auto
    if name.startswith(GATED):
        os.environ |= {"BENCH_PEER": target, "BENCH_PORT": port}
        target, interface, mode = "bench.peers.gated:create_gateway", Interfaces.RSGI, RuntimeModes.mt
    Granian(
        target,
        factory=not target.endswith(":app"),
        address="127.0.0.1",
        port=int(port),
        interface=interface,
        workers=int(os.environ.get("BENCH_WORKERS", "1")),
        runtime_mode=mode,
        blocking_threads=THREADS.get(name, 1) if interface is Interfaces.WSGI else None,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.warning,
        log_access=False,
    ).serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
