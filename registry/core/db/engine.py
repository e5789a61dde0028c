"""Engine, sessions and column types. The only file that knows which database serves us."""

import datetime as dt
import enum
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy import create_engine  # by its own name: tests put theirs in its place (tests/engines.py)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

if TYPE_CHECKING:
    from registry.core.db.patience import Watchman

OLDEST_POSTGRESQL = 15

POOL_PATIENCE = 5.0
"""Seconds that a thread waits for a free connection."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A counter that may pass two thousand million; SQLite's own integers already do."""

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMING)


class Instant(sa.TypeDecorator[dt.datetime]):
    """An instant as whole microseconds since 1970 UTC: the same bytes, order and precision on both databases."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Any) -> int | None:
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, dialect: Any) -> dt.datetime | None:
        return None if value is None else EPOCH + dt.timedelta(microseconds=value)


def microseconds(instant: dt.datetime) -> int:
    return (instant - EPOCH) // dt.timedelta(microseconds=1)


def one_of(words: type[enum.StrEnum], name: str | None = None) -> sa.Enum:
    """A column of a closed set: its words as text, held by a CHECK. `name` where a table has two of the same set."""
    return sa.Enum(
        words,
        native_enum=False,
        create_constraint=True,
        length=48,
        name=name or words.__name__.lower(),
        values_callable=lambda kinds: [kind.value for kind in kinds],
    )


def Text(length: int) -> sa.String:  # noqa: N802 - reads as a column type
    """Text compared byte by byte on both databases: PostgreSQL would otherwise order by its locale."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


class NumberedRow(Base):
    """A row with a number of its own, which is its first column."""

    __abstract__ = True
    # A class's own columns are at 0; those of abstract rows stand before them, in this order.
    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-3)


class ReferencedRow(NumberedRow):
    """A row that is named by a public reference too."""

    __abstract__ = True
    reference: Mapped[str] = mapped_column(Text(12), unique=True, sort_order=-2)


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds. `statement` is 0 for no limit: imports, workers and migrations take what they need.

    `lock` is how long a statement waits for another transaction, `idle` how long a transaction may do nothing, `connect` how
    long a server may take to say hello.
    """

    statement: float = 0.0
    lock: float = 0.0
    idle: float = 300.0
    connect: float = 10.0

    AT_POOLER: ClassVar[str] = "-c timezone=UTC"
    """What a pooler takes at the beginning of a connection, for it keeps track of it."""

    def options(self) -> str:
        """As PostgreSQL's `options` parameter has them."""
        return " ".join([self.AT_POOLER, *(f"-c {name}={value}" for name, value in self._stated())])

    def statement_of_transaction(self) -> str:
        """A statement that holds the present transaction to them."""
        stated = [f"set_config('{name}', '{value}', true)" for name, value in self._stated()]
        return f"SELECT {', '.join(stated) or '1'}"

    def _stated(self) -> list[tuple[str, int]]:
        stated = {
            "statement_timeout": round(self.statement * 1000),
            "lock_timeout": round(self.lock * 1000),
            "idle_in_transaction_session_timeout": round(self.idle * 1000),
        }
        return [(name, value) for name, value in stated.items() if value]


class CountingPool(sa.QueuePool):
    """A pool that tells how many seconds a thread waited because all connections were in use."""

    def __init__(self, creator: Any, pool_size: int = 5, max_overflow: int = 10, **options: Any) -> None:
        super().__init__(creator, pool_size, max_overflow, **options)
        self.maximum = pool_size + max_overflow
        self.note_wait: Callable[[float], None] = lambda _seconds: None

    def connect(self) -> sa.PoolProxiedConnection:
        if self.checkedout() < self.maximum:
            return super().connect()
        began = monotonic()
        try:
            return super().connect()
        finally:
            self.note_wait(monotonic() - began)

    def recreate(self) -> "CountingPool":
        made = super().recreate()
        assert isinstance(made, CountingPool)
        made.note_wait = self.note_wait
        return made


def engine_for(url: str, *, timeout: float = 10.0, limits: Limits | None = None, connections: int = 18) -> sa.Engine:
    """An engine with the settings durability asks for. `url` as in REGISTRY_DATABASE_URL.

    `timeout`: seconds that SQLite waits for a lock, and a connection to PostgreSQL for its beginning. `limits` count on
    PostgreSQL; what `options` in the address says counts more. At most `connections` are open at a time.
    """
    if url.startswith("sqlite"):
        to_driver = {"timeout": timeout, "check_same_thread": False}
        engine = create_engine(url, connect_args=to_driver, poolclass=CountingPool, pool_size=8, hide_parameters=True)
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    from registry.core.db.patience import Opener

    limits = limits or Limits(connect=timeout)
    parsed = sa.make_url(url)
    own = parsed.query.get("options", "")
    # Later options count.
    stated = f"{limits.options()} {' '.join([own] if isinstance(own, str) else own)}".strip()
    opener = Opener(parsed.update_query_dict({"options": stated}), limits)
    engine = create_engine(
        parsed,
        creator=opener,
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        poolclass=CountingPool,
        pool_size=min(8, connections),
        max_overflow=connections - min(8, connections),
        pool_timeout=POOL_PATIENCE,
        # Bound values are questions and accounts: they must not stand in an error's text.
        hide_parameters=True,
    )

    @sa.event.listens_for(engine, "connect")
    def note_pooler(_connection: Any, record: Any) -> None:
        record.info[POOLED] = opener.is_pooled

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        if opener.is_pooled and connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql(limits.statement_of_transaction())

    if opener.watchman is not None:
        _WATCHMEN[engine] = opener.watchman
    return engine


def count_waits(engine: sa.Engine, note: Callable[[float], None]) -> None:
    """Have `note` called with the seconds that a thread waited because all connections were in use."""
    assert isinstance(engine.pool, CountingPool)
    engine.pool.note_wait = note


@contextmanager
def open_engine(url: str) -> Iterator[sa.Engine]:
    """An engine for as long as the block lasts."""
    engine = engine_for(url)
    try:
        yield engine
    finally:
        engine.dispose()


_WATCHMEN: "WeakKeyDictionary[sa.Engine, Watchman]" = WeakKeyDictionary()


def note_answer(engine: sa.Engine) -> None:
    """Its server answered somebody else just now, so it is asked again at once though it was silent a moment ago."""
    if engine in _WATCHMEN:
        _WATCHMEN[engine].note_answer()


POOLED = "registry_pooled"
"""Of a connection's `info`: whether a pooler stands between, so that nothing outlasts a transaction."""


_PAGE_BYTES = 8192
"""Of a page of a SQLite database that is made anew; one that is there keeps the size of its own."""

_CACHE_KIB, _WIDE_CACHE_KIB = 65536, 524288

# Deleted bytes are overwritten: what was erased shall not lie in the free pages of the file.
_PRAGMAS = (
    f"page_size={_PAGE_BYTES}",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    f"cache_size=-{_CACHE_KIB}",
    "mmap_size=1073741824",
    "secure_delete=ON",
)


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transaction handling begins late and lets DDL slip out: ours begins by hand, below.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    options = connection.get_execution_options()
    if options.get("registry_bulk"):
        # It counts for transactions that begin later.
        connection.exec_driver_sql("PRAGMA temp_store=MEMORY")
    # IMMEDIATE for writers: two that upgraded from a read would otherwise fail instead of waiting. Readers say so.
    connection.exec_driver_sql("BEGIN" if options.get("registry_reading") else "BEGIN IMMEDIATE")


def sessions_for(engine: sa.Engine) -> sessionmaker[Session]:
    """Sessions that write: each begins its own transaction and is committed by an edge or a command."""
    return sessionmaker(engine, expire_on_commit=False)


def reading_sessions_for(engine: sa.Engine) -> sessionmaker[Session]:
    """Sessions that only read and never wait for a writer."""
    return sessionmaker(read_only(engine), expire_on_commit=False)


def read_only(engine: sa.Engine) -> sa.Engine:
    """The same engine for connections that only read: on SQLite the others wait until no one writes."""
    return engine.execution_options(registry_reading=True)


def reading_session(sessions: sessionmaker[Session]) -> Session:
    """A session that only reads and makes no writer wait, of a factory whose sessions may write."""
    session = sessions()
    session.connection(execution_options={"registry_reading": True})
    return session


def bulk_insert(session: Session, model: type[Base], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert many rows in the session's transaction by the fastest way: executemany on SQLite, COPY on PostgreSQL.

    Values are in stored form: days as ISO text, instants as `microseconds`, JSON as text. Columns left out take their
    default.
    """
    if not rows:
        return
    session.flush()
    connection = session.connection()
    names = ", ".join(f'"{column}"' for column in columns)
    table = model.__tablename__
    if connection.dialect.name == "sqlite":
        together = _TOGETHER if connection.get_execution_options().get("registry_bulk") else 1
        _insert_into_sqlite(connection, f'INSERT INTO "{table}" ({names}) VALUES', rows, together)
        return
    raw = connection.connection.driver_connection
    assert raw is not None
    with raw.cursor() as cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


_TOGETHER = 50
"""Rows of one statement on SQLite in a `bulk_transaction`: to begin and end one takes as long as a short row."""


def _insert_into_sqlite(connection: sa.Connection, insert: str, rows: Sequence[tuple[Any, ...]], together: int) -> None:
    """Insert rows by as few runs of two statements as can be: one of `together` rows, and one of a single row for the rest."""
    places = f"({', '.join('?' * len(rows[0]))})"
    whole = len(rows) - len(rows) % together
    groups = [tuple(chain.from_iterable(rows[start : start + together])) for start in range(0, whole, together)]
    if groups:
        connection.exec_driver_sql(f"{insert} {', '.join([places] * together)}", groups)
    if whole < len(rows):
        connection.exec_driver_sql(f"{insert} {places}", list(rows[whole:]))


def insert_missing(
    session: Session, model: type[Base], columns: Sequence[str], rows: sa.Select[*tuple[Any, ...]]
) -> None:
    """Insert the rows of a select, but those that are there already."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    # SQLite would read the conflict clause as a join's unless the select has a WHERE.
    session.execute(insert(model).from_select(columns, rows.where(sa.true())).on_conflict_do_nothing())


def insert_new(session: Session, model: type[Base], **values: Any) -> bool:
    """Insert a row unless one with a key of it is there already. Gives whether it was new; the caller's transaction goes on."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    key = sa.inspect(model).primary_key
    return session.execute(insert(model).values(**values).on_conflict_do_nothing().returning(*key)).first() is not None


def prefer_indexes(session: Session) -> None:
    """Let this transaction look up what it is itself filling by index.

    PostgreSQL plans by statistics from before it began: of a table that was empty then it would read every row each
    time. A plan that reads a table all the same, such as that of the log's one row, then counts as dear beyond measure, and
    compiling it took a third of a second: that is off as well.
    """
    if session.connection().dialect.name == "postgresql":
        session.execute(sa.text("SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)"))


@contextmanager
def bulk_transaction(session: Session) -> Iterator[None]:
    """Begin a transaction that inserts very many rows, and let SQLite take more memory for it. One that is open goes on.

    Half a gigabyte of pages are kept meanwhile, for indexes that are filled at random places. A page that left the cache is
    looked for in the whole write-ahead log, which is as long as all that was written: the rows of a million agencies cost 1.7
    times those of a hundred thousand. Nothing is taken that is not needed.

    What a statement would have to undo stays in memory as well, and so `bulk_insert` may insert many rows by one. Of each
    statement that inserts several rows, or one where a trigger looks at it as at each entry of the log, SQLite keeps every page
    that it changes. Had one changed more than fifteen, they would be written into a file until the transaction ends.
    """
    if not session.in_transaction():
        session.connection(execution_options={"registry_bulk": True})
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql(f"PRAGMA cache_size=-{_WIDE_CACHE_KIB}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size=-{_CACHE_KIB}")
        connection.exec_driver_sql("PRAGMA temp_store=DEFAULT")


def reserve_ids(session: Session, model: type[Base], count: int) -> list[int]:
    """Row ids for `count` rows about to be bulk inserted; no other transaction can be given them."""
    session.flush()
    connection = session.connection()
    table = model.__tablename__
    if connection.dialect.name == "sqlite":
        # BEGIN IMMEDIATE lets no other transaction insert until we commit.
        last = connection.exec_driver_sql(f'SELECT coalesce(max(id), 0) FROM "{table}"').scalar_one()
        return list(range(last + 1, last + 1 + count))
    taken = sa.text(f"SELECT nextval(pg_get_serial_sequence('{table}', 'id')) FROM generate_series(1, :count)")
    return list(connection.execute(taken, {"count": count}).scalars())


def drop_deleted(engine: sa.Engine, tables: Sequence[str]) -> bool:
    """Let what was deleted and committed leave the disk too.

    Outside any transaction; False when somebody reads meanwhile.

    SQLite: pages are overwritten as they are freed, and the write-ahead log is emptied here. PostgreSQL: the tables are
    vacuumed, which frees old rows for overwriting; archived logs and standbys keep them for as long as they are kept.
    """
    raw = engine.raw_connection()
    try:
        connection = raw.driver_connection
        if isinstance(connection, sqlite3.Connection):
            is_busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not is_busy
        assert connection is not None
        connection.rollback()
        connection.autocommit = True
        try:
            for table in tables:
                connection.execute(f'VACUUM "{table}"')
        finally:
            connection.autocommit = False
        return True
    finally:
        raw.close()
