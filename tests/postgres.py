"""A PostgreSQL server of the tests' own, in a folder of its own, gone when they end."""

import atexit
import ctypes
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from registry.core.db import revisions
from tests.kept_connections import KEPT
from tests.shared import made_once
from tests.tls import CERTIFICATE, make_certificate

INSTALL = (
    "PostgreSQL 15 or newer is needed for the tests: run `make setup-system`, on Debian `apt-get install postgresql`"
)

# Nothing here outlives the machine, so nothing need reach the disk; but it must outlive a server that is killed, so
# commits still reach the system.
CONFIGURATION = """
listen_addresses = ''
fsync = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_connections = 60
shared_buffers = 64MB
autovacuum = off
"""


REPLICATED = """
wal_level = replica
max_wal_senders = 4
full_page_writes = on
"""
"""For a server that others follow."""

ROOM = 2 << 30
"""Free bytes that a folder in memory must have to be chosen; containers often give it 64 MB."""


def quickest_folder() -> str | None:
    """A folder in memory, where a database is copied ten times as fast as on most disks; None where there is no room."""
    memory = Path("/dev/shm")
    return str(memory) if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free >= ROOM else None


def binaries() -> Path:
    """The folder of the newest installed server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).resolve().parent
    raise RuntimeError(INSTALL)


class Server:
    """One cluster, whose database `postgres` is migrated.

    It listens on a socket in its folder alone, so no port is taken, or at a port of the loopback by TLS.
    """

    def __init__(self, more: str = "", tls_port: int | None = None) -> None:
        """`more`: lines of configuration that count in place of the tests' usual ones."""
        self._more = more
        self._port = 5432 if tls_port is None else tls_port
        self.folder = Path(tempfile.mkdtemp(prefix="registry-postgres-", dir=quickest_folder()))
        # PostgreSQL refuses to run as root.
        self._user: dict[str, Any] = {}
        if os.geteuid() == 0:
            self._user = {"user": "postgres", "group": "postgres", "extra_groups": []}
            shutil.chown(self.folder, "postgres", "postgres")
        if tls_port is not None:
            self._serve_tls()
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.remove)

    def _serve_tls(self) -> None:
        certificate, key = make_certificate(self.folder)
        if self._user:
            shutil.chown(key, "postgres", "postgres")
        self._more += f"listen_addresses = '127.0.0.1'\nport = {self._port}\nssl = on\n"
        self._more += f"ssl_cert_file = '{certificate}'\nssl_key_file = '{key}'\n"

    def tls_url(self, database: str) -> str:
        """As in REGISTRY_DATABASE_URL, with the certificate that the server has to have."""
        parameters = f"sslmode=verify-full&sslrootcert={self.folder / CERTIFICATE}"
        return f"postgresql+psycopg://registry@127.0.0.1:{self._port}/{database}?{parameters}"

    def start(self) -> None:
        data = self.folder / "data"
        if not data.exists():
            subprocess.run(["cp", "-a", made_once(f"postgresql-{revisions.head()}", _make_cluster), data], check=True)
            self._configure()
        self._run_server()

    def _initialise(self) -> None:
        """Make a cluster without databases of ours, and run it."""
        initdb = [
            str(binaries() / "initdb"),
            "-D",
            str(self.folder / "data"),
            "-U",
            "registry",
            "-A",
            "trust",
            "-E",
            "UTF8",
        ]
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stdin": subprocess.DEVNULL, "cwd": "/"}
        subprocess.run([*initdb, "--locale=C.UTF-8", "-N"], check=True, **quiet, **self._user)
        self._configure()
        self._run_server()

    def _configure(self) -> None:
        with (self.folder / "data" / "postgresql.conf").open("a", encoding="ascii") as conf:
            conf.write(CONFIGURATION + self._more + f"unix_socket_directories = '{self.folder}'\n")

    def _run_server(self) -> None:
        self._process = subprocess.Popen(
            [binaries() / "postgres", "-D", self.folder / "data"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "log").open("ab"),
            cwd="/",
            start_new_session=True,
            preexec_fn=_die_with_parent,
            **self._user,
        )
        for _ in range(2400):
            try:
                psycopg.connect(self.dsn("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                if self._process.poll() is not None:
                    break
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"PostgreSQL did not start: {(self.folder / 'log').read_text()[-2000:]}")

    def standby(self, name: str = "", *, is_alike: bool = False) -> "Server":
        """A server that follows this one under that name, started. This one was made with `REPLICATED`.

        `is_alike`: its cluster_name is that of others too, and it states its own name as Patroni would.
        """
        other = Server()
        arguments: list[str | Path] = [
            binaries() / "pg_basebackup",
            "-d",
            f"host={self.folder} user=registry application_name={name}",
            "-D",
            other.folder / "data",
            "-R",
            "-c",
            "fast",
        ]
        subprocess.run(arguments, check=True, stdin=subprocess.DEVNULL, cwd="/", **self._user)
        named = f"cluster_name = 'alike'\nregistry.standby = '{name}'\n" if is_alike else f"cluster_name = '{name}'\n"
        with (other.folder / "data" / "postgresql.conf").open("a", encoding="ascii") as conf:
            conf.write(f"unix_socket_directories = '{other.folder}'\n{named}")
        other.start()
        return other

    def promote(self) -> None:
        """Let a standby become a primary; it takes writes when we return."""
        self.run("SELECT pg_promote(true, 60)")

    def freeze(self) -> None:
        """Stop the whole server in its tracks: connections stay open, and nothing answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        for pid in (self._process.pid, *map(int, children)):
            os.kill(pid, number)

    def stop(self, how: int = signal.SIGQUIT) -> None:
        """Stop at once, as a server that dies, or in order by SIGINT; `start` goes on from the same data."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(120)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def dsn(self, database: str) -> str:
        return f"host={self.folder} port={self._port} user=registry dbname={database}"

    def url(self, database: str) -> str:
        """As in REGISTRY_DATABASE_URL."""
        return f"postgresql+psycopg://registry@/{database}?host={self.folder}"

    def run(self, statement: str) -> None:
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def number_of(self, database: str) -> int:
        """By which a database's folder of files is named."""
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            row = connection.execute("SELECT oid FROM pg_database WHERE datname = %s", (database,)).fetchone()
        assert row is not None, database
        return int(row[0])

    def clone(self, template: str, database: str) -> None:
        copy_database(str(self.folder), self.dsn("postgres"), template, database)

    def drop(self, database: str) -> None:
        KEPT.close_idle(str(self.folder), database)
        self.run(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


def copy_database(host: str, dsn: str, source: str, copy: str) -> None:
    """Copy a database of a server by a connection to another one of it. Other connections to `source` are ended."""
    KEPT.close_idle(host, source)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            (source,),
        )
        connection.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{source}" STRATEGY FILE_COPY'.encode())


def _make_cluster(path: Path) -> None:
    """The data of a server whose database `postgres` is migrated."""
    server = Server()
    server._initialise()
    revisions.upgrade(server.url("postgres"))
    server.stop(signal.SIGINT)
    subprocess.run(["cp", "-a", server.folder / "data", path], check=True)
    server.remove()


RESET = """
CREATE SCHEMA tests;

CREATE FUNCTION tests.made() RETURNS SETOF text LANGUAGE sql AS $$
    WITH made AS (SELECT oid, relname, relnatts, relchecks FROM pg_class WHERE relnamespace = 'public'::regnamespace)
    SELECT md5(string_agg(made::text, ',' ORDER BY oid)) FROM made
    UNION ALL
    SELECT md5(string_agg(concat_ws(' ', oid, tgname, tgenabled), ',' ORDER BY oid)) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL
    SELECT md5(string_agg(oid::text, ',' ORDER BY oid)) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL
    -- A column that was dropped still counts in relnatts.
    SELECT 'dropped ' || count(*) FROM pg_attribute WHERE attisdropped
$$;

CREATE TABLE tests.template AS SELECT tests.made();

-- The rows that a migrated database has from the beginning.
CREATE FUNCTION tests.keep() RETURNS void LANGUAGE plpgsql AS $$
DECLARE found record;
BEGIN
    FOR found IN SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0
    LOOP
        EXECUTE format('CREATE TABLE tests.%I AS TABLE public.%I', 'kept_' || found.relname, found.relname);
    END LOOP;
END $$;

SELECT tests.keep();

-- Connections end with their test, but for those that wait to be used again.
CREATE FUNCTION tests.reset(kept integer[]) RETURNS boolean LANGUAGE plpgsql SET session_replication_role = replica AS $$
DECLARE found record;
BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid <> ALL (kept);
    IF EXISTS (SELECT tests.made() EXCEPT SELECT made FROM tests.template) THEN
        RETURN false;
    END IF;
    FOR found IN SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0
    LOOP
        EXECUTE format('DELETE FROM public.%I', found.relname);
    END LOOP;
    FOR found IN SELECT relname, substr(relname, 6) AS name FROM pg_class
        WHERE relnamespace = 'tests'::regnamespace AND relname LIKE 'kept\\_%'
    LOOP
        EXECUTE format('INSERT INTO public.%I TABLE tests.%I', found.name, found.relname);
    END LOOP;
    PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
        FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL;
    RETURN true;
END $$;
"""
"""What a clone is emptied by: what may only be added to as well, hence as a replica, for which no trigger is asked."""

MAX_USES = 50
"""Rows that are gone still take room: a clone is used so often and then made anew."""


class Clones:
    """Databases like a migrated one for one test after another.

    Making one and dropping it touches a thousand files; to empty the few tables that a test wrote to is quicker. One whose
    tables themselves were changed is dropped.
    """

    def __init__(self, server: Server, template: str) -> None:
        self._server = server
        self._template = template
        self._numbers = itertools.count(1)
        self._free: list[_Clone] = []
        self._lent: dict[str, _Clone] = {}
        with psycopg.connect(server.dsn(template), autocommit=True) as connection:
            connection.execute(RESET)

    def take(self) -> str:
        """A database that is as the template."""
        clone = self._free.pop() if self._free else self._make()
        clone.uses += 1
        self._lent[clone.name] = clone
        return clone.name

    def give_back(self, name: str) -> None:
        clone = self._lent.pop(name)
        host = str(self._server.folder)
        if clone.uses < MAX_USES and clone.reset(KEPT.pids(host, name)):
            self._free.append(clone)
        else:
            KEPT.end(host, name)
            clone.connection.close()
            self._server.drop(name)

    def _make(self) -> "_Clone":
        name = f"test_{next(self._numbers)}"
        self._server.clone(self._template, name)
        KEPT.begin(str(self._server.folder), name)
        return _Clone(name, psycopg.connect(self._server.dsn(name), autocommit=True))


@dataclass
class _Clone:
    """`connection` is the one over which it is emptied."""

    name: str
    connection: psycopg.Connection[Any]
    uses: int = 0

    def reset(self, kept: list[int]) -> bool:
        """Whether it is as the template again; `kept` are the server's processes that may stay."""
        try:
            row = self.connection.execute("SELECT tests.reset(%s)", (kept,)).fetchone()
        except psycopg.Error:
            return False
        return row is not None and bool(row[0])


def _die_with_parent() -> None:
    # Tests killed hard must leave no server behind.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)
