"""Rows by many keys, each looked up by the whole index, whatever the planner knows of the table; and pages of a list."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeVar, cast

import msgspec
from sqlalchemy import BigInteger, BindParameter, ColumnElement, Select, String, any_, bindparam, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])

_CHUNK = 2_000
"""Keys of one statement."""


def is_among(session: Session, column: Any, values: Sequence[int] | Sequence[str]) -> ColumnElement[bool]:
    """Whether a column holds one of many integers or texts, given as one parameter on either database.

    Hundreds of parameters cost more to write, send and plan than the rows to find, and SQLite takes some 30,000 at most.
    """
    if session.get_bind().dialect.name != "postgresql":
        return cast(ColumnElement[bool], column.in_(_each_of(values)))
    kind = ARRAY(String if values and isinstance(values[0], str) else BigInteger)
    return cast(ColumnElement[bool], column == any_(bindparam(None, list(values), kind, unique=True)))


def _each_of(values: Sequence[int] | Sequence[str]) -> Select[Any]:
    """The values as rows, for SQLite: the statement is the same however many they are."""
    return _each(bindparam(None, _encoded(values), unique=True))


def _each(parameter: BindParameter[Any]) -> Select[Any]:
    return select(func.json_each(parameter).table_valued("value").c.value)


def _encoded(values: Sequence[int] | Sequence[str]) -> str:
    return msgspec.json.encode(values).decode()


class SelectAmong:
    """Columns of the rows whose `key` is one of many integers: put together once, for what is read at every question."""

    def __init__(self, key: Any, *columns: Any) -> None:
        rows = select(*columns)
        self._by_array = rows.where(key == any_(bindparam("values", type_=ARRAY(BigInteger))))
        self._by_rows = rows.where(key.in_(_each(bindparam("values"))))

    def rows(self, session: Session, values: Sequence[int]) -> Sequence[Any]:
        """All of them, in no order, as tuples."""
        session.flush()
        connection = session.connection()
        if connection.dialect.name == "postgresql":
            return connection.execute(self._by_array, {"values": values}).all()
        return connection.execute(self._by_rows, {"values": _encoded(values)}).all()


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
