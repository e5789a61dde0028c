"""Two homes that hold the keys of one log, on a primary and its standby: whatever fails over, no log forks."""

import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import select

from registry.core.db import revisions
from registry.core.db.engine import engine_for, sessions_for
from registry.core.ids import new_reference
from registry.core.settings import Settings
from registry.log import note, queries
from registry.log.actions import Draft, append
from registry.log.models import LogState
from registry.log.second_places import last_signed
from registry.log.signing import sign_committed
from tests.postgres import REPLICATED, Server
from tests.serving import Process, command, environment
from tests.waiting import until

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Home:
    """A machine's data folder, and which database it is led to."""

    settings: Settings

    def on(self, server: Server) -> "Home":
        return Home(replace(self.settings, database_url=server.url("postgres")))

    @property
    def signed(self) -> note.Checkpoint | None:
        return last_signed(self.settings.home)

    @contextmanager
    def worker(self) -> Iterator[Process]:
        process = Process(["worker"], environment(self.settings, 8000), self.settings.home / "worker.out")
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)

    def printed(self) -> str:
        path = self.settings.home / "worker.out"
        return path.read_text() if path.exists() else ""

    def run(self, *arguments: str) -> str:
        done = command(*arguments, env=environment(self.settings, 8000))
        return done.stdout + done.stderr


def publish(server: Server, count: int = 1) -> None:
    engine = engine_for(server.url("postgres"))
    with sessions_for(engine).begin() as session:
        append(session, [Draft(f"agency/{new_reference()}", "agency.registered", {"n": n}) for n in range(count)])
    engine.dispose()


def heads(server: Server) -> tuple[int, int]:
    """Entries of the newest head, and of the log."""
    engine = engine_for(server.url("postgres"))
    with sessions_for(engine)() as session:
        head, size = queries.published(session), session.execute(select(LogState.size)).scalar_one()
    engine.dispose()
    return (head.size if head else 0), size


def all_signed(server: Server, *homes: Home) -> bool:
    """Whether the whole log is signed, and these homes remember that head."""
    signed, size = heads(server)
    return signed == size and all(one.signed is not None and one.signed.size == size for one in homes)


@pytest.fixture
def servers() -> Iterator[tuple[Server, Server]]:
    primary = Server(REPLICATED)
    primary.start()
    revisions.upgrade(primary.url("postgres"))
    standby = primary.standby()
    yield primary, standby
    for server in (standby, primary):
        server.remove()


def home(tmp_path: Path, name: str, server: Server, like: Home | None = None) -> Home:
    settings = Settings(home=tmp_path / name, database_url=server.url("postgres"), files=tmp_path / name / "files")
    settings.prepare_home()
    if like is not None:
        shutil.copytree(like.settings.keys, settings.keys)
    return Home(settings)


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
