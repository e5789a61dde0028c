"""The audit on the command line, as an operator meets it."""

import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from registry.audit.actions import record
from registry.core.db.engine import engine_for, sessions_for
from tests.cli.running import good, refused
from tests.conftest import Database

DAY = date(2026, 11, 25)


@pytest.fixture
def env(database: Database, tmp_path: Path) -> dict[str, str]:
    return {"REGISTRY_HOME": str(tmp_path / "home"), "REGISTRY_DATABASE_URL": database.url}


def write(database: Database, count: int) -> None:
    engine = engine_for(database.url)
    with sessions_for(engine).begin() as session:
        for _ in range(count):
            record(session, "case.read", "7Q9ZEXWXKGDG", on=DAY, actor="A. Officer")
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
