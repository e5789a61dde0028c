"""A WSGI peer behind the registry's own gateway, as `registry serve` runs it: BENCH_PEER says which."""

import os
from importlib import import_module
from typing import Any

from registry.http.connections import Connections
from registry.http.gateway import Gateway


class Anybody:
    """Senders of large bodies, of which none comes here."""

    def network_of_sender(self, environ: dict[str, Any]) -> str:
        return str(environ["REMOTE_ADDR"])

    def admit_body(self, _environ: dict[str, Any], _length: int | None) -> int:
        return 0


def create_gateway() -> Gateway:
    module, _, name = os.environ["BENCH_PEER"].partition(":")
    target = getattr(import_module(module), name)
    return Gateway(
        target if name == "app" else target(),
        Anybody(),
        Connections(int(os.environ["BENCH_PORT"]), 1024),
        threads=6,
        reserved=2,
        grace=20.0,
        note=lambda *_: None,
        answers_here=os.environ["BENCH_DATABASE_URL"].startswith("sqlite"),
    )
