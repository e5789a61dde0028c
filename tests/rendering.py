"""Papers are set by processes that are forked from the one that has loaded WeasyPrint, as servers of tests are.

To load WeasyPrint takes longer than to set a paper of one page. What servers and commands of tests begin starts from nothing all
the same, so that this is tried too, and so does a test that asks for `from_nothing`.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import IO, Any

from registry.proofs.papers import making, rendering
from tests.programs import Passed
from tests.serving import FORKS, Process


class RenderingProcess(Process):
    """As much of `Popen` as those ask who begin a paper."""

    def __init__(
        self, arguments: Sequence[str], *, stdin: IO[bytes], stdout: int | IO[bytes], pass_fds: Sequence[int] = ()
    ) -> None:
        assert arguments[1:3] == ["-m", rendering.__name__]
        with open(os.devnull, "wb") as nowhere:
            output = nowhere if isinstance(stdout, int) else stdout
            streams = [Passed(stdin.fileno()), Passed(output.fileno()), Passed(2)]
            kept = [Passed(descriptor) for descriptor in pass_fds]
            self._process = FORKS.Process(target=_render, args=(arguments[3:], streams, kept, dict(os.environ)))
            self._process.start()
        self.pid = self._process.pid or 0

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _render(arguments: Sequence[str], streams: Sequence[int], _kept: Sequence[int], env: Mapping[str, str]) -> None:
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(env)
    sys.stdin, sys.stdout, sys.stderr = (open(number, mode, closefd=False) for number, mode in enumerate("rww"))  # noqa: SIM115 - as long as the process
    sys.argv = [rendering.__name__, *arguments]
    try:
        rendering.main()
    except Exception:  # noqa: BLE001 - it ends the process, as it would without us
        sys.excepthook(*sys.exc_info())
        sys.exit(1)


def _run(arguments: Sequence[str], *, input: bytes, timeout: float, **_: Any) -> "subprocess.CompletedProcess[bytes]":
    """As `subprocess.run` gives it; what a draft holds lies in memory alone, here too."""
    with os.fdopen(os.memfd_create("draft"), "w+b") as draft, os.fdopen(os.memfd_create("pdf"), "w+b") as pdf:
        draft.write(input)
        draft.seek(0)
        code = RenderingProcess(arguments, stdin=draft, stdout=pdf).wait(timeout)
        pdf.seek(0)
        return subprocess.CompletedProcess(list(arguments), code, pdf.read())


def fork() -> None:
    """From now on in this process."""
    forked: Any = SimpleNamespace(
        Popen=RenderingProcess,
        run=_run,
        PIPE=subprocess.PIPE,
        DEVNULL=subprocess.DEVNULL,
        TimeoutExpired=subprocess.TimeoutExpired,
    )
    making.subprocess = forked


@contextmanager
def from_nothing() -> Iterator[None]:
    """Until the block ends, papers are set by processes that start as in production."""
    making.subprocess = subprocess
    try:
        yield
    finally:
        fork()
