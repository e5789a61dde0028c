"""Servers under measurement: each a process of its own on the servers' core and on a fresh port."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

RATE = 1_000_000
"""Requests a minute that the limiter lets through: it counts every one, and refuses none."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers. `output` is the file it prints to."""

    name: str
    port: int
    pid: int
    output: Path


@contextmanager
def peer(
    name: str,
    folder: Path,
    core: int | Sequence[int],
    *,
    url: str = "",
    answer_bytes: int = 600,
    workers: int = 1,
) -> Iterator[Server]:
    """One of bench.peers on a database; on one core or several."""
    variables = {"BENCH_DATABASE_URL": url, "BENCH_BYTES": str(answer_bytes), "BENCH_WORKERS": str(workers)}
    with _served(name, folder, core, [sys.executable, "-m", "bench.peers", name], variables, as_option=False) as server:
        yield server


@contextmanager
def ours(
    folder: Path,
    core: int | Sequence[int],
    url: str,
    *,
    home: Path | None = None,
    edges: str = "api",
    workers: int = 1,
) -> Iterator[Server]:
    """The registry as an operator serves it, limits, headers and log included; `home` where its keys are there already."""
    command = [sys.executable, "-m", "registry.cli", "serve", "--workers", str(workers)]
    with _served("ours", folder, core, command, _settings(folder, url, home, edges), as_option=True) as server:
        yield server


@contextmanager
def ours_by_wsgi(folder: Path, core: int, url: str) -> Iterator[Server]:
    """The registry's application behind granian's WSGI interface with one thread, without the gateway in front."""
    command = [sys.executable, "-m", "bench.peers", "ours"]
    with _served("ours-wsgi", folder, core, command, _settings(folder, url, None, "api"), as_option=False) as server:
        yield server


def _settings(folder: Path, url: str, home: Path | None, edges: str) -> dict[str, str]:
    return {
        "REGISTRY_HOME": str(home or folder / f"home-{time.monotonic_ns()}"),
        "REGISTRY_DATABASE_URL": url,
        "REGISTRY_RATE": str(RATE),
        "REGISTRY_EDGES": edges,
    }


@contextmanager
def _served(
    name: str,
    folder: Path,
    core: int | Sequence[int],
    command: Sequence[str],
    variables: dict[str, str],
    *,
    as_option: bool,
) -> Iterator[Server]:
    port = _free_port()
    output = folder / f"{name}-{port}.out"
    stored = {
        key: value for key, value in os.environ.items() if not key.startswith(("REGISTRY", "BENCH")) and key != "PORT"
    }
    with output.open("wb") as out:
        process = subprocess.Popen(
            [*command, *(["--port"] if as_option else []), str(port)],
            env=stored | variables,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: os.sched_setaffinity(0, [core] if isinstance(core, int) else core),
        )
    server = Server(name, port, process.pid, output)
    try:
        _wait(server, process)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(server: Server, process: "subprocess.Popen[bytes]", seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", server.port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    printed = server.output.read_text(errors="replace")[-3000:]
    raise RuntimeError(f"{server.name} did not answer; it printed:\n{printed}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
