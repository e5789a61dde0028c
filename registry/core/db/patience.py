"""How long the database is waited for. PostgreSQL's own limits end what is slow; ours end what does not answer at all.

A server that is frozen, or a network that swallows packets, ends no statement by itself: a wait without an end would hold
every thread.
"""

from time import monotonic
from typing import Any

import psycopg
from sqlalchemy import URL
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from registry.core.db.engine import Limits

MARGIN = 0.5
"""Seconds after PostgreSQL's own limit before a connection is taken for dead."""

REST = 2.0
"""Seconds in which nothing is asked of a database that did not answer, so that not every thread waits for it in turn."""


class Watchman:
    """What the connections of one engine know of its server: until when it is left alone."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._until = 0.0
        self._answered_at = 0.0

    def require_awake(self) -> None:
        """Raises OperationalError, without asking, while the server is taken for frozen."""
        if monotonic() < self._until:
            raise psycopg.OperationalError("the server did not answer a moment ago")

    def note_answer(self) -> None:
        """The server answered somebody just now."""
        self._answered_at, self._until = monotonic(), 0.0

    def note_silence(self, since: float) -> None:
        """Nothing came since then. A server that answered others meanwhile is there: one connection alone was lost."""
        if self._answered_at < since:
            self._until = monotonic() + REST


class BoundedConnection(psycopg.Connection[Any]):
    """A connection on which no answer is waited for longer than its watchman says."""

    watchman: Watchman | None = None

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        watchman = self.watchman
        if watchman is None or timeout is not None:
            return super().wait(gen, interval, timeout)
        began = monotonic()
        try:
            watchman.require_awake()
            answer = super().wait(gen, interval, watchman.seconds)
        except psycopg.errors._WaitTimeout:
            watchman.note_silence(began)
            # What it still says would be taken for the answer to the next question.
            self.pgconn.finish()
            raise psycopg.OperationalError(f"no answer within {watchman.seconds} s") from None
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:
                self.pgconn.finish()
            raise
        watchman.note_answer()
        return answer


POOLER_REFUSES = "unsupported startup parameter"
"""What PgBouncer says of limits that are stated at the beginning of a connection."""


class Opener:
    """Opens connections on which no server that does not answer at all is waited for, and notices a pooler.

    A pooler that gives each transaction another connection (PgBouncer) takes no limits at the beginning of a connection, and
    keeps no prepared statements: each transaction then states its limits itself.
    """

    def __init__(self, url: URL, limits: Limits) -> None:
        self._limits = limits
        self.watchman = Watchman(limits.statement + MARGIN) if limits.statement else None
        dialect: Any = PGDialect_psycopg
        _, self._arguments = dialect().create_connect_args(url)
        self._arguments |= {
            "connect_timeout": max(int(limits.connect), 1),
            # A network that swallows packets is noticed by the system, not after a quarter of an hour.
            "tcp_user_timeout": 10_000,
            "keepalives_idle": 30,
        }
        self.is_pooled = False

    def __call__(self) -> Any:
        if self.watchman is not None:
            self.watchman.require_awake()
        began = monotonic()
        try:
            connection = self._open()
        except psycopg.errors.ConnectionTimeout:
            if self.watchman is not None:
                self.watchman.note_silence(began)
            raise
        connection.watchman = self.watchman
        return connection

    def _open(self) -> BoundedConnection:
        if not self.is_pooled:
            try:
                return BoundedConnection.connect(**self._arguments)
            except psycopg.OperationalError as error:
                if POOLER_REFUSES not in str(error):
                    raise
                self.is_pooled = True
        return BoundedConnection.connect(**self._arguments | {"options": Limits.AT_POOLER, "prepare_threshold": None})
