"""A witness in a process of its own, which a log names in its policy and may name as its guard."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registry.core.settings import Settings
from tests.serving import Process, command, free_port
from tests.waiting import until

NAME = "witness.example/w1"


class RunningWitness:
    """`registry witness` on a port of its own: started once the keys of the log are known, stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.key = command("witness", "--folder", str(folder), "--name", NAME, "--print-key", env={}).stdout.strip()
        self._process: Process | None = None

    def write_policy(self, settings: Settings, quorum: str = "none") -> None:
        text = f"witness w1 {self.key} http://127.0.0.1:{self.port}\nquorum {quorum}\n"
        (settings.home / "witness-policy").write_text(text, encoding="ascii")

    def start(self, keys: list[str]) -> None:
        """`keys`: verifier keys of the logs that it signs for."""
        named = [part for key in keys for part in ("--log", key)]
        output = self.folder / "output"
        arguments = ["witness", "--folder", str(self.folder), "--name", NAME, "--port", str(self.port), *named]
        output.write_text("")
        self._process = Process(arguments, {}, output)
        until(lambda: "add-checkpoint" in output.read_text())

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGKILL)
            process.wait(60)


@contextmanager
def running_witness(folder: Path) -> Iterator[RunningWitness]:
    witness = RunningWitness(folder)
    try:
        yield witness
    finally:
        witness.stop()
