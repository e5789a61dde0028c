"""Reading by key as cheaply as the driver can: one connection held per thread, statements compiled once.

A look-up takes 9 microseconds so, 176 by a connection of SQLAlchemy Core and 257 by a session, of a verify request of 300
(docs/decisions/0165). What goes this way needs no common state of several reads: each sees what is committed when it runs, so
a sanction is in the next answer. A search by name makes several (docs/decisions/0223).
"""

import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Engine, Select, String, any_, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler

AnySelect = Select[*tuple[Any, ...]]
AnyColumn = InstrumentedAttribute[Any]

_NUMBERED: Any = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
"""Writes a statement as PostgreSQL prepares it, its parameters as $1, $2 and so on."""


class PreparedSelect:
    """A select with named parameters, compiled for one database. Values pass as the driver takes them: text and integers."""

    def __init__(self, statement: AnySelect, engine: Engine) -> None:
        compiled = statement.compile(engine)
        assert isinstance(compiled, SQLCompiler)
        self.statement = statement
        self.sql = compiled.string
        self.order: list[str] | None = compiled.positiontup
        self.defaults: Mapping[str, Any] = compiled.params
        if has_arrays(engine):
            numbered = statement.compile(dialect=_NUMBERED)
            assert isinstance(numbered, SQLCompiler)
            self.numbered_sql = numbered.string.encode()
            self.numbered_order: list[str] = numbered.positiontup or []

    def values(self, given: Mapping[str, Any]) -> Any:
        if self.order is not None:
            return [given[name] if name in given else self.defaults[name] for name in self.order]
        return {**self.defaults, **given}


class PreparedArraySelect(PreparedSelect):
    """A select about the values of a list, compiled for one database: an array on PostgreSQL, on SQLite `size` parameters."""

    def __init__(
        self, statement: Callable[[Callable[[AnyColumn], ColumnElement[bool]]], AnySelect], engine: Engine, size: int
    ):
        names = [f"value_{place}" for place in range(size)]

        def is_listed(column: AnyColumn) -> ColumnElement[bool]:
            if has_arrays(engine):
                return column == any_(bindparam("values", type_=ARRAY(String)))
            return column.in_([bindparam(name) for name in names])

        super().__init__(statement(is_listed), engine)
        order = self.order or []
        first = order.index(names[0]) if order else 0
        assert not order or order[first : first + size] == names
        self._before, self._after = order[:first], order[first + size :]

    def values(self, given: Mapping[str, Any]) -> Any:
        """`given` holds the list as `values`: `size` of them where they are parameters."""
        if self.order is None:
            return super().values(given)
        others = {**self.defaults, **given}
        return (*[others[name] for name in self._before], *given["values"], *[others[name] for name in self._after])


def has_arrays(engine: Engine) -> bool:
    """Whether a list is one parameter, of any length."""
    return engine.dialect.name == "postgresql"


class Held(Protocol):
    """A connection that is held for reading."""

    def rows(self, prepared: PreparedSelect, given: Mapping[str, Any]) -> list[Any]: ...


class OnCursor:
    """Runs selects by the cursor of a connection: on SQLite, and through a pooler, which keeps nothing prepared."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def rows(self, prepared: PreparedSelect, given: Mapping[str, Any]) -> list[Any]:
        self._cursor.execute(prepared.sql, prepared.values(given))
        found: list[Any] = self._cursor.fetchall()
        return found


class ThreadLocalReader:
    """Runs prepared selects on this thread's own connection, in autocommit."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine.execution_options(isolation_level="AUTOCOMMIT", registry_reading=True)
        self._local = threading.local()
        self._generation = 0

    def renew(self) -> None:
        """Let each thread read on a new connection from its next read on: the address leads to another server now."""
        self._generation += 1

    def prepare(self, statement: AnySelect) -> PreparedSelect:
        return PreparedSelect(statement, self.engine)

    def rows(self, prepared: PreparedSelect, given: Mapping[str, Any]) -> list[Any]:
        """All rows. A connection that broke is let go and the read is tried once more on a new one, whose error stands."""
        held: Held | None = getattr(self._local, "held", None)
        if held is not None and self._local.generation != self._generation:
            self.let_go()
        elif held is not None:
            try:
                return held.rows(prepared, given)
            except self._driver_error:
                self.let_go()
        connection = self.engine.connect()
        try:
            found = [tuple(row) for row in connection.exec_driver_sql(prepared.sql, self._parameters(prepared, given))]
            # SQLite's transaction begins by hand (engine.py); left open, this thread would see what stood now for ever.
            connection.commit()
        except BaseException:
            connection.close()
            raise
        self._hold(connection)
        return found

    def let_go(self) -> None:
        """Close this thread's connection; the next read opens another."""
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            self._local.held = self._local.connection = None
            connection.invalidate()
            connection.close()

    @property
    def _driver_error(self) -> type[Exception]:
        error: type[Exception] = self.engine.dialect.loaded_dbapi.Error
        return error

    @staticmethod
    def _parameters(prepared: PreparedSelect, given: Mapping[str, Any]) -> Any:
        values = prepared.values(given)
        return tuple(values) if isinstance(values, list) else values

    def _hold(self, connection: Connection) -> None:
        raw = connection.connection.driver_connection
        assert raw is not None
        self._local.connection, self._local.generation = connection, self._generation
        if not has_arrays(self.engine):
            self._local.held = OnCursor(raw.cursor())
        elif raw.prepare_threshold is None:
            # Bytes as they are: as text the server would spell them out, two letters each.
            self._local.held = OnCursor(raw.cursor(binary=True))
        else:
            # Imported here: who has SQLite alone loads no driver of PostgreSQL.
            from registry.core.db.prepared_on_server import PreparedOnServer

            self._local.held = PreparedOnServer(raw)
