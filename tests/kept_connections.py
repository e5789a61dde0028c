"""Connections to PostgreSQL that one test after another uses.

A new one costs the server a process, which reads all that it asks of the catalogue anew. One that is used again has forgotten
its settings, locks and cursors, and what was prepared by hand. What the driver prepared it keeps: to read and plan the same
statements anew for each test was a fifth of all that tests on PostgreSQL took.
"""

import itertools
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from registry.core.db.patience import Opener

FORGET = """
CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; SELECT pg_advisory_unlock_all();
DISCARD TEMP; DISCARD SEQUENCES; SELECT count(*) FROM pg_prepared_statements WHERE NOT starts_with(name, '_pg3_')
"""
"""Gives how many statements are prepared that the driver knows nothing of."""

MAX_PREPARED = 1_000
"""Statements that the driver keeps prepared on one connection."""

MAX_KEPT = 4
"""Of a database; the server takes 60 in all."""

_numbers = itertools.count()


class KeptConnections:
    """Those to databases that are lent to tests, which `begin` and `end` name by host and name. Others are opened and closed."""

    def __init__(self) -> None:
        self._idle: dict[tuple[str, str], list[tuple[dict[str, Any], psycopg.Connection[Any]]]] = {}

    def begin(self, host: str, database: str) -> None:
        self._idle[host, database] = []

    def end(self, host: str, database: str) -> None:
        self.close_idle(host, database)
        self._idle.pop((host, database), None)

    def close_idle(self, host: str, database: str) -> None:
        """A database that anyone is connected to is neither copied nor dropped."""
        idle = self._idle.get((host, database), [])
        while idle:
            idle.pop()[1].close()

    def pids(self, host: str, database: str) -> list[int]:
        """The server's processes behind those that wait to be used again."""
        return [connection.info.backend_pid for _, connection in self._idle.get((host, database), [])]

    def open(self, opener: Opener) -> Any:
        """One that was opened with the same settings, or a new one."""
        connection: Any
        idle = self._idle_of(opener) or []
        stored = next((one for one in idle if one[0] == opener._arguments), None)
        if stored is None:
            connection = opener()
            connection.prepared_max = MAX_PREPARED
            return connection
        if opener.watchman is not None:
            opener.watchman.require_awake()
        idle.remove(stored)
        connection = stored[1]
        connection.watchman = opener.watchman
        return connection

    def close(self, opener: Opener, connection: Any) -> None:
        """Keep it, if its database is lent and nothing is under way on it."""
        idle = self._idle_of(opener)
        if idle is None or len(idle) >= MAX_KEPT or not _forget(connection):
            connection.close()
        else:
            idle.append((opener._arguments, connection))

    def _idle_of(self, opener: Opener) -> list[tuple[dict[str, Any], psycopg.Connection[Any]]] | None:
        return self._idle.get((str(opener._arguments.get("host")), str(opener._arguments.get("dbname"))))


def _forget(connection: Any) -> bool:
    """Whether it is as new: false where a transaction is open, or the server is gone."""
    if connection.info.transaction_status != TransactionStatus.IDLE:
        return False
    connection.watchman = None
    try:
        connection.autocommit = True
        answers = connection.execute(FORGET, prepare=False)
        while answers.nextset():
            pass
        if answers.fetchone() != (0,):
            # psycopg forgets what it prepared when it meets a statement with this answer, but only one that is new to it.
            connection.execute(f"DISCARD ALL -- {next(_numbers)}")
        connection.autocommit = False
    except psycopg.Error:
        return False
    return True


KEPT = KeptConnections()
"""Of this process."""
