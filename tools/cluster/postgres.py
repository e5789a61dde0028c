"""Two servers of PostgreSQL, one following the other, and who decides which of them is the primary.

The keeper stands in for a cluster manager (Patroni, CloudNativePG): it promotes a standby only when each commit waited for it,
kills the former primary first (fencing), leads PgBouncer to the new one, and makes the former one follow.
"""

import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import psycopg

from tests.postgres import binaries
from tools.cluster.network import Loopback
from tools.cluster.parts import Part, own, prepare, wait_until

CONFIGURATION = """
listen_addresses = '{host}'
port = {port}
unix_socket_directories = '{folder}'
cluster_name = '{name}'
wal_level = replica
max_wal_senders = 6
wal_keep_size = 128MB
hot_standby_feedback = on
max_connections = 100
shared_buffers = 64MB
tcp_keepalives_idle = 5
tcp_keepalives_interval = 5
tcp_keepalives_count = 3
wal_sender_timeout = 5s
wal_receiver_timeout = 5s
wal_retrieve_retry_interval = 1s
"""

ACCESS = """
local all all trust
local replication all trust
host all all samenet trust
host replication all samenet trust
"""
"""Of whom it takes for who: everyone on the loopback, or on the network of a cluster's own."""

LOOK_SECONDS = 0.5
MISSED = 4
"""So many looks in a row without an answer, each of two seconds at most, and the primary is taken for lost."""


class Node:
    """One server with its data."""

    def __init__(self, name: str, port: int, folder: Path, network: Loopback | None = None) -> None:
        network = network or Loopback()
        self.name, self.port, self.host = name, port, network.host(name)
        self._namespace = network.namespace(name)
        self.data = folder / name
        self._sockets = folder
        command = [str(binaries() / "postgres"), "-D", str(self.data)]
        self.part = Part(name, command, folder, is_kept=False, as_account=True, namespace=self._namespace)

    @property
    def url(self) -> str:
        """Of the registry's database on it, past any pooler."""
        return f"postgresql+psycopg://registry@{self.host}:{self.port}/registry"

    def make(self) -> None:
        self._run("initdb", "-D", str(self.data), "-U", "registry", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        self._configure()

    def follow(self, primary: "Node") -> None:
        """Copy the primary anew, and follow it."""
        self.part.kill()
        shutil.rmtree(self.data, ignore_errors=True)
        # A server whose packets are swallowed is given up soon, and tried again.
        host = f"host={primary.host} port={primary.port} user=registry application_name={self.name} connect_timeout=2"
        self._run("pg_basebackup", "-d", host, "-D", str(self.data), "-R", "-c", "fast")
        # What was set by ALTER SYSTEM on the primary is the primary's.
        (self.data / "postgresql.auto.conf").write_text(f"primary_conninfo = '{host}'\n", encoding="ascii")
        own(self.data / "postgresql.auto.conf")
        self._configure()
        self.start()

    def start(self) -> None:
        self.part.start()
        wait_until(lambda: self.ask("SELECT 1"), f"PostgreSQL {self.name}")

    def ask(self, statement: str, *, by_socket: bool = False) -> object:
        """The first value of the first row, within some seconds. `by_socket`: as one on the same machine, past the network."""
        with psycopg.connect(
            f"host={self._sockets if by_socket else self.host} port={self.port} user=registry dbname=postgres connect_timeout=2 "
            "tcp_user_timeout=2000 options='-c statement_timeout=2000'",
            autocommit=True,
        ) as connection:
            cursor = connection.execute(statement.encode())
            row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None

    def wait_for(self, names: str) -> None:
        """Acknowledge nothing before the standbys of these names have it."""
        self.ask(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'")
        self.ask("SELECT pg_reload_conf()")

    def _configure(self) -> None:
        path = self.data / "registry.conf"
        stated = {"host": self.host, "port": self.port, "folder": self._sockets, "name": self.name}
        path.write_text(CONFIGURATION.format_map(stated), encoding="ascii")
        access = self.data / "pg_hba.conf"
        access.write_text(ACCESS, encoding="ascii")
        own(path, access)
        main = self.data / "postgresql.conf"
        if "registry.conf" not in main.read_text(encoding="utf-8"):
            with main.open("a", encoding="utf-8") as conf:
                conf.write("include = 'registry.conf'\n")

    def _run(self, name: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(binaries() / name), *arguments],
            capture_output=True,
            text=True,
            cwd="/",
            preexec_fn=lambda: prepare(self._namespace, as_account=True),
        )
        if done.returncode:
            raise RuntimeError(f"{name}: {done.stderr.strip()[-500:]}")


class Keeper:
    """Looks after the two nodes, and tells by `lead` which of them is the primary."""

    def __init__(self, nodes: Sequence[Node], lead: Callable[[Node], None]) -> None:
        self.primary, self.standby = nodes
        self._lead = lead
        self._is_synced = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self.failovers = 0
        self.cut_off: Node | None = None
        """A server that is out of the keeper's reach, so that it can neither be asked nor fenced nor rebuilt."""

    def begin(self) -> None:
        self.primary.make()
        self.primary.start()
        self.primary.ask("CREATE DATABASE registry")
        self.standby.follow(self.primary)
        self.watch()

    def watch(self) -> None:
        """Look after two servers that run."""
        self._pair()
        self._thread.start()

    def end(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        for node in (self.standby, self.primary):
            node.part.signal(signal.SIGCONT)
            node.part.kill()

    @property
    def is_whole(self) -> bool:
        return self._is_synced and self.primary.part.is_running and self.standby.part.is_running

    def _pair(self) -> None:
        wait_until(
            lambda: self.primary.ask("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"),
            f"the standby {self.standby.name}",
        )
        self.primary.wait_for(self.standby.name)
        wait_until(
            lambda: self.primary.ask("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"),
            f"commits that wait for {self.standby.name}",
        )
        # What was acknowledged before each commit waited must be there too, or a promotion would lose it.
        end = self.primary.ask("SELECT pg_current_wal_lsn()")
        wait_until(
            lambda: self.primary.ask(f"SELECT count(*) FROM pg_stat_replication WHERE flush_lsn >= '{end}'"),
            f"all that was acknowledged on {self.standby.name}",
        )
        self._is_synced = True

    def _keep(self) -> None:
        missed = 0
        while not self._stopping.wait(LOOK_SECONDS):
            try:
                self._look()
                missed = 0
            except psycopg.Error:
                missed += 1
            # What fails here is tried again at the next look, from where it stands.
            with suppress(RuntimeError, psycopg.Error):
                if missed >= MISSED or not self.primary.part.is_running:
                    self._fail_over()
                    missed = 0
                elif self.cut_off is not None:
                    # The other one serves alone until it is in reach again.
                    continue
                elif not self._is_synced:
                    self._follow()
                elif not self.standby.part.is_running:
                    self.standby.start()

    def _look(self) -> None:
        if self.primary is self.cut_off:
            raise psycopg.OperationalError("the primary is cut off")
        self.primary.ask("SELECT 1")

    def _fail_over(self) -> None:
        # Fencing first: what the former primary acknowledged from now on would be lost. One that is cut off runs on: it waits
        # for its standby with each commit, and so acknowledges nothing.
        is_cut_off = self.primary is self.cut_off
        if is_cut_off and not self.standby.part.is_running:
            return
        if not is_cut_off:
            self.primary.part.kill()
        if not self._is_synced or not self.standby.part.is_running:
            self.primary.start()
            return
        if self.standby.ask("SELECT pg_is_in_recovery()"):
            self.standby.wait_for("")
            self.standby.ask("SELECT pg_promote(false)")
            wait_until(lambda: not self.standby.ask("SELECT pg_is_in_recovery()"), "a primary")
        self._is_synced = False
        self.primary, self.standby = self.standby, self.primary
        self.failovers += 1
        self._lead(self.primary)
        if not is_cut_off:
            self._follow()

    def _follow(self) -> None:
        self.standby.follow(self.primary)
        self._pair()
