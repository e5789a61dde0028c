"""A short round of the drill on a whole cluster: two machines are lost, and nothing acknowledged is."""

import pytest

from tools.cluster import drill, events
from tools.cluster.load import Found
from tools.cluster.machines import running


@pytest.mark.thorough
@pytest.mark.slow
def test_a_lost_machine_of_the_database_and_a_killed_server_lose_nothing() -> None:
    with running(has_demo=False) as cluster:
        former = cluster.database.primary
        report = drill.run(cluster, events.SHORT, receipts=6, quiet=0)
        assert report.found == Found(lost=0, doubled=0, forks=0), report.table()
        assert report.is_well, report.table()
        assert cluster.database.primary is not former
        assert all(report.acknowledged.values())
        # How many reads are answered meanwhile is a matter of the machine: `make failover` says it.
        assert report.reads > report.failed
    assert former.postgres.pid is None
