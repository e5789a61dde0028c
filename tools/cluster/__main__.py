"""`python -m tools.cluster`: run a cluster until interrupted; `python -m tools.cluster drill` runs the drill on one."""

import signal
import sys
import time
from contextlib import suppress

from tools.cluster import drill
from tools.cluster.machines import running


def tell(line: str) -> None:
    """Say a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    began = time.monotonic()
    with running() as cluster:
        say = sys.stdout.write
        say(f"Up after {time.monotonic() - began:.0f} s, in {cluster.folder}\n\n")
        rows = {
            "nginx (both machines)": cluster.url,
            **{f"machine {name}": f"http://127.0.0.1:{port}/ready" for name, port in cluster.machine_ports.items()},
            "PostgreSQL": " ".join(f"{node.name} 127.0.0.1:{node.port}" for node in cluster.nodes),
            "PgBouncer": cluster.database_url,
            "Redis": f"127.0.0.1:{cluster.redis_port}",
            "S3 store": f"http://127.0.0.1:{cluster.store_port}",
        }
        for name, address in rows.items():
            say(f"  {name:22} {address}\n")
        sys.stdout.flush()
        if arguments[:1] == ["drill"]:
            rounds = int(arguments[1]) if len(arguments) > 1 else 4
            say("\n")
            report = drill.run(cluster, drill.FULL * rounds + drill.LAST, tell)
            say(f"\n{report.table()}\n")
            return 0 if report.is_well else 1
        say("\nInterrupt to stop it all.\n")
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):
            signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
