"""Which revisions this version works on, and what it says of the others."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import Engine, inspect, text

from registry.cli import main
from registry.core.db import revisions
from registry.core.db.engine import engine_for
from registry.core.errors import NotMigrated
from tests.conftest import Database
from tests.migrations.chain import Chain

FORMER = (
    "the database is at revision 0033 of the numbering from before the first release, which this version cannot take over: "
    "keep a copy if it is needed, set REGISTRY_HOME to a new folder (and REGISTRY_DATABASE_URL, where it is set, to an empty "
    "database), run `registry db upgrade` and import the lists again"
)


@pytest.fixture
def engine(database: Database) -> Iterator[Engine]:
    engine = engine_for(database.url)
    yield engine
    engine.dispose()


def set_revision(engine: Engine, revision: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def test_a_database_of_the_former_numbering_is_refused_with_what_to_do(engine: Engine, database: Database) -> None:
    set_revision(engine, "0033")
    tables = inspect(engine).get_table_names()
    for attempt in (
        lambda: revisions.require_current(engine),
        lambda: revisions.upgrade(database.url),
        lambda: revisions.upgrade(database.url, "0102"),
        lambda: revisions.downgrade(database.url, "base"),
    ):
        with pytest.raises(NotMigrated) as refused:
            attempt()
        assert refused.value.text == FORMER
    assert inspect(engine).get_table_names() == tables


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize(
    "command",
    ["db upgrade", "db current", "db check", "db downgrade base --yes", "serve", "worker", "worker --once", "reindex"],
)
def test_each_command_refuses_it_in_one_line(
    engine: Engine, database: Database, command: str, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    set_revision(engine, "0033")
    monkeypatch.setenv("REGISTRY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database.url)
    result = CliRunner().invoke(main, command.split())
    assert (result.exit_code, result.stderr, result.stdout) == (2, f"registry: {FORMER}\n", "")


def test_the_last_of_the_former_numbers_is_refused_too(engine: Engine, database: Database) -> None:
    set_revision(engine, "0050")
    with pytest.raises(NotMigrated, match="from before the first release"):
        revisions.upgrade(database.url)


def test_a_database_of_another_program_is_left_alone(engine: Engine, database: Database) -> None:
    set_revision(engine, "ae1027a6acf")
    with pytest.raises(NotMigrated, match="revision ae1027a6acf, which is none of the registry's"):
        revisions.upgrade(database.url)
    with pytest.raises(NotMigrated, match="none of the registry's"):
        revisions.require_current(engine)


def test_a_database_of_an_earlier_revision_is_to_be_upgraded(engine: Engine, database: Database) -> None:
    revisions.downgrade(database.url, "-1")
    with pytest.raises(NotMigrated, match=f"this version needs {revisions.head()}: run `registry db upgrade`"):
        revisions.require_current(engine)


def test_a_database_of_a_later_version_is_served(engine: Engine, database: Database, client: FlaskClient) -> None:
    """The former version goes on while the steps of the next one have been done already."""
    set_revision(engine, "0999")
    revisions.require_current(engine)
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json["migrations"] == {"current": "0999", "head": revisions.head()}


def test_a_database_of_a_later_version_is_not_moved(engine: Engine, database: Database) -> None:
    set_revision(engine, "0999")
    revisions.upgrade(database.url)
    with pytest.raises(NotMigrated, match="this version knows no revision 0999"):
        revisions.downgrade(database.url, "-1")
    with engine.connect() as connection:
        assert revisions.current(connection) == "0999"


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_commands_say_that_a_database_is_of_a_later_version(
    engine: Engine, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    set_revision(engine, "0999")
    monkeypatch.setenv("REGISTRY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database.url)
    stated = f"The database is at revision 0999, of a later version; this one knows {revisions.head()}.\n"
    assert CliRunner().invoke(main, ["db", "upgrade"]).stdout == stated
    assert CliRunner().invoke(main, ["db", "current"]).stdout == stated
    check = CliRunner().invoke(main, ["db", "check"])
    assert (check.exit_code, check.stderr) == (
        2,
        "registry: the database is at revision 0999, of a later version: check it with that version\n",
    )


def test_an_unknown_revision_is_refused(database: Database) -> None:
    with pytest.raises(NotMigrated, match="no revision 0033: the oldest is 0101, the newest "):
        revisions.upgrade(database.url, "0033")
    with pytest.raises(NotMigrated, match="no revision yesterday"):
        revisions.downgrade(database.url, "yesterday")


def test_steps_are_taken_to_any_revision_and_back(chain: Chain, engine: Engine, database: Database) -> None:
    numbers = [
        chain.add(f'op.create_table("areas_{n}", columns.own_id())', f'op.drop_table("areas_{n}")') for n in (1, 2, 3)
    ]

    def there() -> list[str]:
        return sorted(name for name in inspect(engine).get_table_names() if name.startswith("areas_"))

    revisions.upgrade(database.url, numbers[1])
    assert there() == ["areas_1", "areas_2"]
    revisions.upgrade(database.url, numbers[0])
    assert there() == ["areas_1", "areas_2"]
    revisions.upgrade(database.url)
    revisions.downgrade(database.url, "-2")
    assert there() == ["areas_1"]
    revisions.downgrade(database.url, numbers[2])
    assert there() == ["areas_1"]
