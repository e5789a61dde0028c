"""A recovery to a point in time: pgBackRest restores the database as it was before it was dropped, on a server of its own.

Each complaint that was filed before that moment is opened again by its code. What the archive of a country needs is in
deploy/database/pgbackrest.conf; this starts that very file, with the addresses of a cluster in it.
"""

import time
from collections.abc import Callable

import requests
from sqlalchemy.orm import Session

from tests.postgres import binaries
from tools.cluster.database import Member
from tools.cluster.machines import Cluster
from tools.cluster.network import Loopback
from tools.cluster.parts import Part, own, wait_until
from tools.cluster.writers import Filer

COUNT = 6
"""Complaints before the backup, and again between it and the moment that is restored."""


def recovered(network: Loopback, say: Callable[[str], object]) -> int:
    """File, back up, file, drop the database, restore it to the moment before; gives the exit code."""
    cluster = Cluster(has_demo=False, network=network, has_archive=True)
    try:
        cluster.start()
        say("Up; complaints are filed.")
        filer = Filer(cluster.url)
        primary = cluster.database.primary
        codes = _filed(filer)
        began = time.monotonic()
        primary.archive("--type=full", "backup")
        say(f"Full backup after {time.monotonic() - began:.1f} s.")
        codes += _filed(filer)
        moment = str(primary.ask("SELECT clock_timestamp()"))
        time.sleep(1.0)
        # A recovery stops at the first commit after the moment, and needs one before the drop to stop at.
        primary.ask("CREATE TABLE later (id int)", database="registry")
        for machine in cluster.machine_urls:
            cluster.end_machine(machine)
        primary.ask("DROP DATABASE registry WITH (FORCE)")
        primary.ask("SELECT pg_switch_wal()")
        primary.archive("check")
        say(f"Dropped. Restoring what was at {moment}.")
        began = time.monotonic()
        server = _restored(cluster, primary, moment)
        say(f"Restored and promoted {time.monotonic() - began:.1f} s after the start of the restore.")
        cluster.parts[server.name] = server
        return _looked_after(cluster, filer, codes, primary.url_at(5442), began, say)
    finally:
        cluster.stop()


def _filed(filer: Filer) -> list[str]:
    """Codes of complaints that were acknowledged."""
    codes: list[str] = []
    # The balancers may not have found the machines yet.
    wait_until(lambda: codes.append(filer.write()) or len(codes) == COUNT, "complaints")  # type: ignore[func-returns-value]
    return codes


def _looked_after(
    cluster: Cluster, filer: Filer, codes: list[str], url: str, began: float, say: Callable[[str], object]
) -> int:
    cluster.lead_to(url)
    for command in (("db", "check"), ("log", "verify")):
        cluster.must(cluster.command("a", *command))
    for machine in cluster.machine_urls:
        cluster.start_machine(machine)
    wait_until(lambda: requests.get(f"{cluster.url}/api/v1/complaints/offer?purpose=open", timeout=5).ok, "an answer")
    found = sum(filer.count(Session(), codes).values())
    say(
        f"{found} of {len(codes)} complaints open by their codes {time.monotonic() - began:.0f} s after the start of the "
        "restore; `db check` and `log verify` agree."
    )
    return 0 if found == len(codes) else 1


def _restored(cluster: Cluster, primary: Member, moment: str) -> Part:
    """A server of its own with what was there at a moment, past its recovery."""
    data = cluster.folder / "restored"
    data.mkdir(mode=0o700)
    own(data)
    primary.archive(
        f"--pg1-path={data}",
        "--type=time",
        f"--target={moment}",
        "--target-action=promote",
        "--archive-mode=off",
        "restore",
    )
    access = data / "pg_hba.conf"
    access.write_text("hostssl all all samenet scram-sha-256\nlocal all all trust\n", encoding="ascii")
    own(access)
    settings = {
        "port": "5442",
        "listen_addresses": primary.host,
        "unix_socket_directories": str(data),
        "synchronous_standby_names": "",
        "hba_file": str(access),
    }
    given = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = [str(binaries() / "postgres"), "-D", str(data), *given]
    server = Part("restored", command, cluster.folder, as_account=True, is_kept=False)
    server.start()
    wait_until(lambda: primary.ask("SELECT 1 / (NOT pg_is_in_recovery())::int", port=5442), "the restored server")
    return server


__all__ = ["recovered"]
