"""Engines of tests share what they know of a kind of database: its dialect, and the statements compiled for it.

A test has an engine of its own. Were its dialect its own too, each test would compile every statement anew, which is a third of
the time of most; a process that serves compiles each once.
"""

from typing import Any

import sqlalchemy
from sqlalchemy import Dialect, Engine, event
from sqlalchemy.util import LRUCache

from registry.core.db import engine as db

STATEMENTS = 10_000

_dialects: dict[str, Dialect] = {}
_compiled: dict[str, LRUCache[Any, Any]] = {}


def _create_engine(url: str, **options: Any) -> Engine:
    engine = sqlalchemy.create_engine(url, **options)
    kind = engine.dialect.name
    if kind in _dialects:
        engine.dialect = _dialects[kind]
    else:
        # After the first connection a dialect knows its server.
        own = engine.dialect
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
