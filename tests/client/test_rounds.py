"""Rounds of the monitor in a process of its own: through a kill and an outage, and no further than a lie."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from registry_client.rounds import seconds_of
from registry_client.strict import Unreadable

from tests.client.site import Site
from tests.client.watching import fill
from tests.waiting import until

CLIENT = Path(__file__).parents[2] / "client"


class Rounds:
    """The running monitor; each round is a line of JSON."""

    def __init__(self, site: Site, state: Path, *options: str) -> None:
        command = [sys.executable, "-m", "registry_client", "monitor", site.url, "--state", str(state), "--every", "1s"]
        self.errors = state.with_name("errors").open("a+")
        self.process = subprocess.Popen(
            [*command, "--json", *options],
            env=os.environ | {"PYTHONPATH": str(CLIENT)},
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )

    def next(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    def errors_text(self) -> str:
        self.errors.seek(0)
        return self.errors.read()


@contextmanager
def monitoring(site: Site, state: Path) -> Iterator[Rounds]:
    found = Rounds(site, state)
    try:
        yield found
    finally:
        found.process.kill()
        found.process.communicate(timeout=60)
        found.errors.close()


def test_rounds_go_on_after_a_kill_and_an_outage_and_end_with_a_lie(site: Site, state: Path) -> None:
    fill(site, 256 * 4)
    with monitoring(site, state) as monitor:
        assert monitor.next()["log"]["verdict"] == "good"
        fill(site, 3)
        assert monitor.next()["log"]["verdict"] == "good"
        monitor.process.send_signal(signal.SIGKILL)
    fill(site, 2)
    with monitoring(site, state) as monitor:
        again = monitor.next()
        assert (again["log"]["verdict"], again["head"]["size"]) == ("good", len(site.registrar.leaves))
        # While it is away, or speaks of something else, nothing is known and nothing is wrong.
        site.lies["/log/checkpoint"] = 503
        while (away := monitor.next()["log"])["verdict"] == "good":
            pass
        assert (away["verdict"], away["reasons"][-1]["code"]) == ("unknown", "unreachable")
        del site.lies["/log/checkpoint"]
        site.registrar.leaves[-1] += b" "
        while (last := monitor.next())["log"]["verdict"] != "bad":
            pass
        assert "inconsistent_heads" in {one["code"] for one in last["log"]["reasons"]}
        assert monitor.process.wait(60) == 1
        assert "no further round is made" in monitor.errors_text()
        assert "next round" in monitor.errors_text()
    # Who starts it again is told again.
    with monitoring(site, state) as monitor:
        assert monitor.next()["log"]["verdict"] == "bad"
        assert monitor.process.wait(60) == 1


def test_a_registry_that_speaks_nonsense_ends_the_first_round_and_no_later_one(site: Site, state: Path) -> None:
    path = "/.well-known/registry-trust.json"
    site.lies[path] = b"<html>Back soon</html>"
    with monitoring(site, state) as monitor:
        assert monitor.process.wait(60) == 2
    del site.lies[path]
    with monitoring(site, state) as monitor:
        monitor.next()
        site.lies[path] = b"<html>Back soon</html>"
        until(lambda: "this round failed" in monitor.errors_text())
        del site.lies[path]
        assert monitor.next()["log"]["verdict"] == "good"


@pytest.mark.parametrize("text", ["", "0s", "1", "h", "1.5h", "-1h", "1 h", "1H", "９m", "1234567s"])
def test_a_time_is_spelled_in_one_way(text: str) -> None:
    with pytest.raises(Unreadable):
        seconds_of(text)


def test_times_are_seconds() -> None:
    assert [seconds_of(text) for text in ("30s", "10m", "1h", "2d")] == [30, 600, 3600, 172_800]
