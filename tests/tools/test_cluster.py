"""A short round of the drill on a whole cluster: the primary and a machine are killed, and nothing acknowledged is lost."""

import signal
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tools.cluster import drill, events
from tools.cluster.load import Found
from tools.cluster.machines import running
from tools.cluster.parts import free_ports, own, wait_until
from tools.cluster.postgres import Keeper, Node


@pytest.mark.slow
def test_a_killed_primary_and_a_killed_machine_lose_nothing() -> None:
    with running(has_demo=False) as cluster:
        report = drill.run(cluster, events.SHORT, receipts=6, quiet=0)
        assert report.found == Found(lost=0, doubled=0, forks=0), report.table()
        assert report.is_well, report.table()
        assert cluster.keeper.failovers == 1
        assert all(report.acknowledged.values())
        # How many reads are answered meanwhile is a matter of the machine: `make failover` says it.
        assert report.reads > report.failed


@pytest.mark.slow
def test_a_standby_is_promoted_only_with_all_that_was_acknowledged_and_is_waited_for() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        own(folder)
        first, second = (Node(name, port, folder) for name, port in zip(("pg1", "pg2"), free_ports(2), strict=True))
        keeper = Keeper((first, second), lambda _primary: None)
        try:
            first.make()
            first.start()
            second.follow(first)
            # What is acknowledged before commits wait for the standby is not on it yet.
            wait_until(lambda: first.ask("SELECT count(*) FROM pg_stat_replication"), "a standby")
            second.part.signal(signal.SIGSTOP, ": walreceiver ")
            first.ask("CREATE TABLE early (id int)")
            pairing = threading.Thread(target=keeper.watch)
            pairing.start()
            wait_until(lambda: first.ask("SHOW synchronous_standby_names") == "pg2", "commits that wait")
            assert not keeper.is_whole
            second.part.signal(signal.SIGCONT, ": walreceiver ")
            pairing.join()
            assert keeper.is_whole
            second.part.signal(signal.SIGSTOP, ": startup ")
            threading.Timer(3.0, second.part.signal, (signal.SIGCONT,)).start()
            first.part.kill()
            wait_until(lambda: keeper.failovers and keeper.is_whole, "a whole pair")
            assert keeper.primary is second
            second.ask("INSERT INTO early VALUES (1)")
        finally:
            keeper.end()
