"""The processes of a cluster: each is started, killed, frozen, and started again when it dies, as systemd would."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path

from tools.cluster.network import end_with_parent, enter

RESTART_SECONDS = 1.0


def own(*paths: Path) -> None:
    """Give paths to the account that PostgreSQL and PgBouncer run under: both refuse to run as root."""
    for path in paths:
        if os.geteuid() == 0:
            shutil.chown(path, "postgres", "postgres")


def program(name: str) -> str:
    """Where a program of the system is. RuntimeError with what to install."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found is None:
        raise RuntimeError(f"{name} is needed: run `make setup-system`")
    return found


def free_ports(count: int) -> list[int]:
    """Ports that are free now, all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def is_open(port: int, host: str = "127.0.0.1") -> bool:
    with closing(socket.socket()) as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def wait_until(condition: Callable[[], object], what: str, seconds: float = 120.0) -> None:
    """Wait for it. RuntimeError with `what` when its time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(Exception):
            if condition():
                return
        time.sleep(0.1)
    raise RuntimeError(f"{what} is not there after {seconds:.0f} s")


class Part:
    """One process of a cluster, with a file for what it prints. `is_kept`: it is started again when it dies."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        folder: Path,
        *,
        env: Mapping[str, str] | None = None,
        is_kept: bool = True,
        as_account: bool = False,
        cwd: Path | None = None,
        namespace: int | None = None,
    ) -> None:
        """`namespace`: the process whose network it shares; None: this one's."""
        self.name = name
        self.output = folder / f"{name}.out"
        self._command = list(command)
        self._env = dict(os.environ if env is None else env)
        if as_account:
            # In the home of the account that starts it are files that this one may not read.
            self._env["HOME"] = str(folder)
        self._as_account = as_account
        self._namespace = namespace
        self._cwd = Path("/") if as_account else cwd
        self._is_kept = is_kept
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._keeper: threading.Thread | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        self._stopping.clear()
        self._begin()
        if self._is_kept and self._keeper is None:
            self._keeper = threading.Thread(target=self._keep, daemon=True)
            self._keeper.start()

    def signal(self, number: int, name: str = "") -> None:
        """To the process and the processes that it started; with `name` to those alone whose command has it."""
        if self._process is not None:
            for pid in (self._process.pid, *descendants(self._process.pid)):
                with suppress(ProcessLookupError, FileNotFoundError):
                    if not name or name.encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                        os.kill(pid, number)

    def kill(self) -> None:
        """As a machine that loses its power: without a word, with all its processes."""
        self.signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def lose(self) -> None:
        """As a machine whose power does not come back before `start`."""
        self._stopping.set()
        self.kill()
        if self._keeper is not None:
            self._keeper.join()
            self._keeper = None
            self.kill()

    def stop(self, seconds: float = 5) -> None:
        """Tell it to end, and kill it when it has not after so many seconds."""
        self._stopping.set()
        if self._keeper is not None:
            self._keeper.join()
            self._keeper = None
        if self.is_running:
            assert self._process is not None
            self.signal(signal.SIGCONT)
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
        self.kill()

    def _begin(self) -> None:
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=self.output.open("ab"),
            stderr=subprocess.STDOUT,
            env=self._env,
            cwd=self._cwd,
            start_new_session=True,
            preexec_fn=lambda: prepare(self._namespace, as_account=self._as_account),
        )

    def _keep(self) -> None:
        while not self._stopping.wait(RESTART_SECONDS):
            if not self.is_running:
                self._begin()


def descendants(pid: int) -> list[int]:
    found = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, path.read_text().split()):
                found += [child, *descendants(child)]
    return found


def prepare(namespace: int | None, *, as_account: bool) -> None:
    """In a process that was just forked: its network, its account, and its end with the one that started it."""
    if namespace is not None:
        enter(namespace)
    if as_account and os.geteuid() == 0:
        entry = pwd.getpwnam("postgres")
        os.setgroups([])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)
    # The last: a change of account forgets it.
    end_with_parent()
