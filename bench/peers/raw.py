"""The floor: fixed bytes by plain WSGI. Nothing written in Python on this server can be quicker."""

import os
from collections.abc import Iterable
from typing import Any

BODY = b"x" * int(os.environ.get("BENCH_BYTES", "600"))
HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(BODY)))]


def app(_environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", HEADERS)
    return [BODY]
