"""A chain with invented steps behind the real ones, and the rows before and after a step."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, MetaData, Table, inspect, make_url, select

from registry.core.db import revisions
from registry.core.db.engine import engine_for
from tests.conftest import Database
from tests.kept_connections import KEPT
from tests.postgres import copy_database

STEP = '''"""{revision}"""

import sqlalchemy as sa
from alembic import op

from migrations import columns, steps

revision = "{revision}"
down_revision = "{before}"


def upgrade() -> None:
{upgrade}


def downgrade() -> None:
{downgrade}
'''


class Chain:
    """A copy of the migrations in a folder of the test's own."""

    def __init__(self, folder: Path) -> None:
        shutil.copytree(revisions.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
        self._folder = folder

    def add(self, upgrade: str, downgrade: str = "pass") -> str:
        """Add a step with these bodies; returns its revision, which is now the head."""
        before = revisions.head_of(self._folder)
        revision = f"{int(before) + 1:04}"
        bodies = {"upgrade": indent(dedent(upgrade), "    "), "downgrade": indent(dedent(downgrade), "    ")}
        text = STEP.format(revision=revision, before=before, **bodies)
        (self._folder / "versions" / f"{revision}_invented.py").write_text(text, encoding="utf-8")
        return revision


class Step:
    """One step on a test's database: at first the database is as before it."""

    def __init__(self, database: Database, revision: str) -> None:
        self._url = database.url
        self._revision = revision
        # A test's database is at the last step already, or at the one before an invented step.
        revisions.upgrade(self._url, revision)
        _go_back(database, revision)
        self.undo()

    def run(self) -> None:
        revisions.upgrade(self._url, self._revision)

    def undo(self) -> None:
        revisions.downgrade(self._url, "-1")

    def insert(self, table: str, *rows: Mapping[str, Any]) -> None:
        """Insert rows by the columns that the table has at this revision. Values are in stored form."""
        with self._connection() as connection:
            connection.execute(_table(connection, table).insert(), list(rows))

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table as it is at this revision, in the order of their keys."""
        with self._connection() as connection:
            seen = _table(connection, table)
            return [dict(row) for row in connection.execute(select(seen).order_by(*seen.primary_key)).mappings()]

    def indexes(self, table: str) -> set[str | None]:
        """The names of a table's indexes at this revision."""
        with self._connection() as connection:
            return {one["name"] for one in inspect(connection).get_indexes(table)}

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        engine: Engine = engine_for(self._url)
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()


PLACES = 10
"""Every so many steps a database is kept, from which tests of the steps below begin: to walk back from the last step each time
took a minute of them all."""

_kept: dict[tuple[str, str], bytes] = {}
"""By server and revision, the contents of a file of SQLite. PostgreSQL keeps its own."""


def _go_back(database: Database, revision: str) -> None:
    """Take a database from the last step to `revision`, from the nearest of the kept places above it."""
    url, last = make_url(database.url), int(revisions.head())
    server = str(url.query.get("host", "sqlite"))
    places = [f"{number:04}" for number in range((last - 1) // PLACES * PLACES, int(revision) - 1, -PLACES)]
    known = [place for place in places if (server, place) in _kept]
    if known:
        _restore(url, known[-1], _kept[server, known[-1]])
    for place in places[len(known) :]:
        revisions.downgrade(database.url, place)
        _kept[server, place] = _keep(url, place)
    revisions.downgrade(database.url, revision)


def _keep(url: URL, place: str) -> bytes:
    if url.get_backend_name() == "sqlite":
        return Path(str(url.database)).read_bytes()
    copy_database(str(url.query["host"]), _dsn(url), str(url.database), f"at_{place}")
    return b""


def _restore(url: URL, place: str, content: bytes) -> None:
    if url.get_backend_name() == "sqlite":
        Path(str(url.database)).write_bytes(content)
        return
    KEPT.close_idle(str(url.query["host"]), str(url.database))
    with psycopg.connect(_dsn(url), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{url.database}" WITH (FORCE)'.encode())
    copy_database(str(url.query["host"]), _dsn(url), f"at_{place}", str(url.database))


def _dsn(url: URL) -> str:
    return f"host={url.query['host']} user={url.username} dbname=postgres"


def _table(connection: Connection, name: str) -> Table:
    return Table(name, MetaData(), autoload_with=connection, resolve_fks=False)


def tables_of(database: Database) -> set[str]:
    engine = engine_for(database.url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()
