"""Keys and log on the command line, as an operator meets them."""

import json
import shutil
import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from registry.app import create_app
from registry.core.db.engine import engine_for
from registry.core.settings import Settings
from registry.http.transaction import services
from registry.log import note, queries
from registry.log.actions import Draft, append
from registry.worker.scheduler import work
from tests.cli.running import good, refused, run
from tests.conftest import Database


@pytest.fixture
def env(database: Database, tmp_path: Path) -> dict[str, str]:
    return {"REGISTRY_HOME": str(tmp_path / "home"), "REGISTRY_DATABASE_URL": database.url}


def keys_of(env: dict[str, str]) -> list[tuple[str, str, str]]:
    """Use, kid and state of each key, the oldest first."""
    lines = good("keys", "list", env=env).splitlines()
    return [tuple(line.split()[:3]) for line in lines]  # type: ignore[misc]


def kid_of(use: str, env: dict[str, str]) -> str:
    return next(kid for other, kid, state in keys_of(env) if (other, state) == (use, "active"))


def test_keys_are_made_once_and_readable_by_their_owner_alone(env: dict[str, str], tmp_path: Path) -> None:
    good("db", "upgrade", env=env)
    made = keys_of(env)
    assert [use for use, _, _ in made] == ["root", "log", "credential", "status", "receipt"]
    assert good("keys", "init", env=env) == "nothing to make: see `registry keys list`\n"
    assert keys_of(env) == made
    secrets = list((tmp_path / "home" / "keys").glob("*.pem"))
    assert len(secrets) == 5
    assert all(path.stat().st_mode & 0o077 == 0 for path in secrets)


def test_the_life_of_a_log(env: dict[str, str], tmp_path: Path) -> None:
    good("demo", "load", env=env)
    assert "1 signed heads: all agree" in good("log", "verify", env=env)
    former = kid_of("log", env)
    good("keys", "rotate", "log", env=env)
    folder = tmp_path / "mirror"
    good("export-static", str(folder), env=env)
    raw = (folder / "log" / "checkpoint").read_text()
    keys = [note.read_vkey(line) for line in (folder / "log" / "vkey").read_text().splitlines()]
    # While a key is rotated both sign, so that a verifier that knows one of them goes on verifying.
    assert all(note.verify_checkpoint(raw, [key]).size for key in keys)
    assert len(keys) == 2
    good("keys", "retire", former, env=env)
    assert "has it already" in refused("keys", "retire", former, env=env)
    assert "is the only active log key" in refused("keys", "retire", kid_of("log", env), env=env)
    status = kid_of("status", env)
    before = keys_of(env)
    assert "must be from -1" in refused("keys", "compromise", status, "--last-good-index", "999999", env=env)
    # What is refused has made no key either.
    assert keys_of(env) == before
    good("keys", "compromise", status, "--last-good-index", "5", env=env)
    assert ("status", status, "compromised") in keys_of(env)
    assert kid_of("status", env) != status
    assert "all agree" in good("log", "verify", env=env)
    assert "there is nothing to recover from" in refused("log", "recover", "--yes", env=env)
    final = good("close", "--yes", env=env)
    assert "is closed with" in final
    assert good("close", "--yes", env=env) == final
    assert "nothing more can be published here" in refused("keys", "rotate", "receipt", env=env)
    good("export-static", str(folder), env=env)
    assert (folder / "log" / "checkpoint").read_text() in final
    trust = json.loads((folder / ".well-known" / "registry-trust.json").read_text())
    assert trust["origin"] == "127.0.0.1:8000/demo-log"
    assert "all agree" in good("log", "verify", env=env)


def test_the_root_may_lie_off_line(env: dict[str, str], tmp_path: Path) -> None:
    good("db", "upgrade", env=env)
    root = next((tmp_path / "home" / "keys").glob("root-*.pem"))
    away = tmp_path / "medium.pem"
    shutil.move(root, away)
    assert "name its file with --root" in refused("keys", "rotate", "credential", env=env)
    good("keys", "rotate", "credential", "--root", str(away), env=env)
    away.chmod(0o644)
    assert "may be read by others" in refused("keys", "rotate", "credential", "--root", str(away), env=env)
    away.chmod(0o600)
    other = next((tmp_path / "home" / "keys").glob("receipt-*.pem"))
    assert "holds another key" in refused("keys", "rotate", "credential", "--root", str(other), env=env)


def test_a_stolen_root_is_replaced_with_all_that_stands_under_it(env: dict[str, str], tmp_path: Path) -> None:
    good("demo", "load", env=env)
    (tmp_path / "bundle").write_text(_bundle(env))
    good("export-static", str(tmp_path / "before"), env=env)
    root = kid_of("root", env)
    assert "it is not retired" in refused("keys", "retire", root, env=env)
    before = keys_of(env)
    stated = good("keys", "compromise", root, "--last-good-index", "151", env=env)
    assert "Hand out the new trust file" in stated
    assert [(use, state) for use, kid, state in keys_of(env) if (use, kid, state) not in before] == [
        ("root", "compromised"),
        ("credential", "retired"),
        ("status", "retired"),
        ("receipt", "retired"),
        ("root", "active"),
        ("credential", "active"),
        ("status", "active"),
        ("receipt", "active"),
    ]
    assert "all agree" in good("log", "verify", env=env)
    good("export-static", str(tmp_path / "after"), env=env)
    (tmp_path / "new").write_text(_bundle(env))
    old, new = (str(tmp_path / name / ".well-known" / "registry-trust.json") for name in ("before", "after"))
    offline = {
        (name, trust): run("verify-offline", str(tmp_path / name), "--trust", trust, env=env).stdout
        for name in ("bundle", "new")
        for trust in (old, new)
    }
    assert "issued        good" in offline["bundle", old]
    assert "issued        good" in offline["new", new]
    assert "issued        BAD" in offline["bundle", new]
    assert "issued        BAD" in offline["new", old]
    # The new root certifies as the former did.
    good("keys", "rotate", "credential", env=env)
    assert "all agree" in good("log", "verify", env=env)


def _bundle(env: dict[str, str]) -> str:
    """The bundle of one licence in force, as a server gives it."""
    app = create_app(Settings.from_environment({"PORT": "8000", **env}))
    try:
        requested = {"licence_number": "INV/2001", "destination": "IT"}
        found = app.test_client().get("/api/v1/verify", query_string=requested).json
        return app.test_client().get(f"/api/v1/licences/{found['licence']['licence_id']}/bundle").text
    finally:
        services(app).engine.dispose()


def test_a_restored_backup_goes_on_under_another_name(env: dict[str, str], database: Database) -> None:
    good("demo", "load", env=env)
    before = _dump(database)
    good("keys", "rotate", "receipt", env=env)
    _restore(database, before)
    assert "the database is an older copy" in refused("log", "verify", env=env)
    assert "not those that were signed" in run("keys", "rotate", "receipt", env=env).stderr
    assert "not those that were signed last" in refused("log", "verify", env=env)
    good("log", "recover", "--yes", env=env)
    assert "127.0.0.1:8000/demo-log-2" in good("demo", "check", env=env)
    assert "all agree" in good("log", "verify", env=env)
    good("keys", "rotate", "receipt", env=env)
    assert "all agree" in good("log", "verify", env=env)


def test_a_database_made_anew_does_not_take_the_old_name(env: dict[str, str], database: Database) -> None:
    good("demo", "load", env=env)
    good("db", "downgrade", "base", "--yes", env=env)
    good("db", "upgrade", env=env)
    assert "a head of 152 entries was signed" in run("demo", "load", env=env).stderr
    good("log", "recover", "--yes", env=env)
    assert "127.0.0.1:8000/demo-log-2" in good("demo", "check", env=env)
    assert "all agree" in good("log", "verify", env=env)


_TABLES = ("entries", "log_tiles", "checkpoints", "log_state")


def _dump(database: Database) -> dict[str, list[tuple[object, ...]]]:
    engine = engine_for(database.url)
    with engine.connect() as connection:
        found = {table: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))] for table in _TABLES}
    engine.dispose()
    return found


def _restore(database: Database, rows: dict[str, list[tuple[object, ...]]]) -> None:
    """The log's tables as they were, as a database that was put back from a backup has them."""
    engine = engine_for(database.url)
    with engine.begin() as connection:
        if database.kind == "sqlite":
            connection.execute(text("DROP TRIGGER entries_refuse_delete"))
        else:
            connection.execute(text("DROP TRIGGER entries_refuse_change ON entries"))
        for table in _TABLES:
            connection.execute(text(f"DELETE FROM {table}"))
            for row in rows[table]:
                places = ", ".join(f":p{place}" for place in range(len(row)))
                connection.execute(
                    text(f"INSERT INTO {table} VALUES ({places})"),
                    {f"p{place}": part for place, part in enumerate(row)},
                )
    engine.dispose()


def test_a_log_key_that_is_compromised_signs_no_more(env: dict[str, str], tmp_path: Path) -> None:
    good("demo", "load", env=env)
    lost = kid_of("log", env)
    good("keys", "compromise", lost, "--last-good-index", "100", env=env)
    good("export-static", str(tmp_path / "out"), env=env)
    raw = (tmp_path / "out" / "log" / "checkpoint").read_text()
    keys = (tmp_path / "out" / "log" / "vkey").read_text().splitlines()
    assert len(keys) == 1
    assert len(note.read_note(raw).signatures) == 1
    assert note.verify_checkpoint(raw, [note.read_vkey(keys[0])]).size > 100


def test_a_witness_prints_its_key(tmp_path: Path) -> None:
    given = [
        good("witness", "--folder", str(tmp_path / "w"), "--name", "witness.example/w", "--print-key", env={})
        for _ in range(2)
    ]
    assert given[0] == given[1]
    assert note.read_vkey(given[0].strip()).kind == note.COSIGNATURE
    wrong = run("witness", "--folder", str(tmp_path / "w"), "--name", "w", "--log", "nonsense", env={})
    assert (wrong.exit_code, wrong.stderr.startswith("registry: --log: ")) == (2, True)


def test_a_worker_signs_what_others_left_unsigned(settings: Settings, session: Session) -> None:
    append(session, [Draft("agency/ABCDEFGHJKMN", "agency.registered", {})])
    session.commit()
    sessions = sessionmaker(session.get_bind())
    work(settings, sessions, threading.Event(), is_once=True)
    session.expire_all()
    # The entry, what every log begins with, the first epoch of range files, which the same round wrote before, and the
    # first snapshot of the dataset, which it wrote after.
    assert queries.head(session).size == 9
    # What it may not sign it tells, and goes on with the rest.
    (settings.home / "log" / "last-signed").write_text("nonsense")
    append(session, [Draft("agency/BCDEFGHJKMNP", "agency.registered", {})])
    session.commit()
    work(settings, sessions, threading.Event(), is_once=True)
    session.expire_all()
    assert queries.head(session).size == 9
