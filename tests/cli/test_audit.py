"""The audit on the command line, as an operator meets it."""

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from registry_client.entries import read_entry
from sqlalchemy import text

from registry.audit.actions import record
from registry.audit.queries import head
from registry.core.db.engine import engine_for, sessions_for
from registry.log.queries import entries_of
from registry.oversight.trail import append_head
from tests.cli.running import good, refused
from tests.conftest import Database
from tests.log.entry_schema import SCHEMA
from tests.log.publishing import publish

DAY = date(2026, 11, 25)


@pytest.fixture
def env(database: Database, tmp_path: Path) -> dict[str, str]:
    return {"REGISTRY_HOME": str(tmp_path / "home"), "REGISTRY_DATABASE_URL": database.url}


def write(database: Database, count: int, actor: str = "A. Officer") -> None:
    engine = engine_for(database.url)
    with sessions_for(engine).begin() as session:
        for _ in range(count):
            record(session, "case.read", "7Q9ZEXWXKGDG", on=DAY, actor=actor)
    engine.dispose()


def cut(database: Database) -> None:
    engine = engine_for(database.url)
    with engine.begin() as connection:
        if database.kind == "sqlite":
            connection.execute(text("DROP TRIGGER audit_entries_refuse_delete"))
        else:
            connection.execute(text("DROP TRIGGER audit_entries_refuse_change ON audit_entries"))
        connection.execute(text("DELETE FROM audit_entries"))
        connection.execute(text("UPDATE audit_head SET size = 0, hash = :none"), {"none": bytes(32)})
    engine.dispose()


def test_a_chain_that_was_cut_off_is_found_by_what_the_last_run_saw(
    env: dict[str, str], database: Database, tmp_path: Path
) -> None:
    write(database, 3)
    stated = good("audit", "verify", env=env)
    assert stated.startswith("3 lines follow from one another. Head: 3:")
    head = stated.split()[-1]
    write(database, 2)
    assert good("audit", "verify", "--head", head, env=env).startswith("5 lines")
    lines = good("audit", "export", env=env).splitlines()
    assert len(lines) == 6
    assert json.loads(lines[-1])["head"] == (tmp_path / "home" / "audit-head").read_text().strip()
    cut(database)
    assert "cut off or written anew" in refused("audit", "verify", env=env)
    (tmp_path / "home" / "audit-head").unlink()
    assert f"whose head was {head}" in refused("audit", "verify", "--head", head, env=env)


def test_what_is_no_head_is_refused(env: dict[str, str], tmp_path: Path) -> None:
    assert "64 hex digits" in refused("audit", "verify", "--head", "4711", env=env)
    (tmp_path / "home").mkdir(exist_ok=True)
    (tmp_path / "home" / "audit-head").write_text("rubbish")
    assert "holds no head" in refused("audit", "verify", env=env)


def state(database: Database, days: int) -> bool:
    """What the worker does, so many days after the first line."""
    engine = engine_for(database.url)
    with sessions_for(engine).begin() as session:
        is_stated = append_head(session, datetime.combine(DAY, time(12), UTC) + timedelta(days=days))
    engine.dispose()
    return is_stated


def test_a_chain_that_was_written_anew_is_found_by_what_the_log_states(env: dict[str, str], database: Database) -> None:
    engine = engine_for(database.url)
    write(database, 3)
    # Nothing is published yet: the log begins with something else.
    assert not state(database, 8)
    publish(sessions_for(engine))
    assert not state(database, 6)
    assert state(database, 8)
    with sessions_for(engine)() as session:
        (entry,) = entries_of(session, "audit/head")
        stated = json.loads(entry.leaf)
        assert (entry.type, stated["record"]) == ("audit.stated", {"sha256": head(session).hash})
        Draft202012Validator(SCHEMA).validate(stated)
        assert read_entry(entry.leaf).key == "audit/head"
    # A week without lines states nothing, and one with lines once.
    assert not state(database, 4000)
    write(database, 2)
    assert (state(database, 4000), state(database, 4000)) == (True, False)
    assert "states 2 of their hashes" in good("audit", "verify", env=env)
    cut(database)
    write(database, 5, "B. Officer")
    (Path(env["REGISTRY_HOME"]) / "audit-head").unlink()
    found = refused("audit", "verify", env=env)
    assert "that entry 1 of the log" in found
    assert "cut off or written anew" in found
    engine.dispose()
