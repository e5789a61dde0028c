"""A real server process for tests that speak HTTP over a socket."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from registry.config import Settings


@dataclass(frozen=True, slots=True)
class Served:
    """`base_url` is without a closing slash; `output` is the file that its standard output and error go to."""

    base_url: str
    output: Path
    process: subprocess.Popen[bytes]

    def printed(self) -> str:
        return self.output.read_text(encoding="utf-8", errors="replace")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(settings: Settings, port: int, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables that give a process these settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY") and name != "PORT"}
    return kept | {
        "PORT": str(port),
        "REGISTRY_HOME": str(settings.home),
        "REGISTRY_DATABASE_URL": settings.database_url,
        "REGISTRY_EDGES": ",".join(sorted(settings.edges)),
        "REGISTRY_RATE": str(settings.rate),
        "REGISTRY_METRICS": "on" if settings.has_metrics else "off",
        **({"REGISTRY_REDIS_URL": settings.redis_url} if settings.redis_url else {}),
        **(extra or {}),
    }


@contextmanager
def serve(
    settings: Settings, *options: str, extra: Mapping[str, str] | None = None, name: str | None = None
) -> Iterator[Served]:
    """`registry serve` on a free port, answering when the block begins and stopped when it ends; `name` is its host's."""
    port = free_port()
    if name is not None:
        extra = {"REGISTRY_URL": f"http://{name}:{port}", **(extra or {})}
    settings.prepare_home()
    output = settings.home / f"serve-{port}.out"
    with output.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "registry.cli", "serve", *options],
            env=environment(settings, port, extra),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    served = Served(f"http://{name or '127.0.0.1'}:{port}", output, process)
    try:
        wait_until_answering(served)
        yield served
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_answering(served: Served, seconds: float = 120.0) -> None:
    """A server that dies is told at once; one that is slow to start, on a machine that does much else, is waited for."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if served.process.poll() is not None:
            break
        try:
            requests.get(f"{served.base_url}/health", timeout=5)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the server did not answer; it printed:\n{served.printed()[-4000:]}")
