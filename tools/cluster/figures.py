"""Figures of a cluster that is up: memory by part, and how long it takes to restore it from a backup alone."""

import shutil
import time
from pathlib import Path

import requests

from tools.cluster.database import Postgres
from tools.cluster.machines import Cluster
from tools.cluster.parts import Part, descendants, wait_until


def memory(cluster: Cluster) -> str:
    """A table of what each part holds in memory now, shared pages counted by share (PSS) and in full (RSS)."""
    rows = [
        f"| {part.name} | {count} | {pss:.0f} | {rss:.0f} |"
        for part in cluster.all_parts
        for count, pss, rss in [_memory_of(part)]
    ]
    head = "| part | processes | PSS of all, MB | RSS of the largest process, MB |"
    return "\n".join([head, "| --- | ---: | ---: | ---: |", *rows])


def _memory_of(part: Part | Postgres) -> tuple[int, float, float]:
    pids = [part.pid, *descendants(part.pid)] if part.pid else []
    pss, rss = [], []
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        except OSError:
            continue
        fields = dict(line.split(":", 1) for line in text.splitlines()[1:])
        pss.append(int(fields["Pss"].split()[0]) / 1024)
        rss.append(int(fields["Rss"].split()[0]) / 1024)
    return len(pss), sum(pss), max(rss, default=0.0)


def restored(cluster: Cluster) -> str:
    """Back the registry up, destroy its database and both homes, restore it by the one command, and hold the log to itself.

    The bucket stays, as it is no part of a backup. Gives a table of seconds.
    """
    folder, times = cluster.folder / "backup", []
    primary = cluster.database.primary
    straight = {"REGISTRY_DATABASE_URL": primary.url}
    for machine in cluster.machine_urls:
        cluster.end_machine(machine)
    began = time.monotonic()
    cluster.must(cluster.command("a", "backup", str(folder), env=straight))
    times.append(("backup of database, keys and settings", time.monotonic() - began))
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    bytes_before = primary.ask("SELECT pg_database_size('registry')")
    primary.ask("DROP DATABASE registry WITH (FORCE)")
    cluster.database.make()
    for machine in cluster.machine_urls:
        for path in cluster.home(machine).iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    began = time.monotonic()
    cluster.must(cluster.command("a", "restore", str(folder), env=straight))
    times.append(("restore, from an empty database and an empty home", time.monotonic() - began))
    shutil.copytree(cluster.home("a") / "keys", cluster.home("b") / "keys")
    began = time.monotonic()
    for machine in cluster.machine_urls:
        cluster.start_machine(machine)
    wait_until(lambda: cluster.is_whole and requests.get(f"{cluster.url}/api/v1/coverage", timeout=5).ok, "an answer")
    times.append(("start of both machines, until they answer", time.monotonic() - began))
    agrees = all(cluster.command(machine, "log", "verify").returncode == 0 for machine in cluster.machine_urls)
    return "\n".join(
        [
            "| destroyed and restored | s |",
            "| --- | ---: |",
            *(f"| {what} | {seconds:.1f} |" for what, seconds in times),
            "",
            f"Database {bytes_before / 1e6:.0f} MB, backup {size / 1e6:.0f} MB; "
            f"`registry log verify` afterwards: {'all agree' if agrees else 'NOT WELL'}.",
        ]
    )
