"""A real server process for tests that speak HTTP over a socket.

It is forked from a process that has loaded the registry once for all of them, which takes longer than a whole test.
That the command starts from nothing too is held by the tests of the command.
"""

import os
import signal
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context, set_start_method
from pathlib import Path
from random import SystemRandom
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory

import requests

from registry.core.settings import Settings

FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(["tests.loaded"])


class Process:
    """A `registry` command in a process, and a process group, of its own, with as much of `Popen` as a test asks."""

    def __init__(
        self, arguments: Sequence[str], env: Mapping[str, str], output: Path, errors: Path | None = None
    ) -> None:
        self._process = FORKS.Process(target=_run, args=([*map(str, arguments)], dict(env), output, errors or output))
        self._process.start()
        self.pid = self._process.pid or 0

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, seconds: float | None = None) -> int:
        self._process.join(seconds)
        if self._process.exitcode is None:
            raise TimeoutError(f"it has not ended after {seconds} s")
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def _run(arguments: list[str], env: dict[str, str], output: Path, errors: Path) -> None:
    os.setsid()
    # As in a process that was started by hand.
    set_start_method("fork", force=True)
    os.environ.clear()
    os.environ.update(env)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(os.open(output, os.O_WRONLY | os.O_APPEND | os.O_CREAT), 1)
    os.dup2(os.open(errors, os.O_WRONLY | os.O_APPEND | os.O_CREAT), 2)
    from registry.cli import main

    main(arguments, prog_name="registry")


def command(*arguments: str, env: Mapping[str, str], seconds: float = 60.0) -> CompletedProcess[str]:
    """A `registry` command that is over, with what it printed."""
    stored = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY") and name != "PORT"}
    with TemporaryDirectory() as folder:
        output, errors = Path(folder, "output"), Path(folder, "errors")
        code = Process(arguments, stored | dict(env), output, errors).wait(seconds)
        return CompletedProcess(arguments, code, output.read_text(), errors.read_text())


@dataclass(frozen=True, slots=True)
class Served:
    """`base_url` is without a closing slash; `output` is the file that its standard output and error go to."""

    base_url: str
    output: Path
    process: Process

    def printed(self) -> str:
        return self.output.read_text(encoding="utf-8", errors="replace")


PATIENCE = 75.0
"""Seconds that a server has to stop: it gives its own processes 30 before it ends them, and then puts things in order."""

LOWEST, HIGHEST = 10_000, 32_000
"""Ports that no system gives away by itself.

One that was merely free a moment ago is some client's before a server has it.
"""


def free_port() -> int:
    """A port that no other test takes meanwhile: each of the processes that test together draws from ports of its own."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    count = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    while True:
        port = SystemRandom().randrange(LOWEST + worker, HIGHEST, count)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def environment(settings: Settings, port: int, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables that give a process these settings."""
    stored = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY") and name != "PORT"}
    return stored | {
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
    process = Process(["serve", *options], environment(settings, port, extra), output)
    scheme = "https" if "REGISTRY_TLS" in (extra or {}) else "http"
    served = Served(f"{scheme}://{name or '127.0.0.1'}:{port}", output, process)
    try:
        wait_until_answering(served)
        yield served
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        except TimeoutError:
            process.send_signal(signal.SIGKILL)
            process.wait()


def wait_until_answering(served: Served, seconds: float = 120.0) -> None:
    """A server that dies is reported at once; one that is slow to start, on a busy machine, is waited for."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if served.process.poll() is not None:
            break
        try:
            requests.get(f"{served.base_url}/health", timeout=30)
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the server did not answer; it printed:\n{served.printed()[-4000:]}")
