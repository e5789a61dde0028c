"""Operations that steps share: append-only tables, and work on tables in use that does not block those who write."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import sqlalchemy as sa
from alembic import op

REFUSE_CHANGE = (
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
)


def is_postgresql() -> bool:
    """Whether the step runs on PostgreSQL; otherwise it is SQLite."""
    return op.get_bind().dialect.name == "postgresql"


def refuse_changes(*tables: str) -> None:
    """Make tables append-only: the database itself refuses UPDATE and DELETE, from every role."""
    if is_postgresql():
        op.execute(REFUSE_CHANGE)
        for table in tables:
            op.execute(
                f"CREATE TRIGGER {table}_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
        return
    for table in tables:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuse_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def create_index(name: str, table: str, columns: list[str], *, unique: bool = False, where: str | None = None) -> None:
    """Build an index on a table that is in use, without blocking those who write to it.

    On PostgreSQL the index is built CONCURRENTLY, outside a transaction: such a step does nothing else, since what it
    did before would be committed even if the index failed. Repeating it is safe: what an interrupted attempt left
    unusable is removed, an index that is complete stays. `columns` are names of columns; `where` makes the index
    partial.
    """
    condition = None if where is None else sa.text(where)
    if not is_postgresql():
        op.create_index(name, table, columns, unique=unique, sqlite_where=condition)
        return
    with op.get_context().autocommit_block(), _without_lock_timeout():
        _drop_invalid(name)
        op.create_index(
            name,
            table,
            columns,
            unique=unique,
            postgresql_where=condition,
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def drop_index(name: str, table: str) -> None:
    """Drop an index of a table that is in use: CONCURRENTLY on PostgreSQL. Such a step does nothing else."""
    if not is_postgresql():
        op.drop_index(name, table)
        return
    with op.get_context().autocommit_block(), _without_lock_timeout():
        op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)


def replace_words(table: str, column: str, check: str, before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """Let a column of a closed set hold other words: replace its CHECK `ck_<table>_<check>`.

    Nothing of the table is read on PostgreSQL: rows of a narrower set fit a wider one. SQLite cannot change a CHECK, so the table
    is copied. Its triggers would be lost: not for an append-only table.
    """
    if is_postgresql():
        op.drop_constraint(check, table, type_="check")
        op.create_check_constraint(check, table, sa.column(column).in_(after), postgresql_not_valid=True)
        return
    bind = op.get_bind()
    stored = "SELECT sql FROM sqlite_master WHERE tbl_name = :table AND type = :type AND sql IS NOT NULL"
    [made] = bind.execute(sa.text(stored), {"table": table, "type": "table"}).scalars()
    indexes = list(bind.execute(sa.text(stored), {"table": table, "type": "index"}).scalars())
    listed, wanted = (", ".join(f"'{word}'" for word in words) for words in (before, after))
    if made.count(f"IN ({listed})") != 1 or bind.execute(sa.text(stored), {"table": table, "type": "trigger"}).first():
        raise RuntimeError(f"the table {table} is not as this step expects it")
    beside = f"{table}_beside"
    _, _, rest = made.partition("(")
    bind.exec_driver_sql(f'CREATE TABLE "{beside}" (' + rest.replace(f"IN ({listed})", f"IN ({wanted})"))
    bind.exec_driver_sql(f'INSERT INTO "{beside}" SELECT * FROM "{table}"')
    bind.exec_driver_sql(f'DROP TABLE "{table}"')
    bind.exec_driver_sql(f'ALTER TABLE "{beside}" RENAME TO "{table}"')
    for index in indexes:
        bind.exec_driver_sql(index)


def backfill(table: str, statement: str, *, rows: int = 5_000) -> None:
    """Change the rows of a table that is in use, some thousands at a time, so that no row stays locked for long.

    `statement` changes those whose `id` is over `:after` and at most `:last`, and leaves rows alone that are as they
    should be: on PostgreSQL each part is a transaction of its own, and an interrupted step begins anew. Such a step
    does nothing else. SQLite has one writer at a time and does everything in the step's transaction.
    """
    with op.get_context().autocommit_block() if is_postgresql() else nullcontext():
        bind = op.get_bind()
        newest = bind.execute(sa.text(f'SELECT coalesce(max(id), 0) FROM "{table}"')).scalar_one()
        for after in range(0, newest, rows):
            bind.execute(sa.text(statement), {"after": after, "last": after + rows})


@contextmanager
def _without_lock_timeout() -> Iterator[None]:
    # A concurrent build waits for every transaction that began before it, and blocks none meanwhile: a limit would only
    # leave an unusable index behind.
    bind = op.get_bind()
    before = bind.execute(sa.text("SHOW lock_timeout")).scalar_one()
    bind.execute(sa.text("SET lock_timeout = 0"))
    try:
        yield
    finally:
        bind.execute(sa.text("SELECT set_config('lock_timeout', :before, false)"), {"before": before})


def _drop_invalid(name: str) -> None:
    found = sa.text(
        "SELECT NOT indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
        "WHERE relname = :name AND relnamespace = current_schema()::regnamespace"
    )
    if op.get_bind().execute(found, {"name": name}).scalar_one_or_none():
        op.execute(sa.text(f'DROP INDEX CONCURRENTLY "{name}"'))
