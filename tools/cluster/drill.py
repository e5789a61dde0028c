"""The drill: under load one part after another is killed or frozen, and the table says what became of it."""

import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass

import psycopg
import requests

from tools.cluster.load import Found, Load, Read, look_after
from tools.cluster.machines import Cluster
from tools.cluster.parts import Part, wait_until

MAX_SECONDS_TO_WRITE = 60.0


@dataclass(frozen=True, slots=True)
class Event:
    """Something that befalls a cluster. `act` returns when it is over but for what the cluster mends itself."""

    name: str
    act: Callable[[Cluster], None]


@dataclass(frozen=True, slots=True)
class Line:
    event: str
    reads: int
    failed: int
    slowest: float
    p99: float
    back: float | None
    """Seconds until complaints and publications were acknowledged again; None: not within a minute."""

    def row(self) -> str:
        back = "never" if self.back is None else f"{self.back:.1f}"
        return f"| {self.event} | {self.reads} | {self.failed} | {self.p99:.2f} | {self.slowest:.1f} | {back} |"


@dataclass(frozen=True, slots=True)
class Report:
    lines: list[Line]
    found: Found
    reads: int
    failed: int
    filed: int
    published: int
    refused: int
    verified: bool
    quiet: float
    """99 of 100 reads took at most so many seconds while nothing happened."""

    @property
    def share(self) -> float:
        """Per cent of reads that were answered."""
        return 100.0 * (1 - self.failed / max(self.reads, 1))

    @property
    def is_well(self) -> bool:
        return self.found == Found(0, 0, 0) and self.verified and all(line.back is not None for line in self.lines)

    def table(self) -> str:
        rows = [
            "| what | reads | failed | p99 of reads, s | slowest read, s | writes again after, s |",
            "| --- | --- | --- | --- | --- | --- |",
            *(line.row() for line in self.lines),
        ]
        ends = (
            f"While nothing happened: p99 of reads {self.quiet:.2f} s.",
            f"Reads answered: {self.share:.2f} % of {self.reads}. Acknowledged: {self.filed} complaints, {self.published} "
            f"publications; {self.refused} writes were refused.",
            f"Lost {self.found.lost}, doubled {self.found.doubled}, forks {self.found.forks}; "
            f"`registry log verify` on both machines: {'all agree' if self.verified else 'NOT WELL'}.",
        )
        return "\n".join([*rows, "", *ends])


def part(name: str) -> Callable[[Cluster], Part]:
    return lambda cluster: (
        cluster.keeper.primary.part
        if name == "primary"
        else (cluster.keeper.standby.part if name == "standby" else cluster.parts[name])
    )


def killed(name: str) -> Event:
    return Event(f"{name} killed", lambda cluster: part(name)(cluster).kill())


def frozen(name: str, seconds: float) -> Event:
    def act(cluster: Cluster) -> None:
        one = part(name)(cluster)
        one.signal(signal.SIGSTOP)
        time.sleep(seconds)
        one.signal(signal.SIGCONT)

    return Event(f"{name} frozen {seconds:.0f} s", act)


def cut_off(seconds: float) -> Event:
    """The keeper loses sight of the primary, cannot fence it, and promotes the other; for so long both run."""

    def act(cluster: Cluster) -> None:
        keeper = cluster.keeper
        former, before = keeper.primary, keeper.failovers
        keeper.cut_off = former
        wait_until(lambda: keeper.failovers > before, "another primary")
        acknowledged = threading.Event()

        def write() -> None:
            with suppress(psycopg.Error):
                former.ask("CREATE TABLE unfenced (id int)")
                acknowledged.set()

        # Whoever still reaches the former one waits, and gets no acknowledgement of it.
        threading.Thread(target=write, daemon=True).start()
        if acknowledged.wait(seconds):
            raise RuntimeError("a primary that was not fenced acknowledged a commit")
        keeper.cut_off = None

    return Event(f"primary cut off, and not fenced for {seconds:.0f} s", act)


def disk_full(seconds: float) -> Event:
    """The disk of machine b's data folder is full for a while."""

    def act(cluster: Cluster) -> None:
        path = cluster.home("b") / "filled"
        with suppress(OSError), path.open("wb", buffering=0) as file:
            while True:
                file.write(b"0" * 65536)
        time.sleep(seconds)
        path.unlink()

    return Event(f"disk of machine b full {seconds:.0f} s", act)


def slow_bodies(count: int, seconds: float) -> Event:
    """So many requests whose bodies do not come."""

    def act(cluster: Cluster) -> None:
        head = b"POST /api/v1/checks HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"
        host = cluster.url.removeprefix("http://").encode()
        with ExitStack() as open_ones:
            for port in [*cluster.machine_ports.values()] * (count // 2):
                one = open_ones.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
                one.sendall(head % host)
            time.sleep(seconds)

    return Event(f"{count} bodies that do not come, {seconds:.0f} s", act)


UPGRADE = (
    Event("tables brought to this version", lambda cluster: cluster.upgrade_tables()),
    Event("machine a brought to this version", lambda cluster: cluster.upgrade("a")),
    Event("machine b brought to this version", lambda cluster: cluster.upgrade("b")),
)
"""Of a cluster that was started with the former version's code."""

SHORT = (killed("primary"), killed("serve-a"))
FULL = (
    killed("primary"),
    killed("standby"),
    killed("worker-a"),
    killed("serve-a"),
    killed("serve-b"),
    killed("pgbouncer"),
    killed("redis"),
    frozen("store", 5),
    killed("nginx"),
    killed("worker-b"),
)
LAST = (frozen("primary", 20), frozen("pgbouncer", 8), cut_off(8), disk_full(8), slow_bodies(200, 10))


def run(
    cluster: Cluster,
    events: Sequence[Event],
    say: Callable[[str], object] = lambda _line: None,
    receipts: int = 60,
    quiet: float = 10.0,
) -> Report:
    """Let all happen one after the other, each once the cluster is whole again, and look what became of it."""
    load = Load(cluster.urls, cluster.database_url)
    load.start()
    wait_until(lambda: load.filed and load.published, f"a first complaint: {load.trouble[-3:]}")
    quiet_from, lines = time.monotonic(), []
    time.sleep(quiet)
    undisturbed = [read for read in load.reads if read.at >= quiet_from]
    for event in events:
        wait_until(lambda: cluster.is_whole, "a whole cluster")
        time.sleep(1.0)
        since = time.monotonic()
        event.act(cluster)
        back = None
        while back is None and time.monotonic() - since < MAX_SECONDS_TO_WRITE + 30:
            time.sleep(0.1)
            back = load.wrote_after(since)
        reads = [read for read in load.reads if read.at >= since]
        line = Line(
            event.name,
            len(reads),
            sum(not read.is_ok for read in reads),
            max((read.seconds for read in reads), default=0.0),
            _p99(reads),
            None if back is None else _acknowledged(load, since) - since,
        )
        lines.append(line)
        say(line.row())
    wait_until(lambda: cluster.is_whole, "a whole cluster")
    time.sleep(2.0)
    load.stop()
    wait_until(lambda: _is_signed(cluster), "a signed head over all")
    found = look_after(load, cluster.database_url, receipts)
    verified = all(cluster.command(machine, "log", "verify").returncode == 0 for machine in cluster.machine_ports)
    return Report(
        lines,
        found,
        reads=len(load.reads),
        failed=sum(not read.is_ok for read in load.reads),
        filed=len(load.filed),
        published=len(load.published),
        refused=load.refused,
        verified=verified,
        quiet=_p99(undisturbed),
    )


def _p99(reads: Sequence[Read]) -> float:
    return sorted(read.seconds for read in reads)[int(len(reads) * 0.99)] if reads else 0.0


def _acknowledged(load: Load, since: float) -> float:
    found = load.wrote_after(since)
    assert found is not None
    return found


def _is_signed(cluster: Cluster) -> bool:
    port = next(iter(cluster.machine_ports.values()))
    log = requests.get(f"http://127.0.0.1:{port}/ready", timeout=5).json()["log"]
    return bool(log["entries"] == log["signed"] == log["shown"])
