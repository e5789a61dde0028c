"""A served registry that is killed: all of its processes at once, with no time to end anything."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import requests

from registry.core.settings import Settings
from tests.complaints.complainant import Reply
from tests.serving import Process, Served, environment, free_port, wait_until_answering


class Mortal:
    """`registry serve` in a process group of its own. `start` after `kill` serves the same data on another port."""

    def __init__(self, settings: Settings, extra: dict[str, str] | None = None) -> None:
        self._settings, self._extra = settings, extra
        self._served: Served | None = None

    @property
    def served(self) -> Served:
        assert self._served is not None
        return self._served

    def start(self) -> str:
        """The base address, once it answers."""
        port = free_port()
        self._settings.prepare_home()
        output = self._settings.home / f"serve-{port}.out"
        process = Process(["serve"], environment(self._settings, port, self._extra), output)
        self._served = Served(f"http://127.0.0.1:{port}", output, process)
        wait_until_answering(self._served)
        return self._served.base_url

    def kill(self) -> None:
        """SIGKILL to the whole group: server, its workers, and what they have started."""
        os.killpg(self.served.process.pid, signal.SIGKILL)
        self.served.process.wait()

    def stop(self) -> None:
        if self._served is not None and self._served.process.poll() is None:
            self.kill()


@contextmanager
def mortal(settings: Settings, extra: dict[str, str] | None = None) -> Iterator[Mortal]:
    server = Mortal(settings, extra)
    try:
        yield server
    finally:
        server.stop()


def killed_during(server: Mortal, seconds: float, act: Callable[[], Reply]) -> Reply | None:
    """The answer to a request during which the server is killed, that many seconds after it was sent; None if lost."""
    answers: list[Reply] = []

    def ask() -> None:
        try:
            answers.append(act())
        except (requests.RequestException, ValueError):
            # Cut off before or within the answer: nothing was acknowledged.
            return

    requesting = threading.Thread(target=ask)
    requesting.start()
    time.sleep(seconds)
    server.kill()
    requesting.join()
    return answers[0] if answers else None


def taken(act: Callable[[], Reply]) -> tuple[float, Reply]:
    """How long a request takes when no process is killed, and its answer."""
    begun = time.monotonic()
    reply = act()
    return time.monotonic() - begun, reply
