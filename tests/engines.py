"""Engines of tests share what they know of a kind of database: its dialect, and the statements compiled for it.

A test has an engine of its own. Were its dialect its own too, each test would compile every statement anew, which is a third of
the time of most; a process that serves compiles each once. Connections to PostgreSQL are kept from test to test as well.
"""

from typing import Any

import sqlalchemy
from sqlalchemy import Dialect, Engine, event
from sqlalchemy.util import LRUCache

from registry.core.db import engine as db
from registry.core.db.patience import Opener
from tests.kept_connections import KEPT

STATEMENTS = 10_000

_dialects: dict[str, Dialect] = {}
_compiled: dict[str, LRUCache[Any, Any]] = {}


def _create_engine(url: str, **options: Any) -> Engine:
    opener = options.get("creator")
    if isinstance(opener, Opener):
        options["creator"] = lambda: KEPT.open(opener)
    engine = sqlalchemy.create_engine(url, **options)
    own: Any = engine.dialect
    kind = own.name
    if isinstance(opener, Opener):
        own.do_close = lambda connection: KEPT.close(opener, connection)
        own.do_terminate = lambda connection: connection.close()
    if kind in _dialects:
        engine.dialect = _dialects[kind]
        # What this would ask the server is known.
        own.initialize = lambda _connection: None
    else:
        # After the first connection a dialect knows its server.
        event.listen(engine, "connect", lambda *_: _dialects.setdefault(kind, own), once=True)
    engine.update_execution_options(compiled_cache=_compiled.setdefault(kind, LRUCache(STATEMENTS)))
    return engine


def share() -> None:
    """From now on in this process."""
    db.create_engine = _create_engine


def never_wait_for_the_disk() -> None:
    """SQLite leaves it to the system when its files reach the disk. A process that is killed loses nothing by that."""
    stored = (pragma for pragma in db._PRAGMAS if not pragma.startswith("synchronous="))
    db._PRAGMAS = (*stored, "synchronous=OFF")
