"""The drill: one event after another befalls a cluster under load, and the report says what became of it."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg
import requests

from tools.cluster.events import Event
from tools.cluster.load import Load, load_on, look_after
from tools.cluster.machines import Cluster
from tools.cluster.parts import wait_until
from tools.cluster.report import Line, Report, clock, p99

PATIENCE = 90.0
"""Seconds after which writes are no longer waited for."""


def run(
    cluster: Cluster,
    events: Sequence[Event],
    say: Callable[[str], object] = lambda _line: None,
    *,
    receipts: int | None = None,
    quiet: float = 10.0,
    has_desk: bool = True,
) -> Report:
    """Let all happen one after the other, each once the cluster is whole again, and look what became of it."""
    load = load_on(cluster, has_desk=has_desk)
    try:
        began, undisturbed, lines = _befall(cluster, load, events, say, quiet)
    finally:
        load.stop()
    wait_until(lambda: _is_signed(cluster), "a signed head over all")
    faults = look_after(load, cluster.database_url, receipts)
    ends = [*(began + line.at for line in lines[1:]), float("inf")]
    lines = [replace(line, found=faults.between(began + line.at, end)) for line, end in zip(lines, ends, strict=True)]
    with ThreadPoolExecutor(2) as both:
        verifying = both.map(lambda machine: cluster.command(machine, "log", "verify"), cluster.machine_urls)
        verified = all(done.returncode == 0 for done in verifying)
    return Report(
        lines,
        faults.found,
        reads=len(load.reads),
        failed=sum(not read.is_ok for read in load.reads),
        acknowledged=load.counts(),
        refused=load.refused,
        verified=verified,
        quiet=undisturbed,
        unread=[f"{clock(at - began)}, {why}" for at, why in load.unread],
        unlike=[fault.what for fault in (*faults.lost, *faults.doubled, *faults.forks)],
    )


def _befall(
    cluster: Cluster, load: Load, events: Sequence[Event], say: Callable[[str], object], quiet: float
) -> tuple[float, float, list[Line]]:
    """When the load began, the p99 of reads while nothing happened, and a line for each event; an interrupt ends it early."""
    load.start()
    began = time.monotonic()
    try:
        wait_until(lambda: load.wrote_after(began), "a first write of each kind")
    except RuntimeError as error:
        raise RuntimeError(f"{error}: {load.trouble[-3:]}") from None
    wait_until(lambda: load.heads, "a first head")
    # Before the first head there is nothing to read of the log.
    load.reads.clear()
    load.unread.clear()
    quiet_from, lines = time.monotonic(), []
    time.sleep(quiet)
    undisturbed = p99([read for read in load.reads if read.at >= quiet_from])
    try:
        for event in events:
            wait_until(lambda: cluster.is_whole, "a whole cluster")
            time.sleep(event.pause)
            since = time.monotonic()
            trouble = None
            try:
                event.act(cluster)
            except (RuntimeError, LookupError, OSError, psycopg.Error) as error:
                trouble = str(error).strip().splitlines()[-1]
            # Where too much is lost, the repair is what writes wait for.
            counted, back = time.monotonic() if event.is_beyond else since, None
            while back is None and time.monotonic() - since < PATIENCE:
                time.sleep(0.1)
                back = load.wrote_after(counted)
            reads, writes = ([one for one in some if one.at >= since] for some in (load.reads, load.writes))
            line = Line(event, since - began, reads, writes, None if back is None else back - counted, trouble=trouble)
            lines.append(line)
            say(line.row())
    except KeyboardInterrupt:
        say("Interrupted: what happened so far is held to what is there; interrupt again to end at once.")
    wait_until(lambda: cluster.is_whole, "a whole cluster")
    time.sleep(2.0)
    return began, undisturbed, lines


def _is_signed(cluster: Cluster) -> bool:
    url = next(iter(cluster.machine_urls.values()))
    log = requests.get(f"{url}/ready", timeout=5).json()["log"]
    return bool(log["entries"] == log["signed"] == log["shown"])
