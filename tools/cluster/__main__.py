"""`python -m tools.cluster`: run a cluster until interrupted; `... drill` runs the drill on one, and `... upgrade` brings one
from the former version to this one while it is used."""

import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.cluster import drill
from tools.cluster.former import Former, checked_out
from tools.cluster.machines import Cluster, running


def tell(line: str) -> None:
    """Say a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if arguments[:1] == ["upgrade"]:
        with TemporaryDirectory() as folder:
            former = checked_out(Path(folder))
            tell(f"From {former.commit[:12]} (tables {former.head}) to this version.")
            return run(drill.UPGRADE, former)
    if arguments[:1] == ["drill"]:
        rounds = int(arguments[1]) if len(arguments) > 1 else 4
        return run(drill.FULL * rounds + drill.LAST)
    return run()


def run(events: Sequence[drill.Event] = (), former: Former | None = None) -> int:
    """Start a cluster, and let `events` happen to it; without any it runs until it is interrupted. Gives the exit code."""
    began = time.monotonic()
    with running(former=former) as cluster:
        tell(f"Up after {time.monotonic() - began:.0f} s, in {cluster.folder}\n\n{addresses(cluster)}\n")
        if events:
            report = drill.run(cluster, events, tell)
            tell(f"\n{report.table()}")
            return 0 if report.is_well else 1
        tell("Interrupt to stop it all.")
        with suppress(KeyboardInterrupt):
            signal.pause()
    return 0


def addresses(cluster: Cluster) -> str:
    rows = {
        "nginx (both machines)": " ".join(cluster.urls),
        **{f"machine {name}": f"http://127.0.0.1:{port}/ready" for name, port in cluster.machine_ports.items()},
        "PostgreSQL": " ".join(f"{node.name} 127.0.0.1:{node.port}" for node in cluster.nodes),
        "PgBouncer": cluster.database_url,
        "Redis": f"127.0.0.1:{cluster.redis_port}",
        "S3 store": f"http://127.0.0.1:{cluster.store_port}",
    }
    return "\n".join(f"  {name:22} {address}" for name, address in rows.items())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
