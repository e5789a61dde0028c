"""`python -m tools.cluster`: run a cluster until interrupted; `... drill` runs the drill on one, `... upgrade` brings one
from the former version to this one while it is used, `... recovery` restores one to a point in time, and `... witnesses` loses
its witnesses."""

import os
import secrets
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.cluster import drill, events, figures, quorum
from tools.cluster.former import Former, checked_out
from tools.cluster.machines import REDIS_PORT, Cluster, remove_left_overs, running
from tools.cluster.network import Loopback, Network, NoNamespaces, enter_own_namespaces
from tools.cluster.recovery import recovered


def tell(line: str) -> None:
    """Say a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    # Whatever started this: one in the background is born deaf to it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    remove_left_overs()
    try:
        if arguments[:1] == ["upgrade"]:
            with TemporaryDirectory() as folder:
                former = checked_out(Path(folder))
                tell(f"From {former.commit[:12]} (tables {former.head}) to this version.")
                return drilled(events.UPGRADE, Loopback(), former)
        if arguments[:1] == ["recovery"]:
            return recovered(Loopback(), tell)
        if arguments[:1] == ["drill"]:
            return whole_drill()
        with up(Loopback(), is_watched=True) as cluster:
            if arguments[:1] == ["witnesses"]:
                return quorum.tried(cluster, tell)
            tell("Interrupt to stop it all.")
            signal.pause()
    except KeyboardInterrupt:
        return 130 if arguments else 0
    return 0


def whole_drill() -> int:
    """DRILL_MOMENTS (8) kills at moments that DRILL_SEED decides, then everything else; the figures after it.

    With DRILL_ONLY only what has that text in its name.
    """
    moments = int(os.environ.get("DRILL_MOMENTS") or len(events.KINDS))
    seed = int(os.environ.get("DRILL_SEED") or secrets.randbelow(1_000_000))
    refused = enter_own_namespaces()
    network: Loopback = Loopback()
    if refused is None:
        try:
            network = Network()
        except NoNamespaces as trouble:
            refused = str(trouble)
    tell(f"{moments} kills from the seed {seed}, and what comes after them; DRILL_SEED={seed} repeats it.")
    if refused is not None:
        tell(f"No network can be cut here ({refused}).")
    only = os.environ.get("DRILL_ONLY") or ""
    befalling = [event for event in (*events.moments(moments, seed), *events.LAST) if only in event.name]
    return drilled(befalling, network)


def drilled(befalling: Sequence[events.Event], network: Loopback, former: Former | None = None) -> int:
    """Let events happen to a cluster, and print what became of it. Gives the exit code: 1 where a target was missed."""
    began = time.monotonic()
    with up(network, former) as cluster:
        tried = [event for event in befalling if not event.needs or event.needs in cluster.offers]
        left_out = ", ".join(event.name for event in befalling if event not in tried)
        tell(f"Not tried here: {left_out}.\n" if left_out else "Everything is tried.\n")
        report = drill.run(cluster, tried, tell, has_desk=former is None)
        tell(f"\n{report.table()}\n")
        tell(f"{figures.memory(cluster)}\n")
        if former is None:
            tell(f"{figures.restored(cluster)}\n")
    tell(f"All of it took {time.monotonic() - began:.0f} s.")
    return 1 if report.missed() else 0


@contextmanager
def up(network: Loopback, former: Former | None = None, *, is_watched: bool = False) -> Iterator[Cluster]:
    """A cluster whose addresses are printed; STORE=ceph gives it Ceph's gateway as its store.

    `is_watched`: it runs until it is interrupted, and two of three witnesses have to cosign each head.
    """
    began = time.monotonic()
    given = {"has_archive": not is_watched and former is None, "has_ceph": os.environ.get("STORE") == "ceph"}
    # An importer brings its own agencies, and no real list stands beside demo data.
    with running(has_demo=is_watched or former is not None, former=former, network=network, **given) as cluster:
        if is_watched:
            cluster.add_witnesses()
        tell(f"Up after {time.monotonic() - began:.0f} s, in {cluster.folder}\n\n{addresses(cluster)}\n")
        yield cluster


def addresses(cluster: Cluster) -> str:
    rows = {
        "balancers": " ".join(cluster.urls),
        **{f"machine {name}": f"{url}/ready" for name, url in cluster.machine_urls.items()},
        "PostgreSQL": " ".join(f"{member.name} {member.host}:5432" for member in cluster.database.members),
        "etcd": " ".join(f"{member.host}:2379" for member in cluster.database.members),
        "the primary, pooled": cluster.database_url,
        "Redis": f"{cluster.network.host('redis')}:{REDIS_PORT}",
        "S3 store": cluster.store_url,
        **cluster.witness_urls,
    }
    return "\n".join(f"  {name:22} {address}" for name, address in rows.items())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
