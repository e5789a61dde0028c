"""Which database errors mean that the database is away or at another revision, and not that we asked wrongly.

And how one thing is done for many, so that one for which it fails keeps none of the others from its turn, unless the
database is away.
"""

import sqlite3
from collections.abc import Callable, Iterable
from typing import TypeVar

import structlog
from sqlalchemy import exc

from registry.core.errors import DatabaseUnavailable, NotMigrated

log = structlog.get_logger()

Item = TypeVar("Item")

_SQLITE_AWAY = {
    sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_PERM, sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_READONLY,
}  # fmt: skip

# Classes and codes of PostgreSQL's appendix A: no connection, out of resources, the operator stepped in, try again.
_POSTGRESQL_AWAY = ("08", "53", "57P", "58", "40001", "40P01", "55P03", "57014", "25006")
_POSTGRESQL_OTHER_REVISION = ("42P01", "42703", "3F000")


def is_database_away(error: BaseException) -> bool:
    """Whether nothing is wrong but that the database is away, or at another revision."""
    return isinstance(error, exc.SQLAlchemyError) and classify_db_error(error) is not None


def classify_db_error(error: exc.SQLAlchemyError) -> DatabaseUnavailable | NotMigrated | None:
    """What a caller is told of a database error; None when it is a fault of ours and no trouble of the database."""
    if isinstance(error, exc.TimeoutError):
        return DatabaseUnavailable("the database has no free connection")
    if not isinstance(error, exc.DBAPIError):
        return None
    away = DatabaseUnavailable("the database cannot be reached")
    busy = DatabaseUnavailable("the database is busy and did not answer in time: nothing was changed")
    other_revision = NotMigrated("the database is at another revision than this version: run `registry db upgrade`")
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        # Extended codes carry the plain one in their low byte.
        code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return busy
        if code in _SQLITE_AWAY:
            return away
        is_other_revision = code == sqlite3.SQLITE_ERROR and str(cause).startswith(("no such table", "no such column"))
        return other_revision if is_other_revision else None
    state = getattr(cause, "sqlstate", None)
    if state is None:
        return away if error.connection_invalidated or isinstance(error, exc.OperationalError) else None
    if state.startswith(_POSTGRESQL_OTHER_REVISION):
        return other_revision
    if state in ("55P03", "57014"):
        return busy
    return away if state.startswith(_POSTGRESQL_AWAY) or error.connection_invalidated else None


class SomeFailed(Exception):
    """What was to be done for each of many failed for some; the log says where, and what they were is not said."""


def do_for_each(items: Iterable[Item], act: Callable[[Item], object], name: str) -> None:
    """Call `act` with each item. Raises SomeFailed at the end where it raised for one, and at once what the database raises.

    `name` says in the log what was being done.
    """
    failed = 0
    for item in items:
        try:
            act(item)
        except Exception as error:
            if is_database_away(error):
                # It is away: the others would each wait for it in vain.
                raise
            failed += 1
            log.error("failed_for_one", doing=name, exc_info=error)
    if failed:
        raise SomeFailed(f"{name} failed for {failed}")
