"""The lease to sign: of all workers on one database one signs, and another takes over when that one ends.

It spares double work and lets homes follow one another. That no log forks rests on `registry.log.signing`, which asks for
no lease: two databases that are both taken for the right one have two.
"""

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

LOCK = 7_305_411_902_553_117
"""Of PostgreSQL's advisory locks, that of signing."""

SECONDS = 30.0
"""A worker says each second that it is there, unless a task keeps it: another may sign meanwhile."""


class SigningLease:
    """Held in a transaction that stays open, so that a pooler in transaction mode does not part it from its connection."""

    def __init__(self, engine: Engine, seconds: float = SECONDS) -> None:
        """A holder that is not heard of for so many seconds has lost it: its machine may be gone without a word."""
        self._engine = engine
        self._seconds = seconds
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Whether this process holds the lease now. Always on SQLite, where all work in one home."""
        if self._engine.dialect.name != "postgresql":
            return True
        if self._connection is not None:
            try:
                self._say_so(self._connection)
            except SQLAlchemyError:
                # It went with the connection.
                self.release()
            else:
                return True
        connection = self._engine.connect()
        try:
            is_ours = connection.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": LOCK})
            self._say_so(connection)
        except BaseException:
            connection.close()
            raise
        if is_ours:
            self._connection = connection
        else:
            connection.close()
        return bool(is_ours)

    def is_held_elsewhere(self) -> bool:
        """Whether another process holds it. Looking takes nothing."""
        if self._engine.dialect.name != "postgresql" or self._connection is not None:
            return False
        with self._engine.connect() as connection:
            found = connection.scalar(
                text(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 "
                    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
                    "AND classid = :high AND objid = :low"
                ),
                {"high": LOCK >> 32, "low": LOCK & 0xFFFFFFFF},
            )
        return bool(found)

    def _say_so(self, connection: Connection) -> None:
        """Sets how long it may be silent from now on. No SELECT: that would keep a snapshot for as long as the lease is held, and
        an index that is built concurrently would wait for its end, which never comes."""
        connection.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = {round(self._seconds * 1000)}"))

    def release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()
