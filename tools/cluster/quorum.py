"""Two of three witnesses on a whole cluster: with any one away the log goes on, and with two away nothing newer is shown."""

import time
from collections.abc import Callable, Iterator
from itertools import combinations

import requests

from registry.core.db.engine import open_engine, sessions_for
from registry.core.ids import new_reference
from registry.log.actions import Draft, append
from tools.cluster.machines import Cluster
from tools.cluster.parts import wait_until

QUIET = 10.0
"""Seconds in which a head would be shown that needed no witness: workers sign within one."""
AGAIN = 90.0
"""Workers ask witnesses that were away twice a minute."""


def tried(cluster: Cluster, say: Callable[[str], object]) -> int:
    """Lose each witness, and each two of them; gives the exit code."""
    found = []
    for stated, is_so in _opinions(cluster):
        say(f"{'as it should be' if is_so else 'WRONG          '} {stated}")
        found.append(is_so)
    return 0 if all(found) else 1


def _opinions(cluster: Cluster) -> Iterator[tuple[str, bool]]:
    witnesses = {name: cluster.parts[name] for name in cluster.witness_urls}
    for name, witness in witnesses.items():
        witness.lose()
        began, grown = time.monotonic(), _publish(cluster)
        wait_until(lambda grown=grown: _shown_size(cluster) >= grown, "a head that two witnesses cosigned", AGAIN)
        yield f"{name} is away, and a new head is shown after {time.monotonic() - began:.1f} s", True
        witness.start()
    for names in combinations(witnesses, 2):
        for name in names:
            witnesses[name].lose()
        before, grown = _shown_size(cluster), _publish(cluster)
        time.sleep(QUIET)
        is_still = _shown_size(cluster) == before
        witnesses[names[0]].start()
        began = time.monotonic()
        wait_until(lambda grown=grown: _shown_size(cluster) >= grown, "the head that waited", AGAIN)
        waited = f"{time.monotonic() - began:.1f} s after one is back it is"
        yield f"{' and '.join(names)} are away, and nothing newer is shown; {waited}", is_still
        witnesses[names[1]].start()


def _publish(cluster: Cluster) -> int:
    """An invented entry. Gives the size of the log with it."""
    with open_engine(cluster.database_url) as engine, sessions_for(engine).begin() as session:
        return append(session, [Draft(f"agency/{new_reference()}", "agency.registered", {"n": 1})]).last_index + 1


def _shown_size(cluster: Cluster) -> int:
    return int(requests.get(f"{cluster.url}/log/checkpoint", timeout=5).text.split("\n")[1])
