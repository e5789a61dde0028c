"""A standby that answers lookups: nothing older than what was acknowledged, and on while the primary is away."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, TimeoutError
from pathlib import Path

import pytest
import requests
from flask import Flask
from sqlalchemy import Engine, text

from registry.core.db.engine import engine_for, sessions_for
from registry.core.ids import new_reference
from registry.core.settings import Edge, Settings
from registry.http.replica import is_waited_for
from registry.http.transaction import public_reading, reading
from registry.log.actions import Draft, append
from tests.conftest import Database
from tests.postgres import REPLICATED, Server
from tests.serving import command, environment, serve
from tests.thorough import thorough
from tests.waiting import until


@pytest.fixture(params=["cluster_name", *thorough("registry.standby")])
def servers(request: pytest.FixtureRequest) -> Iterator[tuple[Server, Server]]:
    primary = Server(REPLICATED)
    primary.start()
    standby = primary.standby("beside", is_alike=request.param == "registry.standby")
    yield primary, standby
    for server in (standby, primary):
        server.remove()


@pytest.fixture
def database_kind() -> str:
    return "postgresql"


def test_a_connection_that_breaks_once_all_was_read_costs_no_answer(app: Flask, database: Database) -> None:
    other = engine_for(database.url)
    for read in (reading, public_reading):
        with app.app_context(), other.begin() as connection:
            backend = read().scalar(text("SELECT pg_backend_pid()"))
            connection.execute(text("SELECT pg_terminate_backend(:backend)"), {"backend": backend})
            until(lambda backend=backend: not _is_there(other, backend))
        with app.app_context():
            assert read().scalar(text("SELECT 1")) == 1
    other.dispose()


def _is_there(engine: Engine, backend: int) -> bool:
    with engine.connect() as connection:
        query = text("SELECT count(*) FROM pg_stat_activity WHERE pid = :backend")
        return bool(connection.scalar(query, {"backend": backend}))


def wait_for(server: Server, names: str) -> None:
    server.run(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'")
    server.run("SELECT pg_reload_conf()")


def publish(server: Server) -> int:
    """Gives how many entries the log has, once that is acknowledged."""
    engine = engine_for(server.url("postgres"))
    with sessions_for(engine).begin() as session:
        appended = append(session, [Draft(f"agency/{new_reference()}", "agency.registered", {"n": 1})])
    engine.dispose()
    return appended.last_index + 1


@pytest.mark.slow
def test_a_standby_answers_what_was_acknowledged_and_while_the_primary_is_away(
    servers: tuple[Server, Server], tmp_path: Path
) -> None:
    primary, standby = servers
    settings = Settings(
        home=tmp_path / "home", database_url=primary.url("postgres"), edges=frozenset({Edge.API, Edge.INTAKE})
    )
    settings.prepare_home()
    extra = {
        "REGISTRY_DATABASE_READ_URL": standby.url("postgres"),
        "REGISTRY_READ_SECONDS": "60",
        "REGISTRY_REQUIRES": "standby",
    }
    # Production demands a standby that is waited for.
    refused = command("serve", env=environment(settings, 8000, extra))
    assert refused.returncode == 2
    assert "synchronous_standby_names" in refused.stderr
    wait_for(primary, "beside")

    with serve(settings, extra=extra) as served:

        def ready() -> dict[str, object]:
            return dict(requests.get(f"{served.base_url}/ready", timeout=30).json())

        def lookup() -> requests.Response:
            return requests.get(f"{served.base_url}/api/v1/verify?registration_number=X-1&country=SK", timeout=30)

        def advice() -> str:
            return "\n".join(ready()["advice"])  # type: ignore[arg-type]

        until(lambda: ready()["replica"] == "read")
        assert (ready()["status"], ready()["standby"], ready()["lacking"]) == ("ready", "synchronous", [])
        # Nothing is said of what is as it should be; of what this one does without it says how to have it.
        assert "standby" not in advice()
        assert "registry log witnesses --set" in advice()
        assert "REGISTRY_LOG_GUARD" in advice()
        assert lookup().status_code == 200
        # A publication is acknowledged when the standby shows it, and no sooner.
        standby.run("SELECT pg_wal_replay_pause()")
        with ThreadPoolExecutor(1) as pool:
            publishing = pool.submit(publish, primary)
            with pytest.raises(TimeoutError):
                publishing.result(1)
            standby.run("SELECT pg_wal_replay_resume()")
            size = publishing.result(30)
        until(lambda: int(lookup().headers["Registry-Log-Size"]) == size)

        # Of two standbys one would do, and it may be the other: read the primary.
        wait_for(primary, "beside, another")
        until(lambda: ready()["replica"] == "not read")
        assert "the primary does not wait for the standby beside" in advice()
        assert lookup().status_code == 200
        # None is waited for at all.
        wait_for(primary, "")
        until(lambda: ready()["standby"] == "none")
        assert (ready()["status"], ready()["lacking"]) == ("unavailable", ["standby"])
        assert "set synchronous_standby_names" in advice()
        # Waited for and not there: what takes in complaints is not ready.
        wait_for(primary, "beside")
        until(lambda: ready()["replica"] == "read")
        standby.stop()
        until(lambda: ready()["standby"] == "missing")
        assert (ready()["status"], ready()["lacking"]) == ("unavailable", ["standby"])
        assert "none follows" in advice()
        assert "patronictl list" in advice()
        until(lambda: lookup().status_code == 200)
        standby.start()
        until(lambda: ready()["replica"] == "read")

        # Lookups go on while the primary is away.
        primary.stop()
        assert {lookup().status_code for _ in range(20)} == {200}
        assert requests.get(f"{served.base_url}/ready", timeout=30).status_code == 503
        # A balancer that asks for lookups alone sends them on; one that asks for all does not.
        for_lookups = requests.get(f"{served.base_url}/ready/lookups", timeout=30)
        assert (for_lookups.status_code, for_lookups.json()["database"]) == (200, "standby")
        # Also where connections to the standby break meanwhile: one that broke says nothing of the server.
        for _ in range(3):
            standby.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND client_port IS NOT NULL"
            )
            requests.get(f"{served.base_url}/api/v1/agencies", timeout=30)
        until(lambda: requests.get(f"{served.base_url}/api/v1/agencies", timeout=30).status_code == 200)
        # Both away: no lookup is to be sent here.
        standby.stop()
        until(lambda: requests.get(f"{served.base_url}/ready/lookups", timeout=30).status_code == 503)
        standby.start()
        primary.start()
        until(lambda: ready()["status"] == "ready")


@pytest.mark.parametrize(
    ("names", "is_safe"),
    [
        ("b", True),
        ('"B"', True),
        ("FIRST 2 (b, c)", True),
        ("ANY 1 (b)", True),
        ("2 (c,b)", True),
        ("b, c", False),
        ("ANY 1 (b, c)", False),
        ("c", False),
        ("*", False),
        ("", False),
    ],
)
def test_only_a_standby_that_every_commit_waits_for_is_read(names: str, is_safe: bool) -> None:
    assert is_waited_for("b", names) is is_safe
    assert not is_waited_for("", names)
