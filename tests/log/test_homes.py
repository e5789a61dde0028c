"""Two homes that hold the keys of one log, on a primary and its standby: whatever fails over, no log forks."""

import signal
from contextlib import ExitStack
from pathlib import Path

import pytest

from registry.core.db.engine import engine_for, sessions_for
from registry.log.signing import sign_committed
from tests.log.homes import all_signed, heads, home, publish
from tests.postgres import Server
from tests.waiting import until

pytestmark = pytest.mark.slow


@pytest.mark.thorough
def test_no_failover_lets_two_homes_fork_a_log(servers: tuple[Server, Server], tmp_path: Path) -> None:
    primary, standby = servers
    first = home(tmp_path, "first", primary)
    publish(primary, 3)
    engine = engine_for(primary.url("postgres"))
    sign_committed(first.settings, sessions_for(engine))
    engine.dispose()
    first.run("keys", "init")
    second, stranger = home(tmp_path, "second", primary, first), home(tmp_path, "stranger", primary, first)

    with ExitStack() as running:
        signing = running.enter_context(first.worker())
        until(lambda: heads(primary)[0] == heads(primary)[1])
        # A home that holds the keys and knows of nothing signs nothing, whatever it publishes.
        refused = stranger.run("keys", "rotate", "receipt")
        assert "not signed" in refused
        assert "registry log adopt" in refused
        until(lambda: heads(primary)[0] == heads(primary)[1])
        assert stranger.signed is None

        # While the first worker signs, the second one stands by and remembers.
        standing_by = running.enter_context(second.worker())
        until(lambda: second.signed == first.signed)
        publish(primary)
        until(lambda: all_signed(primary, second))

        # The first one dies, and the second takes over without a hand.
        signing.send_signal(signal.SIGKILL)
        signing.wait(60)
        publish(primary)
        until(lambda: heads(primary)[0] == heads(primary)[1])
        assert first.signed != second.signed

        # Back again, the first one follows.
        running.enter_context(first.worker())
        until(lambda: first.signed == second.signed)

        # The standby stops; the primary signs on and dies.
        standby.stop()
        publish(primary, 5)
        until(lambda: all_signed(primary, first, second))
        assert standing_by.poll() is None
    ahead = second.signed
    assert ahead is not None
    primary.stop()

    # The lagging standby is promoted: entries that were signed are not in it.
    standby.start()
    standby.promote()
    before, size = heads(standby)
    assert size < ahead.size
    publish(standby, 20)
    for one in (first, second, stranger):
        with one.on(standby).worker():
            marks = one.printed().count("log_not_signed")
            until(lambda one=one, marks=marks: one.printed().count("log_not_signed") > marks)
    assert "not signed" in first.on(standby).run("keys", "rotate", "receipt")
    assert heads(standby)[0] == before
    assert "not those that were signed" in first.printed()
    assert "registry log adopt" in stranger.printed()
    assert "not those that were signed" in first.on(standby).run("log", "adopt", "--yes")

    # The old primary comes back: what was signed is there, and the homes that know of it go on.
    primary.start()
    assert heads(primary)[0] == ahead.size
    publish(primary)
    with first.worker():
        until(lambda: heads(primary)[0] == heads(primary)[1])
    # The other one was away meanwhile: it says so, and a person lets it sign.
    publish(primary)
    assert "registry log adopt" in second.run("keys", "rotate", "receipt")
    assert f"it signs on after {heads(primary)[0]} entries" in second.run("log", "adopt", "--yes")
    second.run("keys", "rotate", "receipt")
    assert heads(primary)[0] == heads(primary)[1]
    assert "all agree" in second.run("log", "verify")
