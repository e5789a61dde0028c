"""Migrations: up and down on both databases, the head equal to the models, and what the database itself refuses."""

import importlib
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError

import registry
from registry import tables
from registry.cli.database import differences_of
from registry.core.db import revisions
from registry.core.db.engine import engine_for
from registry.core.errors import NotMigrated
from registry.core.settings import Settings
from tests.conftest import Database
from tests.postgres import Server

pytestmark = [pytest.mark.both_databases, pytest.mark.slow]


@pytest.fixture
def engine(database: Database):
    engine = engine_for(database.url)
    yield engine
    engine.dispose()


def test_each_step_has_a_number_of_its_own_that_follows_the_one_before() -> None:
    """Two branches that both add a step give it one number, and merge without a conflict."""
    numbers = sorted(path.name[:4] for path in (revisions.FOLDER / "versions").glob("[0-9]*.py"))
    assert numbers == [f"{number:04}" for number in range(int(revisions.FIRST), int(revisions.head()) + 1)]


def test_a_database_goes_down_to_nothing_and_up_again(database: Database, engine: Engine) -> None:
    revisions.downgrade(database.url, "base")
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    with pytest.raises(NotMigrated):
        revisions.require_current(engine)
    revisions.upgrade(database.url)
    revisions.require_current(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version FROM ground_state")).scalars().all() == [0]
        assert connection.execute(text("SELECT size, next_status_place, is_demo FROM log_state")).one() == (0, 0, False)


def test_the_head_is_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        assert differences_of(connection) == []


def test_the_head_has_the_same_constraints_as_the_models(
    engine: Engine, database: Database, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The comparison above sees no CHECKs, names and defaults: here both are read back from a database."""
    modelled = f"sqlite:///{tmp_path}/modelled.sqlite3"
    if database.kind == "postgresql":
        server: Server = request.getfixturevalue("postgres")
        server.drop("modelled")
        server.run("CREATE DATABASE modelled")
        modelled = server.url("modelled")
    other = engine_for(modelled)
    tables.METADATA.create_all(other)
    try:
        assert described(engine) == described(other)
    finally:
        other.dispose()


def described(engine: Engine) -> dict[str, Any]:
    """What stands in the database, of all tables at once: PostgreSQL takes a moment for each question."""
    seen = inspect(engine)
    columns, keys, unique = (
        seen.get_multi_columns(),
        seen.get_multi_pk_constraint(),
        seen.get_multi_unique_constraints(),
    )
    checks, links, indexes = seen.get_multi_check_constraints(), seen.get_multi_foreign_keys(), seen.get_multi_indexes()
    return {
        table[1]: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], str(column["default"]))
                for column in columns[table]
            },
            "key": keys[table],
            "unique": sorted(unique[table], key=lambda found: found["name"] or ""),
            "checks": sorted((check["name"], check["sqltext"]) for check in checks[table]),
            "links": sorted(links[table], key=lambda found: found["name"] or ""),
            "indexes": sorted((index["name"], index["column_names"], index["unique"]) for index in indexes[table]),
        }
        for table in columns
        if table[1] != "alembic_version"
    }


def test_every_feature_with_tables_is_in_the_metadata() -> None:
    folder = Path(registry.__path__[0])
    found = {
        ".".join(path.relative_to(folder.parent).with_suffix("").parts)
        for path in folder.rglob("*.py")
        if "__tablename__ =" in path.read_text(encoding="utf-8")
    }
    assert found == {model.__name__ for model in tables.MODELS}


ENTRY = (
    "INSERT INTO entries (index, key, type, at, v, leaf) "
    "VALUES (0, 'agency:23456789ABCD', 'agency.registered', 1, 1, :leaf)"
)
RETRIEVAL = (
    "INSERT INTO retrievals (source_id, retrieved_at, is_full, fresh_for_days, digest, counts) "
    "VALUES (1, 1, true, 30, 'd', '{}')"
)


@pytest.mark.parametrize(("table", "column"), [("entries", "at"), ("retrievals", "digest")])
@pytest.mark.parametrize("change", ["UPDATE", "DELETE"])
def test_the_database_refuses_to_change_what_was_entered(engine: Engine, table: str, column: str, change: str) -> None:
    with engine.begin() as connection:
        make_rows(connection)
    statement = f"UPDATE {table} SET {column} = {column}" if change == "UPDATE" else f"DELETE FROM {table}"
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))
    with engine.connect() as connection:
        assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 1


def make_rows(connection: Any) -> None:
    entry = ENTRY if connection.dialect.name == "postgresql" else ENTRY.replace("(index,", '("index",')
    connection.execute(text(entry), {"leaf": b"{}"})
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    connection.execute(
        tables.METADATA.tables["authorities"].insert(),
        {"id": 1, "reference": "zz-labour", "country": "ZZ", "time_zone": "UTC", "names": {"en": "Labour Office"}},
    )
    sources = tables.METADATA.tables["sources"]
    row = {
        "id": 1,
        "reference": "zz-list",
        "authority_id": 1,
        "kinds": [],
        "is_full": True,
        "fresh_for_days": 30,
        "mapping": {},
    }
    # Columns of later revisions that must be filled are yes or no.
    row |= {
        column.name: False
        for column in sources.columns
        if not column.nullable and column.name not in row and column.default is None
    }
    connection.execute(sources.insert(), row)
    connection.execute(text(RETRIEVAL))


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    database: Database, engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    revisions.downgrade(database.url, "base")
    versions = importlib.import_module("alembic.op")

    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("killed here")

    monkeypatch.setattr(versions, "create_index", fail)
    with pytest.raises(RuntimeError):
        revisions.upgrade(database.url)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    monkeypatch.undo()
    revisions.upgrade(database.url)
    revisions.require_current(engine)
