"""What befalls a cluster in a drill: parts are killed, frozen, cut from one another, filled, and kept waiting."""

import random
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass

import psycopg
from sqlalchemy.engine import make_url

from registry.log.lease import LOCK
from tools.cluster.machines import Cluster
from tools.cluster.network import MACHINES
from tools.cluster.parts import Part, wait_until


@dataclass(frozen=True, slots=True)
class Event:
    """Something that befalls a cluster. `act` returns when it is over but for what the cluster mends itself.

    `max_request` is what no request may take longer than meanwhile, in seconds, and `max_p99` how many times as long as in
    quiet times 99 of 100 reads may take.
    """

    name: str
    act: Callable[[Cluster], object]
    pause: float = 1.0
    """Seconds from when all is whole."""
    needs_cuts: bool = False
    max_request: float | None = None
    max_p99: float | None = None


def part(name: str) -> Callable[[Cluster], Part]:
    """One part of a cluster by what it does there: who is the primary, and who signs, changes."""

    def find(cluster: Cluster) -> Part:
        if name == "primary":
            return cluster.keeper.primary.part
        if name == "standby":
            return cluster.keeper.standby.part
        return cluster.parts[signer(cluster) if name == "signer" else name]

    return find


def signer(cluster: Cluster) -> str:
    """Name of the worker that holds the lease to sign; waits for one that does."""
    found: list[str] = []

    def look() -> bool:
        with psycopg.connect(
            make_url(cluster.keeper.primary.url).set(drivername="postgresql").render_as_string()
        ) as one:
            query = (
                "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' "
                "AND granted AND (classid::bigint << 32) + objid::bigint = %s"
            )
            found[:] = [row[0] for row in one.execute(query, (LOCK,))]
        return bool(found) and found[0] in cluster.parts

    wait_until(look, "a worker that signs", 30)
    return found[0]


def killed(name: str, pause: float = 1.0) -> Event:
    return Event(f"{name} killed", lambda cluster: part(name)(cluster).kill(), pause)


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

    return Event(f"network cut {seconds:.0f} s: {name}", act, needs_cuts=True)


def _pair(cluster: Cluster) -> tuple[list[str], list[str]]:
    return [cluster.keeper.primary.name], [cluster.keeper.standby.name]


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

    return Event("signing machine lost in silence, until another signs", act, needs_cuts=True)


def cut_off(seconds: float) -> Event:
    """The primary is cut off from all, cannot be fenced, and the other is promoted; for so long both run.

    Then the former one is back in the network, unfenced, before the keeper deals with it.
    """

    def act(cluster: Cluster) -> None:
        keeper = cluster.keeper
        former, before = keeper.primary, keeper.failovers
        keeper.cut_off = former
        if cluster.network.can_cut:
            others = [*cluster.machine_ports, "pgbouncer", keeper.standby.name, "driver"]
            cluster.network.cut([former.name], others)
        acknowledged = threading.Event()

        def write() -> None:
            with suppress(psycopg.Error):
                former.ask("CREATE TABLE unfenced (id int)", by_socket=True)
                acknowledged.set()

        try:
            wait_until(lambda: keeper.failovers > before, "another primary")
            # One who still reaches the former one waits, and gets no acknowledgement of it.
            threading.Thread(target=write, daemon=True).start()
            is_acknowledged = acknowledged.wait(seconds)
            cluster.network.heal()
            is_acknowledged = is_acknowledged or acknowledged.wait(3.0)
        finally:
            cluster.network.heal()
            keeper.cut_off = None
        if is_acknowledged:
            raise RuntimeError("a primary that was not fenced acknowledged a commit")

    return Event(f"primary cut off, not fenced for {seconds:.0f} s, then back", act)


def disk_full(seconds: float) -> Event:
    """The disk of machine b's data folder is full for a while."""

    def act(cluster: Cluster) -> None:
        path = cluster.home("b") / "filled"
        try:
            with suppress(OSError), path.open("wb", buffering=0) as file:
                while cluster.has_small_disk:
                    file.write(b"0" * 65536)
            time.sleep(seconds)
        finally:
            path.unlink()

    return Event(f"disk of machine b full {seconds:.0f} s", act)


def slow_bodies(count: int, seconds: float) -> Event:
    """So many requests whose bodies do not come."""

    def act(cluster: Cluster) -> None:
        head = b"POST /api/v1/checks HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"
        host = cluster.url.removeprefix("http://").encode()
        with ExitStack() as open_ones:
            for name in [*cluster.machine_ports] * (count // 2):
                address = (cluster.network.host(name), cluster.machine_ports[name])
                one = open_ones.enter_context(socket.create_connection(address, timeout=5))
                one.sendall(head % host)
            time.sleep(seconds)

    return Event(f"{count} bodies that do not come, {seconds:.0f} s", act, max_p99=3.0)


UPGRADE = (
    Event("tables brought to this version", lambda cluster: cluster.upgrade_tables()),
    Event("machine a brought to this version", lambda cluster: cluster.upgrade("a")),
    Event("machine b brought to this version", lambda cluster: cluster.upgrade("b")),
)
"""Of a cluster that was started with the former version's code."""

SHORT = (killed("primary"), killed("serve-a"))

KINDS = (
    ("primary",),
    ("worker-a", "worker-b"),
    ("serve-a", "serve-b"),
    ("pgbouncer",),
    ("redis",),
    ("store",),
    ("nginx", "nginx-2"),
    ("signer",),
)
"""What is killed; one of those that stand together."""

LAST = (
    killed("standby"),
    frozen("primary", 20, max_request=6.0),
    frozen("pgbouncer", 8),
    frozen("store", 5),
    between("primary and standby", 12, _pair),
    between("machine a and the database", 12, lambda _cluster: (["a"], ["pgbouncer", "pg1", "pg2"])),
    between("the signing machine and the database", 12, lambda one: (_signing_home(one), ["pgbouncer", "pg1", "pg2"])),
    between("the signing machine and the store", 12, lambda cluster: (_signing_home(cluster), ["store"])),
    lost_in_silence(60),
    cut_off(8),
    disk_full(8),
    slow_bodies(200, 10),
)


def moments(count: int, seed: int) -> list[Event]:
    """So many kills at moments that the seed decides: each kind as often as another, in any order."""
    draw = random.Random(seed)
    kinds = [KINDS[number % len(KINDS)] for number in range(count)]
    draw.shuffle(kinds)
    return [killed(draw.choice(kind), draw.uniform(0.0, 2.0)) for kind in kinds]
