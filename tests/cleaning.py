"""Attachments are cleaned by processes that are forked from the one that has loaded the registry, as servers of tests are.

To start one from nothing takes several times as long as a small file does. What servers and commands of tests begin starts from
nothing all the same, so that this is tried too.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from registry.complaints.attachments import sanitise_attachment, sanitise_jobs
from tests.programs import Passed
from tests.serving import FORKS, Process


class CleaningProcess(Process):
    """As much of `Popen` as those ask who begin to clean an attachment."""

    def __init__(self, arguments: Sequence[str], *, pass_fds: Sequence[int], env: Mapping[str, str], **_: Any) -> None:
        assert arguments[-1] == sanitise_attachment.__name__
        reading, writing = os.pipe()
        self.stdin = os.fdopen(writing, "wb")
        kept = [Passed(descriptor) for descriptor in pass_fds]
        self._process = FORKS.Process(target=_clean, args=(Passed(reading), kept, dict(env)))
        self._process.start()
        os.close(reading)
        self.pid = self._process.pid or 0


def _clean(reading: int, _kept: list[int], env: dict[str, str]) -> None:
    os.dup2(reading, 0)
    os.close(reading)
    os.environ.clear()
    os.environ.update(env)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - as long as the process
    sanitise_attachment.main()


def fork() -> None:
    """From now on in this process."""
    forked: Any = SimpleNamespace(Popen=CleaningProcess, PIPE=subprocess.PIPE, DEVNULL=subprocess.DEVNULL)
    sanitise_jobs.subprocess = forked
