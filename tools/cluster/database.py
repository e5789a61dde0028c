"""The database of a cluster as deploy/database describes it: three machines, each with etcd and a PostgreSQL that Patroni runs.

Patroni decides who is the primary. On each machine that asks the database stand an HAProxy, which follows it, and a PgBouncer.
"""

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import requests
import yaml

from tests.postgres import binaries
from tools.cluster.certificates import Certificates
from tools.cluster.former import ROOT
from tools.cluster.network import DATABASES, Loopback
from tools.cluster.parts import Part, descendants, own, prepare, program, wait_until

SHIPPED = ROOT / "deploy" / "database"
PASSWORD = "change-me-registry"
PRIMARY_PORT, STANDBY_PORT, POOLER_PORT = 5000, 5001, 6432


class Postgres:
    """The PostgreSQL of a machine alone: its Patroni lives."""

    def __init__(self, name: str, data: Path) -> None:
        self.name = name
        self._data = data

    @property
    def pid(self) -> int | None:
        """The server belongs to no process of ours: it outlives its Patroni."""
        with suppress(OSError, ValueError, IndexError):
            pid = int((self._data / "postmaster.pid").read_text(encoding="ascii").split()[0])
            if os.readlink(f"/proc/{pid}/cwd") == str(self._data):
                return pid
        return None

    def signal(self, number: int) -> None:
        if (pid := self.pid) is not None:
            for one in (pid, *descendants(pid)):
                with suppress(ProcessLookupError):
                    os.kill(one, number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)


class Member:
    """One machine of the database."""

    def __init__(
        self, name: str, folder: Path, network: Loopback, certificates: Certificates, *, has_archive: bool = False
    ) -> None:
        self.name, self.host = name, network.host(name)
        self._certificates = certificates
        self._has_archive = has_archive
        self._folder, self._network = folder / name, network
        self._rest = f"https://{self.host}:8008"
        namespace = network.namespace(name)

        def part(what: str, *command: str) -> Part:
            return Part(f"{what}-{name}", command, folder, as_account=True, namespace=namespace)

        self.etcd = part("etcd", program("etcd"), "--config-file", str(self._folder / "etcd.yml"))
        self.patroni = part("patroni", program("patroni"), str(self._folder / "patroni.yml"))
        self.postgres = Postgres(f"postgres-{name}", self._folder / "data")
        self.archive_file = self._folder / "pgbackrest.conf"
        self.parts = (self.etcd, self.patroni, self.postgres)

    @property
    def url(self) -> str:
        """Of the registry's database on it, past any pooler."""
        return self.url_at(5432)

    def url_at(self, port: int) -> str:
        tls = f"sslmode=verify-full&sslrootcert={self._certificates.ca}"
        return f"postgresql+psycopg://registry:{PASSWORD}@{self.host}:{port}/registry?{tls}"

    def configure(self) -> None:
        """The files of deploy/database with this machine's names, addresses and folders in them."""
        self._folder.mkdir()
        files = self._certificates.of(self.name)
        etcd, patroni = (
            yaml.safe_load(re.sub(r"/etc/\w+/", f"{files}/", _shipped(name, self._network)))
            for name in ("etcd.yml", "patroni.yml")
        )
        etcd |= {"name": self.name, "data-dir": str(self._folder / "etcd")}
        for key, port in (("client-urls", 2379), ("peer-urls", 2380)):
            advertised = f"initial-advertise-{key}" if port == 2380 else f"advertise-{key}"
            etcd[f"listen-{key}"] = etcd[advertised] = f"https://{self.host}:{port}"
        patroni["name"] = patroni["postgresql"]["parameters"]["registry.standby"] = self.name
        for part, port in ((patroni["restapi"], 8008), (patroni["postgresql"], 5432)):
            part["listen"] = part["connect_address"] = f"{self.host}:{port}"
        patroni["postgresql"] |= {
            "data_dir": str(self._folder / "data"),
            "bin_dir": str(binaries()),
            "pgpass": str(self._folder / "pgpass"),
        }
        patroni["postgresql"]["parameters"] |= {"unix_socket_directories": str(self._folder), "shared_buffers": "64MB"}
        if self._has_archive:
            patroni["postgresql"]["parameters"] |= {
                "archive_mode": "on",
                "archive_command": f"pgbackrest --config={self.archive_file} --stanza=registry archive-push %p",
                "archive_timeout": "60s",
            }
        # One on the same machine is believed: the drill writes past the network so.
        patroni["postgresql"]["pg_hba"][0] = "local all all trust"
        # There is no such device for each of several machines on one.
        patroni["watchdog"] = {"mode": "off"}
        for name, found in (("etcd.yml", etcd), ("patroni.yml", patroni)):
            (self._folder / name).write_text(json.dumps(found), encoding="ascii")
            own(self._folder / name)
        if self._has_archive:
            text = _shipped("pgbackrest.conf", self._network)
            for there, here in {
                "/var/lib/pgbackrest": self._folder.parent / "backups",
                "/var/log/pgbackrest": self._folder,
                "/tmp/pgbackrest": self._folder / "lock",
                "/var/lib/postgresql/15/registry": self._folder / "data",
                "/var/run/postgresql": self._folder,
            }.items():
                text = text.replace(there, str(here))
            self.archive_file.write_text(text, encoding="ascii")
            own(self.archive_file)
        own(self._folder)

    def ask(self, statement: str, *, database: str = "postgres", by_socket: bool = False, port: int = 5432) -> Any:
        """The first value of the first row, within some seconds. `by_socket`: as one on the same machine, past the network."""
        host = self._folder if by_socket else self.host
        tls = "" if by_socket else f"sslmode=verify-full sslrootcert={self._certificates.ca}"
        with psycopg.connect(
            f"host={host} port={port} user=postgres password=change-me-postgres dbname={database} connect_timeout=2 "
            f"tcp_user_timeout=2000 options='-c statement_timeout=5000' {tls}",
            autocommit=True,
        ) as connection:
            cursor = connection.execute(statement.encode())
            row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None

    def archive(self, *arguments: str) -> None:
        """Run pgBackRest on it, as the account that runs PostgreSQL."""
        done = subprocess.run(
            [program("pgbackrest"), f"--config={self.archive_file}", "--stanza=registry", *arguments],
            capture_output=True,
            text=True,
            cwd="/",
            preexec_fn=lambda: prepare(None, as_account=True),
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"pgbackrest {arguments[-1]}: {(done.stdout + done.stderr).strip()[-500:]}")

    def leads(self) -> bool:
        """Whether its Patroni says that it is the primary."""
        return self.is_a("primary")

    def is_a(self, role: str) -> bool:
        """What a balancer asks its Patroni: whether its PostgreSQL is there now, as "primary", "sync" or "async"."""
        with suppress(requests.RequestException):
            return requests.get(f"{self._rest}/{role}", timeout=2).status_code == 200
        return False

    def switch_to(self, other: "Member") -> None:
        """Hand the primary over in order. This one is the primary."""
        order = {"leader": self.name, "candidate": other.name}
        found = requests.post(
            f"{self._rest}/switchover",
            json=order,
            auth=("patroni", "change-me-patroni"),
            cert=self._certificates.shown_by("driver"),
            timeout=60,
        )
        if not found.ok:
            raise RuntimeError(f"{self.name} to {other.name}: {found.text[:200]}")

    def start(self) -> None:
        for part in (self.etcd, self.patroni):
            part.start()

    def signal(self, number: int) -> None:
        for part in self.parts:
            part.signal(number)

    def lose(self) -> None:
        """As a machine that loses its power until `start`."""
        self.signal(signal.SIGKILL)
        for part in (self.patroni, self.etcd):
            part.lose()
        self.postgres.kill()


class Database:
    """The three machines."""

    def __init__(
        self, folder: Path, network: Loopback, certificates: Certificates, *, has_archive: bool = False
    ) -> None:
        self.members = [Member(name, folder, network, certificates, has_archive=has_archive) for name in DATABASES]
        self._certificates = certificates
        self._has_archive = has_archive
        if has_archive:
            (folder / "backups").mkdir(mode=0o700)
            own(folder / "backups")

    def start(self) -> None:
        for member in self.members:
            member.configure()
            member.start()
        wait_until(lambda: self.is_whole, "a primary and two standbys")
        self.primary.ask(f"CREATE ROLE registry LOGIN PASSWORD '{PASSWORD}'")
        self.make()
        if self._has_archive:
            self.primary.archive("stanza-create")

    def make(self) -> None:
        """Make an empty database of the registry."""
        self.primary.ask("CREATE DATABASE registry OWNER registry")

    def stop(self) -> None:
        for member in self.members:
            member.signal(signal.SIGCONT)
            member.lose()

    @property
    def parts(self) -> Iterator[Part | Postgres]:
        return (part for member in self.members for part in member.parts)

    @property
    def primary(self) -> Member:
        """Raises LookupError while there is none."""
        found = next((member for member in self.members if member.leads()), None)
        if found is None:
            raise LookupError("there is no primary now")
        return found

    @property
    def standby(self) -> Member:
        """The one that each commit waits for. Raises LookupError."""
        found = next((member for member in self.members if member.is_a("sync")), None)
        if found is None:
            raise LookupError("no commit waits for a standby now")
        return found

    @property
    def is_whole(self) -> bool:
        """Whether all three are there, and commits wait for a standby.

        Each is asked itself: what they tell of one another holds for another 20 seconds after a loss.
        """
        return all(sum(member.is_a(role) for member in self.members) == 1 for role in ("primary", "sync", "async"))

    def follow_after(self, former: Member, seconds: float = 60.0) -> Member:
        """Wait for another primary than that one."""
        wait_until(lambda: self.primary is not former, f"another primary than {former.name}", seconds)
        return self.primary

    def etcd_leader(self) -> Part:
        """The member of etcd that leads. Raises LookupError."""
        for member in self.members:
            with suppress(requests.RequestException, ValueError, KeyError):
                status = f"https://{member.host}:2379/v3/maintenance/status"
                shown = self._certificates.shown_by("driver")
                found = requests.post(status, json={}, cert=shown, timeout=2).json()
                if found["leader"] == found["header"]["member_id"]:
                    return member.etcd
        raise LookupError("etcd has no leader now")


def poolers(machine: str, folder: Path, network: Loopback, certificates: Certificates) -> tuple[Part, Part]:
    """HAProxy and PgBouncer of a machine that asks the database, with the files of deploy/database."""
    own_folder, host = folder / f"poolers-{machine}", network.host(machine)
    own_folder.mkdir()
    (own_folder / "userlist.txt").write_text(f'"registry" "{PASSWORD}"\n', encoding="ascii")
    shutil.copy(certificates.ca, own_folder)
    for name in ("haproxy.cfg", "pgbouncer.ini"):
        text = re.sub(r"/etc/\w+/", f"{own_folder}/", _shipped(name, network).replace("127.0.0.1", host))
        (own_folder / name).write_text(text, encoding="ascii")
    own(own_folder, *own_folder.iterdir())
    namespace = network.namespace(machine)
    return (
        Part(
            f"haproxy-{machine}",
            [program("haproxy"), "-f", str(own_folder / "haproxy.cfg")],
            folder,
            namespace=namespace,
        ),
        Part(
            f"pgbouncer-{machine}",
            [program("pgbouncer"), str(own_folder / "pgbouncer.ini")],
            folder,
            as_account=True,
            namespace=namespace,
        ),
    )


def end_left_over(folder: Path) -> None:
    """End the servers of a cluster that was killed without a word: their Patroni ended with it, and they did not."""
    for name in DATABASES:
        Postgres(name, folder / name / "data").kill()


def _shipped(name: str, network: Loopback) -> str:
    text = (SHIPPED / name).read_text(encoding="utf-8")
    for member in DATABASES:
        # A certificate is for the name, and not only for the address.
        text = text.replace(f"{member}.example:", f"{network.host(member)}:")
    return text


__all__ = ["PASSWORD", "POOLER_PORT", "STANDBY_PORT", "Database", "Member", "Postgres", "end_left_over", "poolers"]
