"""Programs that run apart from a test, and are killed by some, forked from the process that has loaded the registry.

To start one from nothing takes a second, which is more than most of them live.
"""

import os
import runpy
import sys
from multiprocessing.reduction import DupFd
from typing import Any, Self

from tests.serving import FORKS, Process


class Passed:
    """A descriptor that is open in the new process too, which is given its number there."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __reduce__(self) -> Any:
        return _number_there, (DupFd(self._descriptor),)


def _number_there(passed: Any) -> int:
    return int(passed.detach())


class Program(Process):
    """A module, run as `python -m NAME ARGUMENTS` would; what it prints is read from `stdout`."""

    def __init__(self, name: str, *arguments: str) -> None:
        reading, writing = os.pipe()
        self.stdout = os.fdopen(reading, encoding="utf-8")
        self._process = FORKS.Process(target=_run, args=(name, arguments, Passed(writing)))
        self._process.start()
        os.close(writing)
        self.pid = self._process.pid or 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stdout.close()
        self.wait()


def _run(name: str, arguments: tuple[str, ...], output: int) -> None:
    os.dup2(output, 1)
    os.close(output)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as the process
    sys.argv = [name, *arguments]
    runpy.run_module(name, run_name="__main__", alter_sys=True)
