"""Each alert is made to fire once: a real Prometheus reads running processes of the registry that are in that very trouble."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
import requests
from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import day_at, now
from registry.core.db.engine import engine_for, sessions_for
from registry.core.files import BACKED_UP
from registry.core.keyring import Keyring
from registry.core.outbox import OutboxEvent, OutboxType
from registry.core.settings import Edge, Settings
from registry.log.actions import Draft, append
from registry.register.law.overlays.queries import law_at
from registry.register.law.rules import votes_ending
from tests.complaints.filing import begin, make_units
from tests.log.witnesses.guarding import running_witness
from tests.moved_clock import moved
from tests.postgres import Server
from tests.serving import Process, command, environment, free_port
from tests.tools.prometheus import RULES, RunningPrometheus, names_of_alerts, running_prometheus
from tests.waiting import until
from tools.cluster.parts import descendants

pytestmark = [pytest.mark.slow, pytest.mark.real_clock, pytest.mark.in_test_all]

VERIFY = "/api/v1/verify?registration_number=X-1&country=SK"

NOT_PROVOKED = {
    # Fewer threads than half of the connections: none is waited for unless one is lost.
    "RegistryConnectionsUsedUp",
    "RegistryConnectionsWaitedFor",
}
"""What no trouble from outside brings about: promtool tries their rules, and tests/core/db/test_patience.py the count."""

DISK = 32 << 20

Stoppable = Process | subprocess.Popen[bytes]


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    server.start()
    yield server
    server.thaw()
    server.remove()


class Home:
    """A registry with its processes."""

    def __init__(self, settings: Settings, server: Server, stack: ExitStack, *, has_own_disk: bool) -> None:
        self.has_own_disk = has_own_disk
        self.settings, self.server, self._stack = settings, server, stack
        engine = engine_for(settings.database_url)
        stack.callback(engine.dispose)
        self.sessions: sessionmaker[Session] = sessions_for(engine)

    def start(self, *arguments: str, port: int = 0, ahead: timedelta | None = None, **extra: str) -> Stoppable:
        env = environment(self.settings, port or free_port(), {"REGISTRY_DATABASE_SECONDS": "25", **extra})
        output = self.settings.home.parent / f"{arguments[0]}.out"
        if ahead is None:
            process: Stoppable = Process(arguments, env, output)
        else:
            with output.open("ab") as file:
                process = subprocess.Popen(
                    [sys.executable, "-m", "registry.cli", *arguments], env=moved(env, ahead), stdout=file, stderr=file,
                    stdin=subprocess.DEVNULL, start_new_session=True,
                )  # fmt: skip
        self._stack.callback(end, process)
        return process

    def publish(self) -> None:
        with self.sessions.begin() as session:
            append(session, [Draft("A", "test", {})])


def end(process: Stoppable) -> None:
    """A process and all that it started."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except (TimeoutError, subprocess.TimeoutExpired):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(60)


def is_answering(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/health", timeout=30).ok
    except requests.ConnectionError:
        return False


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Give a folder a disk of its own; False where that is not allowed, as on a machine on which one is not root."""
    folder.mkdir(mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0700", "tmpfs", str(folder)]
    is_mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield is_mounted
    finally:
        if is_mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def trouble_of_clocks_and_folder(home: Home, prometheus: RunningPrometheus, port: int) -> None:
    """A server and a worker whose clock is ahead, to a day on which rows of law are soon too old; and `break_folder`."""
    today = day_at(now(), None)
    with home.sessions() as session:
        law = law_at(session)
    days = next(days for days in range(30, 2000, 20) if votes_ending(law, today + timedelta(days=days)))
    worker = home.start("worker", ahead=timedelta(days=days))
    server = home.start("serve", port=port, ahead=timedelta(days=days), REGISTRY_EDGES="api")
    of_folder = break_folder(home)
    of_clocks = ["RegistryClockWrong", "RegistryClockDrifts", "RegistryLawLosesVote", "RegistryWorkerClockWrong"]
    prometheus.wait_for([*of_clocks, *of_folder])
    (home.settings.home / FILLER).unlink(missing_ok=True)
    end(worker)
    end(server)


FILLER = "filler"


def break_folder(home: Home) -> list[str]:
    """Make the backup one of the day before yesterday, and fill the disk if it is its own; gives the alerts to come."""
    two_days_ago = time.time() - 2 * 86400
    os.utime(home.settings.home / BACKED_UP, (two_days_ago, two_days_ago))
    if not home.has_own_disk:
        return ["RegistryBackupOld"]
    disk = os.statvfs(home.settings.home)
    with (home.settings.home / FILLER).open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, (disk.f_bavail * disk.f_frsize) - DISK // 20)
    return ["RegistryBackupOld", "RegistryDiskFull"]


def trouble_of_work(home: Home, prometheus: RunningPrometheus, worker: Stoppable, folder: Path) -> None:
    """A task that fails, witnesses and a guard that do not answer, purges, and at last no worker at all."""
    home.server.run("ALTER TABLE pending_imports RENAME TO pending_elsewhere")
    with home.sessions.begin() as session:
        sealer = Sealer(Keyring(home.settings.keys))
        for _ in range(60):
            begin(session, sealer, at=now())
    home.server.run("UPDATE cases SET purge_on = current_date - 1")
    done = command("cases", "purge", env=environment(home.settings, home.settings.port))
    assert done.returncode == 0, done.stderr
    prometheus.wait_for(["RegistryTaskFails", "RegistryPurgesMany"])
    home.server.run("ALTER TABLE pending_elsewhere RENAME TO pending_imports")
    home.server.run("UPDATE purge_progress SET purged_through = purged_through - 5")
    with running_witness(folder / "witness") as witness:
        witness.write_policy(home.settings, quorum="w1")
        home.publish()
        prometheus.wait_for(["RegistryPurgingStopped", "RegistryWitnessesAway"])
        end(worker)
        guarded = home.start("worker", REGISTRY_LOG_GUARD="witness:w1")
        home.publish()
        prometheus.wait_for(["RegistryNotSigned", "RegistrySigningRefused"])
        end(guarded)
    with home.sessions.begin() as session:
        session.add_all(OutboxEvent(type=OutboxType.SANCTION_LIFTED, subject=str(number)) for number in range(1001))
    home.server.run("UPDATE worker_beats SET beat_at = beat_at - 600000000")
    prometheus.wait_for(["RegistryNoWorker", "RegistryOutboxGrows"])


def trouble_of_requests(home: Home, prometheus: RunningPrometheus, base_url: str, answering: int) -> None:
    """A lock that holds lookups and filings, too few descriptors, and a database that does not answer."""
    with home.sessions.begin() as session:
        token, _ = begin(session, Sealer(Keyring(home.settings.keys)), at=now())
    is_over = threading.Event()

    def look_up() -> None:
        while not is_over.is_set():
            requests.get(base_url + VERIFY, timeout=60)

    def file() -> None:
        while not is_over.is_set():
            headers = {"Authorization": f"Bearer {token}"}
            requests.post(f"{base_url}/api/v1/complaints/submit", headers=headers, timeout=60)

    with ThreadPoolExecutor(40) as pool, psycopg.connect(home.server.dsn("postgres")) as locking:
        locking.execute("LOCK TABLE public_records, lookup_keys, visits IN ACCESS EXCLUSIVE MODE")
        under_way = [pool.submit(ask) for ask in [look_up] * 32 + [file] * 8]
        try:
            prometheus.wait_for(
                [
                    "RegistryVerifySlow",
                    "RegistryQueueOld",
                    "RegistryThreadsHeld",
                    "RegistryShedsLoad",
                    "RegistryFilingFails",
                ]
            )
        finally:
            is_over.set()
            locking.rollback()
        for one in under_way:
            one.result(60)
    for pid in descendants(answering):
        used = len(os.listdir(f"/proc/{pid}/fd"))
        resource.prlimit(
            pid, resource.RLIMIT_NOFILE, (round(used / 0.85), resource.prlimit(pid, resource.RLIMIT_NOFILE)[1])
        )
    prometheus.wait_for(["RegistryDescriptorsUsedUp"])
    home.server.freeze()
    prometheus.wait_for(["RegistryDatabaseAway"])
    home.server.thaw()


def test_each_alert_fires_in_its_trouble_and_none_before(server: Server, tmp_path: Path) -> None:
    with ExitStack() as stack:
        has_own_disk = stack.enter_context(small_disk(tmp_path / "home"))
        settings = Settings(
            home=tmp_path / "home", database_url=server.url("postgres"), edges=frozenset({Edge.API, Edge.INTAKE}),
            rate=10**6, has_metrics=True, has_sandbox=False,
        )  # fmt: skip
        home = Home(settings, server, stack, has_own_disk=has_own_disk)
        port, ahead_port = free_port(), free_port()
        # Its standby is the primary, which it does not read as one.
        first = home.start("serve", port=port, REGISTRY_DATABASE_READ_URL=settings.database_url)
        until(lambda: is_answering(port))
        worker = home.start("worker")
        home.publish()
        with home.sessions.begin() as session:
            make_units(session, Sealer(Keyring(settings.keys)))
        (settings.home / BACKED_UP).touch()
        (tmp_path / "prometheus").mkdir()
        prometheus = stack.enter_context(
            running_prometheus(tmp_path / "prometheus", RULES, {"first": port, "ahead": ahead_port})
        )
        # All is well, but for the second, which is not started yet.
        until(lambda: prometheus.value("registry_log_signed > 0 and registry_worker_beat_seconds < 30") is not None)
        prometheus.wait_for(["RegistryDown", "RegistryStandbyNotRead"])
        assert prometheus.firing() <= {"RegistryDown", "RegistryStandbyNotRead", "RegistryLawLosesVote"}
        trouble_of_clocks_and_folder(home, prometheus, ahead_port)
        trouble_of_work(home, prometheus, worker, tmp_path)
        trouble_of_requests(home, prometheus, f"http://127.0.0.1:{port}", first.pid)
        left = set() if has_own_disk else {"RegistryDiskFull"}
        assert set(names_of_alerts()) - prometheus.seen == NOT_PROVOKED | left
