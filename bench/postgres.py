"""A PostgreSQL cluster of the bench's own: its data are kept, its server lives as long as the run."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.postgres import binaries

# As an operator would set a machine of this size, but for what belongs to replication.
CONFIGURATION = """
listen_addresses = ''
shared_buffers = 4GB
work_mem = 32MB
maintenance_work_mem = 512MB
max_wal_size = 8GB
wal_level = minimal
max_wal_senders = 0
max_connections = 60
"""

ACCOUNT = "postgres"


class Cluster:
    """A running server on the data in `folder`; its socket stands in a folder of the run."""

    def __init__(self, folder: Path, core: int) -> None:
        self._folder, self._core = folder, core
        # PostgreSQL refuses to run as root.
        is_root = os.geteuid() == 0
        self._account: dict[str, Any] = {"user": ACCOUNT, "group": ACCOUNT, "extra_groups": []} if is_root else {}
        usual = Path(tempfile.gettempdir())
        self._sockets = Path(tempfile.mkdtemp(prefix="bench-postgres-", dir=usual if may_enter(usual) else "/tmp"))
        if is_root:
            shutil.chown(self._sockets, ACCOUNT, ACCOUNT)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        if not (self._folder / "PG_VERSION").exists():
            self._make()
        self._process = subprocess.Popen(
            [binaries() / "postgres", "-D", self._folder, "-k", self._sockets],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(self._sockets / "log").open("ab"),
            cwd="/",
            start_new_session=True,
            preexec_fn=self._before,
            **self._account,
        )
        for _ in range(1200):
            try:
                psycopg.connect(self.dsn("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                if self._process.poll() is not None:
                    break
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"PostgreSQL did not start: {(self._sockets / 'log').read_text()[-2000:]}")

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(120)
        shutil.rmtree(self._sockets, ignore_errors=True)

    def dsn(self, database: str) -> str:
        return f"host={self._sockets} user=registry dbname={database}"

    def url(self, database: str) -> str:
        """As in REGISTRY_DATABASE_URL."""
        return f"postgresql+psycopg://registry@/{database}?host={self._sockets}"

    def run(self, statement: str, database: str = "postgres") -> None:
        with psycopg.connect(self.dsn(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def create(self, database: str, template: str = "template1") -> None:
        """An empty database, or a copy; what a run that was ended left under the name goes first."""
        self.run(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        self.run(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')

    def drop(self, database: str) -> None:
        self.run(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def has(self, database: str) -> bool:
        with psycopg.connect(self.dsn("postgres")) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone()
        return found is not None

    def _make(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._account:
            shutil.chown(self._folder, ACCOUNT, ACCOUNT)
        options = ["-D", self._folder, "-U", "registry", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        done = subprocess.run(
            [str(binaries() / "initdb"), *map(str, options)],
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd="/",
            **self._account,
        )
        if done.returncode:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise RuntimeError(f"its data could not be made in {self._folder}: {done.stderr.strip()[-1000:]}")
        with (self._folder / "postgresql.conf").open("a", encoding="ascii") as conf:
            conf.write(CONFIGURATION)

    def _before(self) -> None:
        os.sched_setaffinity(0, {self._core})
        # A run killed hard must leave no server behind.
        ctypes.CDLL(None).prctl(1, signal.SIGINT)


def may_enter(folder: Path) -> bool:
    """Whether the account that the server runs as may enter all folders down to this one.

    As root the server's is another one, which owns nothing on the way and is in no group there.
    """
    if os.geteuid():
        return True
    uid = pwd.getpwnam(ACCOUNT).pw_uid
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return all(path.stat().st_mode & 0o001 or path.stat().st_uid == uid for path in (existing, *existing.parents))


@contextmanager
def cluster(folder: Path, core: int) -> Iterator[Cluster]:
    """The cluster in `folder`, made when it is not there; its server and backends run on `core`."""
    server = Cluster(folder, core)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def kinds(cluster: Cluster | None) -> Iterator[tuple[str, Cluster | None]]:
    """Both kinds of database with the cluster that serves them; the second only where there is one."""
    yield "SQLite", None
    if cluster is not None:
        yield "PostgreSQL", cluster
