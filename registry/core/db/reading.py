"""Rows by many keys, each looked up by the whole index, whatever the planner knows of the table; and pages of a list.

And the database's clock, which all processes on one database share.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar, cast

import msgspec
from sqlalchemy import BigInteger, BindParameter, ColumnElement, Select, String, any_, bindparam, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session, sessionmaker
from sqlalchemy.sql.selectable import TableValuedAlias

from registry.core.clock import now
from registry.core.db.engine import reading_session
from registry.core.db.prepared import AnySelect, PreparedSelect, ThreadLocalReader

Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])

_CHUNK = 2_000
"""Keys of one statement."""


def is_among(session: Session, column: Any, values: Sequence[int] | Sequence[str]) -> ColumnElement[bool]:
    """Whether a column holds one of many integers or texts, given as one parameter on either database.

    Hundreds of parameters cost more to write, send and plan than the rows to find, and SQLite takes some 30,000 at most.
    """
    if session.get_bind().dialect.name != "postgresql":
        # As rows: the statement is the same however many they are.
        return cast(ColumnElement[bool], column.in_(_each(bindparam(None, _encoded(values), unique=True))))
    kind = ARRAY(String if values and isinstance(values[0], str) else BigInteger)
    return cast(ColumnElement[bool], column == any_(bindparam(None, list(values), kind, unique=True)))


def _each(parameter: BindParameter[Any]) -> Select[Any]:
    return select(func.json_each(parameter).table_valued("value").c.value)


def _encoded(values: Sequence[int] | Sequence[str]) -> str:
    return msgspec.json.encode(values).decode()


Source = Session | ThreadLocalReader
"""Where something is read: a session, in its transaction, or a reader, where each read sees what is committed when it runs."""


class SelectOnce:
    """A select with named parameters that is put together once, for what is read at every question."""

    def __init__(self, statement: AnySelect) -> None:
        self._statement = statement
        self._prepared: dict[str, PreparedSelect] = {}

    def rows(self, source: Source, given: Mapping[str, Any]) -> Sequence[Any]:
        """All of them as tuples. Of a reader the values are as the driver has them: days and instants are not read."""
        if isinstance(source, ThreadLocalReader):
            dialect = source.engine.dialect.name
            prepared = self._prepared.get(dialect)
            if prepared is None:
                prepared = self._prepared[dialect] = source.prepare(self._statement)
            return source.rows(prepared, given)
        source.flush()
        return source.connection().execute(self._statement, given).all()


class _SelectOfMany:
    """A select about many integers, put together once for each kind of database."""

    def __init__(self, by_array: AnySelect, by_rows: AnySelect) -> None:
        self._by_array, self._by_rows = SelectOnce(by_array), SelectOnce(by_rows)

    def rows(self, source: Source, values: Sequence[int]) -> Sequence[Any]:
        """All of them as `SelectOnce` gives them, in no order."""
        bind = source.engine if isinstance(source, ThreadLocalReader) else source.get_bind()
        if bind.dialect.name == "postgresql":
            return self._by_array.rows(source, {"values": values})
        return self._by_rows.rows(source, {"values": _encoded(values)})


class SelectAmong(_SelectOfMany):
    """A select of the rows whose `key` is one of many integers, put together once."""

    def __init__(self, key: Any, statement: AnySelect) -> None:
        is_one = key == any_(bindparam("values", type_=ARRAY(BigInteger)))
        super().__init__(statement.where(is_one), statement.where(key.in_(_each(bindparam("values")))))


class SelectBeside(_SelectOfMany):
    """A select from many integers, which `build` is given as a table with the column `value`, put together once.

    It spares SQLite the sorted list that it makes of those of an IN.
    """

    def __init__(self, build: Callable[[TableValuedAlias], AnySelect]) -> None:
        array = func.unnest(bindparam("values", type_=ARRAY(BigInteger)))
        rows = func.json_each(bindparam("values")).table_valued("value", name="given")
        super().__init__(build(array.table_valued("value", name="given").render_derived()), build(rows))


def rows_by_key(
    session: Session,
    columns: Sequence[InstrumentedAttribute[Any]],
    key: InstrumentedAttribute[str],
    keys: Sequence[str],
    *conditions: ColumnElement[bool],
) -> Iterator[Any]:
    """The `columns` of the rows that have one of these keys and meet the conditions, in no order.

    An import asks for rows of tables that its own transaction is filling. Of these PostgreSQL has no statistics: for a list of
    keys it reads all rows of the source again and again, so that an import costs the square of its size. One lateral
    look-up a key leaves it nothing to guess.
    """
    is_postgresql = session.connection().dialect.name == "postgresql"
    for start in range(0, len(keys), _CHUNK):
        chunk = list(keys[start : start + _CHUNK])
        if not is_postgresql:
            yield from session.execute(select(*columns).where(*conditions, is_among(session, key, chunk)))
            continue
        wanted = (
            func.unnest(bindparam("keys", chunk, ARRAY(String))).table_valued("wanted", name="each").render_derived()
        )
        # OFFSET 0 keeps PostgreSQL from turning the look-ups back into a join.
        found = select(*columns).where(*conditions, key == wanted.c.wanted).offset(0).lateral("found")
        yield from session.execute(select(*found.c).select_from(wanted.join(found, true())))


class Page(NamedTuple):
    """`limit` rows at most, those older than the row with the id `after`; from the newest on where it is None."""

    limit: int
    after: int | None = None


def newest_first(query: Query, row_id: InstrumentedAttribute[int], page: Page | None) -> Query:
    """The query in the order of `row_id`, the newest first: one page of it, or all where there is no page."""
    query = query.order_by(row_id.desc())
    if page is None:
        return query
    if page.after is not None:
        query = query.where(row_id < page.after)
    return query.limit(page.limit)


def database_now(session: Session) -> datetime:
    """The instant by the database's clock: leases that several machines keep go by it. On SQLite this machine's own."""
    return server_now(session) if session.get_bind().dialect.name == "postgresql" else now()


def server_now(session: Session) -> datetime:
    """By PostgreSQL's clock, which goes on within a transaction."""
    # By the connection: what the session holds is not sent to the database for this.
    at: datetime = session.connection().execute(select(func.clock_timestamp())).scalar_one()
    return at


def ask_database_clock(sessions: sessionmaker[Session]) -> datetime:
    """`database_now`, outside of any other transaction."""
    with reading_session(sessions) as session:
        return database_now(session)
