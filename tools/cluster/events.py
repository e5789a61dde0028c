"""What befalls a cluster in a drill: parts are killed, frozen, cut from one another, filled, and kept waiting."""

import os
import random
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta

import psycopg
import requests

from registry.worker.log_signing import LOCK
from tools.cluster.database import Member, Postgres
from tools.cluster.machines import MACHINE_PORT, Cluster
from tools.cluster.network import DATABASES, MACHINES
from tools.cluster.parts import Part, descendants, wait_until
from tools.cluster.store import FAULTS


@dataclass(frozen=True, slots=True)
class Event:
    """Something that befalls a cluster. `act` returns when it is over but for what the cluster mends itself.

    `max_request` is what no request may take longer than meanwhile, in seconds, and `max_p99` how many times as long as in
    quiet times 99 of 100 reads may take where that is more than half a second.
    """

    name: str
    act: Callable[[Cluster], object]
    pause: float = 1.0
    """Seconds from when all is whole."""
    needs: str = ""
    """What a cluster must offer for it (Cluster.offers)."""
    is_beyond: bool = False
    """More is lost than a cluster of three can bear: nothing may be lost, doubled or forked, and lookups and writes wait until
    it is repaired."""
    max_request: float | None = None
    max_p99: float | None = None


Struck = Part | Postgres | Member
"""What is killed and frozen: a process, a server of PostgreSQL whose Patroni lives, or a whole machine of the database."""


def part(name: str) -> Callable[[Cluster], Struck]:
    """One part of a cluster by what it does there: who is the primary, and who signs, changes."""

    def find(cluster: Cluster) -> Struck:
        if name == "PostgreSQL of the primary":
            return cluster.database.primary.postgres
        if name == "machine of the primary":
            return cluster.database.primary
        if name == "PostgreSQL of the standby":
            return cluster.database.standby.postgres
        if name == "leader of etcd":
            return cluster.database.etcd_leader()
        return cluster.parts[signer(cluster) if name == "signer" else name]

    return find


def signer(cluster: Cluster) -> str:
    """Name of the worker that holds the lease to sign; waits for one that does."""
    query = (
        "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' "
        f"AND granted AND (classid::bigint << 32) + objid::bigint = {LOCK}"
    )
    found: list[str] = []

    def look() -> bool:
        found[:] = [str(cluster.database.primary.ask(query, database="registry"))]
        return found[0] in cluster.parts

    wait_until(look, "a worker that signs", 60)
    return found[0]


def killed(name: str, pause: float = 1.0, needs: str = "") -> Event:
    def act(cluster: Cluster) -> None:
        found = part(name)(cluster)
        assert not isinstance(found, Member), "a machine is lost, not killed"
        found.kill()

    return Event(f"{name} killed", act, pause, needs)


def machine_lost(pause: float = 1.0) -> Event:
    """The primary's machine loses its power, and is back once another one leads."""

    def act(cluster: Cluster) -> None:
        former = cluster.database.primary
        former.lose()
        try:
            cluster.database.follow_after(former)
        finally:
            former.start()

    return Event("machine of the primary lost", act, pause)


def lost_twice() -> Event:
    """The next primary's machine is lost at its promotion, when the first one has only begun to start."""

    def act(cluster: Cluster) -> None:
        first = cluster.database.primary
        first.lose()
        try:
            second = cluster.database.follow_after(first)
        finally:
            first.start()
        second.lose()
        time.sleep(10)
        second.start()

    return Event("machine of the primary lost, and the next one at its promotion", act, is_beyond=True)


def standbys_lost(seconds: float) -> Event:
    """Both standbys and their Patronis die, and etcd lives: nothing is acknowledged before one is back."""

    def act(cluster: Cluster) -> None:
        primary = cluster.database.primary
        others = [member for member in cluster.database.members if member is not primary]
        for member in others:
            member.patroni.lose()
            member.postgres.kill()
        time.sleep(seconds)
        for member in others:
            member.patroni.start()

    return Event(f"both standbys lost {seconds:.0f} s", act)


def majority_lost(seconds: float) -> Event:
    """Two of three members of etcd die, and all servers of PostgreSQL live."""

    def act(cluster: Cluster) -> None:
        lost = [member.etcd for member in cluster.database.members[:2]]
        for one in lost:
            one.lose()
        time.sleep(seconds)
        for one in lost:
            one.start()

    return Event(f"two of three etcd lost {seconds:.0f} s", act)


def switched() -> Event:
    """The primary is handed over in order, as before its machine is serviced."""

    def act(cluster: Cluster) -> None:
        former, to = cluster.database.primary, cluster.database.standby
        former.switch_to(to)
        cluster.database.follow_after(former)

    return Event("primary handed over in order", act)


def children_killed() -> Event:
    """What answers is killed on one machine and then the other, as by a system that lacks memory; the servers live."""

    def act(cluster: Cluster) -> None:
        for machine in cluster.machine_urls:
            pid = cluster.parts[f"serve-{machine}"].pid
            for child in descendants(pid)[-1:] if pid is not None else []:
                os.kill(child, signal.SIGKILL)
            # Until the balancers have seen it too.
            time.sleep(8)
            wait_until(lambda: cluster.is_whole, "a machine that is ready", 60)

    return Event("answering process of each machine killed", act)


def frozen(name: str, seconds: float, max_request: float | None = None) -> Event:
    def act(cluster: Cluster) -> None:
        one = part(name)(cluster)
        one.signal(signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            one.signal(signal.SIGCONT)

    return Event(f"{name} frozen {seconds:.0f} s", act, max_request=max_request)


def between(name: str, seconds: float, ends: Callable[[Cluster], tuple[Sequence[str], Sequence[str]]]) -> Event:
    """The network between two ends swallows all for a while."""

    def act(cluster: Cluster) -> None:
        cluster.network.cut(*ends(cluster))
        try:
            time.sleep(seconds)
        finally:
            cluster.network.heal()

    return Event(f"network cut {seconds:.0f} s: {name}", act, needs="cuts")


def _signing_home(cluster: Cluster) -> list[str]:
    return [signer(cluster).removeprefix("worker-")]


def lost_in_silence(seconds: float) -> Event:
    """The machine that signs loses network and power: no one is told that its connections have ended."""

    def act(cluster: Cluster) -> None:
        (machine,) = _signing_home(cluster)
        cluster.network.cut([machine], [name for name in MACHINES if name != machine] + ["driver"])
        try:
            for name in (f"serve-{machine}", f"worker-{machine}"):
                cluster.parts[name].kill()
            wait_until(lambda: signer(cluster) != f"worker-{machine}", "another signer", seconds)
        finally:
            cluster.network.heal()

    return Event("signing machine lost in silence, until another signs", act, needs="cuts")


def cut_off(seconds: float) -> Event:
    """The primary's machine is cut off from all, and no watchdog ends it: for some seconds two take themselves for primaries."""

    def act(cluster: Cluster) -> None:
        former = cluster.database.primary
        cluster.network.cut([former.name], [name for name in MACHINES if name != former.name] + ["driver"])
        acknowledged = threading.Event()

        def write() -> None:
            with suppress(psycopg.Error):
                former.ask("CREATE TABLE unfenced (id int)", by_socket=True)
                acknowledged.set()

        try:
            # One who still reaches the former one waits, and gets no acknowledgement of it.
            threading.Thread(target=write, daemon=True).start()
            cluster.database.follow_after(former)
            threading.Thread(target=write, daemon=True).start()
            is_acknowledged = acknowledged.wait(seconds)
        finally:
            cluster.network.heal()
        if is_acknowledged or acknowledged.wait(3.0):
            raise RuntimeError("a primary that was cut off acknowledged a commit")

    return Event(f"primary cut off until another leads and {seconds:.0f} s more", act, needs="cuts")


def disk_full(seconds: float) -> Event:
    """The disk of machine b's data folder is full for a while."""

    def act(cluster: Cluster) -> None:
        path = cluster.home("b") / "filled"
        try:
            with suppress(OSError), path.open("wb", buffering=0) as file:
                while True:
                    file.write(b"0" * 65536)
            time.sleep(seconds)
        finally:
            path.unlink()

    return Event(f"disk of machine b full {seconds:.0f} s", act, needs="small disks")


def store_at_fault(fault: str, seconds: float, *, kills_signer: bool = False) -> Event:
    """The store does something wrong for a while; all is signed within a minute of its end.

    `kills_signer`: the one who signs next meets the store for the first time.
    """

    def act(cluster: Cluster) -> None:
        cluster.give_fault(fault)
        try:
            if kills_signer:
                cluster.parts[signer(cluster)].kill()
            time.sleep(seconds)
        finally:
            cluster.give_fault(None)
        cluster.wait_until_signed(60)

    also = ", and the signer killed" if kills_signer else ""
    return Event(f"store {FAULTS[fault]}, {seconds:.0f} s{also}", act, needs="faults of the store")


def wrong_clock(ahead: timedelta, seconds: float) -> Event:
    """Machine b is started with a wrong clock: it is not ready, and writes no entry under another time."""

    def act(cluster: Cluster) -> None:
        cluster.end_machine("b")
        cluster.start_machine("b", ahead=ahead)
        looks, was_ready = 0, []
        began = time.monotonic()
        while time.monotonic() < began + seconds:
            with suppress(requests.RequestException):
                asked, ready = time.monotonic() - began, cluster.readiness("b")
                looks += 1
                was_ready += [f"after {asked:.1f} s {ready.text}"] * ready.ok
            time.sleep(0.5)
        cluster.end_machine("b")
        cluster.start_machine("b")
        cluster.wait_for_machine("b")
        if was_ready:
            raise RuntimeError(
                f"a machine with a wrong clock was ready {len(was_ready)} of {looks} times: {was_ready[0]}"
            )
        late = "SELECT count(*) FROM entries WHERE at > (extract(epoch FROM clock_timestamp()) + 60) * 1000000"
        if cluster.database.primary.ask(late, database="registry"):
            raise RuntimeError("entries bear a time that is yet to come")

    return Event(f"clock of machine b {ahead.days} days ahead, {seconds:.0f} s", act)


def archive_full(seconds: float) -> Event:
    """There is no room for the write-ahead log in the archive: it stays with the primary, and goes there afterwards."""

    def act(cluster: Cluster) -> None:
        primary, path = cluster.database.primary, cluster.folder / "backups" / "filled"
        query = "SELECT (last_archived_time > last_failed_time)::int FROM pg_stat_archiver"
        try:
            with suppress(OSError), path.open("wb", buffering=0) as file:
                while True:
                    file.write(b"0" * 65536)
            primary.ask("SELECT pg_switch_wal()")
            time.sleep(seconds)
            if primary.ask(query) != 0:
                raise RuntimeError("the archive was full, and the primary did not notice")
        finally:
            path.unlink()
        primary.ask("SELECT pg_switch_wal()")
        wait_until(lambda: primary.ask(query) == 1, "the archive", 60)

    return Event(f"archive full {seconds:.0f} s", act, needs="small disks")


def slow_disk(seconds: float) -> Event:
    """Each flush of the primary's write-ahead log takes 0.1 seconds longer, as on a disk that is slow."""

    def act(cluster: Cluster) -> None:
        primary = cluster.database.primary
        try:
            for setting in ("commit_delay = 100000", "commit_siblings = 0"):
                primary.ask(f"ALTER SYSTEM SET {setting}")
            primary.ask("SELECT pg_reload_conf()")
            time.sleep(seconds)
        finally:
            primary.ask("ALTER SYSTEM RESET ALL")
            primary.ask("SELECT pg_reload_conf()")

    return Event(f"disk of the primary 0.1 s slower at each flush, {seconds:.0f} s", act)


def slow_bodies(count: int, seconds: float) -> Event:
    """So many requests whose bodies do not come."""

    def act(cluster: Cluster) -> None:
        head = b"POST /api/v1/checks HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"
        host = cluster.url.removeprefix("https://").encode()
        context = ssl.create_default_context(cafile=cluster.certificates.ca)
        with ExitStack() as open_ones:
            for name in [*cluster.machine_urls] * (count // 2):
                address = (cluster.network.host(name), MACHINE_PORT)
                plain = socket.create_connection(address, timeout=5)
                one = open_ones.enter_context(context.wrap_socket(plain, server_hostname=address[0]))
                one.sendall(head % host)
            time.sleep(seconds)

    return Event(f"{count} bodies that do not come, {seconds:.0f} s", act, max_p99=3.0)


UPGRADE = (
    Event("tables brought to this version", lambda cluster: cluster.upgrade_tables()),
    Event("machine a brought to this version", lambda cluster: cluster.upgrade("a")),
    Event("machine b brought to this version", lambda cluster: cluster.upgrade("b")),
    Event("machine b back to the former version", lambda cluster: cluster.go_back("b")),
    Event("machine b brought to this version again", lambda cluster: cluster.upgrade("b")),
)
"""Of a cluster that was started with the former version's code."""

SHORT = (machine_lost(), killed("serve-a"))

KINDS = (
    ("PostgreSQL of the primary",),
    ("worker-a", "worker-b"),
    ("serve-a", "serve-b"),
    ("haproxy-a", "pgbouncer-b"),
    ("redis",),
    ("store",),
    ("balancer-1", "balancer-2"),
    ("signer",),
)
"""What is killed; one of those that stand together."""

LAST = (
    killed("PostgreSQL of the standby"),
    killed("leader of etcd"),
    killed("store-disk", needs="Ceph"),
    killed("store-monitor", needs="Ceph"),
    switched(),
    machine_lost(),
    lost_twice(),
    frozen("machine of the primary", 30, max_request=6.0),
    majority_lost(25),
    standbys_lost(12),
    children_killed(),
    frozen("signer", 60),
    frozen("pgbouncer-a", 8),
    frozen("store", 5),
    between("machine a and the database", 12, lambda _cluster: (["a"], DATABASES)),
    between("the signing machine and the store", 12, lambda cluster: (_signing_home(cluster), ["store"])),
    lost_in_silence(60),
    cut_off(8),
    disk_full(8),
    slow_disk(10),
    archive_full(8),
    wrong_clock(timedelta(days=400), 15),
    store_at_fault("slow", 10),
    store_at_fault("failing", 8),
    store_at_fault("stale", 8),
    store_at_fault("unconditional", 8, kills_signer=True),
    slow_bodies(200, 10),
)


def moments(count: int, seed: int) -> list[Event]:
    """So many kills at moments that the seed decides: each kind as often as another, in any order."""
    draw = random.Random(seed)
    kinds = [KINDS[number % len(KINDS)] for number in range(count)]
    draw.shuffle(kinds)
    return [killed(draw.choice(kind), draw.uniform(0.0, 2.0)) for kind in kinds]
