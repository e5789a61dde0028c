"""`python -m tools.cluster`: run a cluster until interrupted; `... drill` runs the drill on one, `... upgrade` brings one
from the former version to this one while it is used, and `... recovery` restores one to a point in time."""

import os
import secrets
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.cluster import drill, events, figures
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
        with up(Loopback(), has_witnesses=True):
            tell("Interrupt to stop it all.")
            signal.pause()
    except KeyboardInterrupt:
        return 130 if arguments else 0
    return 0


def whole_drill() -> int:
    """DRILL_MOMENTS (24) kills at moments that DRILL_SEED decides, then everything else; the figures after it."""
    moments = int(os.environ.get("DRILL_MOMENTS") or 24)
    seed = int(os.environ.get("DRILL_SEED") or secrets.randbelow(1_000_000))
    befalling = [*events.moments(moments, seed), *events.LAST]
    refused = enter_own_namespaces()
    network: Loopback = Loopback()
    if refused is None:
        try:
            network = Network()
        except NoNamespaces as trouble:
            refused = str(trouble)
    tell(f"{moments} kills from the seed {seed}, and what comes after them; DRILL_SEED={seed} repeats it.")
    if refused is not None:
        befalling = [event for event in befalling if not event.needs_cuts]
        tell(f"No network can be cut here ({refused}): the rest is tried.")
    return drilled(befalling, network)


def drilled(befalling: Sequence[events.Event], network: Loopback, former: Former | None = None) -> int:
    """Let events happen to a cluster, and print what became of it. Gives the exit code: 1 where a target was missed."""
    began = time.monotonic()
    # An importer brings its own agencies, and no real list stands beside demo data.
    with up(network, former, has_demo=former is not None) as cluster:
        report = drill.run(cluster, befalling, tell, has_desk=former is None)
        tell(f"\n{report.table()}\n")
        tell(f"{figures.memory(cluster)}\n")
        if former is None:
            tell(f"{figures.restored(cluster)}\n")
    tell(f"All of it took {time.monotonic() - began:.0f} s.")
    return 1 if report.missed() else 0


@contextmanager
def up(
    network: Loopback, former: Former | None = None, *, has_demo: bool = True, has_witnesses: bool = False
) -> Iterator[Cluster]:
    """A cluster whose addresses are printed. `has_witnesses`: two of three have to cosign each head."""
    began = time.monotonic()
    with running(has_demo=has_demo, former=former, network=network) as cluster:
        if has_witnesses:
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
