"""A short round of the drill on a whole cluster: the primary and a machine are killed, and nothing acknowledged is lost."""

import pytest

from tools.cluster import drill
from tools.cluster.load import Found
from tools.cluster.machines import running


@pytest.mark.slow
def test_a_killed_primary_and_a_killed_machine_lose_nothing() -> None:
    with running(has_demo=False) as cluster:
        report = drill.run(cluster, drill.SHORT, receipts=6)
        assert report.found == Found(lost=0, doubled=0, forks=0), report.table()
        assert report.is_well, report.table()
        assert cluster.keeper.failovers == 1
        assert report.filed
        assert report.published
        # How many reads are answered meanwhile is a matter of the machine: `make failover` says it.
        assert report.reads > report.failed
