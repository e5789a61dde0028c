"""The revision of the database: reading it, judging whether this version can work on it, and moving it step by step.

Every process reads a revision and few move one, so Alembic, a tenth of a server's start, is loaded when one is moved.
"""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, exc, inspect, text

from registry.core.db.engine import OLDEST_POSTGRESQL, POOLED, open_engine, read_only
from registry.core.errors import NotMigrated, SettingsError

FOLDER = Path(str(files("migrations")))
"""Where env.py and the steps are."""

FIRST = "0101"
"""The oldest revision. Lower numbers belong to the chain from before the first release, which is gone."""

# Any number will do, so long as every process that migrates takes the same one.
_ADVISORY_LOCK = 620_2012
_TURN_PAUSE = 0.2

_LOCK_NOT_AVAILABLE, _DEADLOCK_DETECTED = "55P03", "40P01"


@dataclass(frozen=True, slots=True)
class Patience:
    """How a step waits for a lock on PostgreSQL.

    Others queue behind a step that waits for a table, so it gives up after `lock_timeout` seconds, lets them by for about
    `pause` seconds, and begins anew, `attempts` times in all.
    """

    lock_timeout: float = 2.0
    pause: float = 3.0
    attempts: int = 30


def head() -> str:
    """The newest revision of this version."""
    return head_of(FOLDER)


def head_of(folder: Path) -> str:
    """The newest revision of a folder of migrations: the greatest number that a step's file begins with."""
    return max(path.name[:4] for path in (folder / "versions").glob("[0-9]*.py"))


def current(connection: Connection) -> str | None:
    """The revision the database is at; None when it was never migrated."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def is_later(found: str | None) -> bool:
    """Whether a revision is of a later version than this one: a number beyond the head."""
    return found is not None and _is_number(found) and found > head()


def can_serve(found: str | None) -> bool:
    """Whether this version works on a database at that revision: at the head, or later.

    Steps are safe while the former version runs (docs/maintainers/migrations.md), so a later revision is no reason to
    stop serving.
    """
    return found == head() or is_later(found)


def require_known(found: str | None) -> None:
    """Raise NotMigrated for a revision that no step of this chain leads to or from, with what to do about it."""
    if found is None or (_is_number(found) and found >= FIRST):
        return
    if _is_number(found):
        raise NotMigrated(
            f"the database is at revision {found} of the numbering from before the first release, which this version "
            "cannot take over: keep a copy if it is needed, set REGISTRY_HOME to a new folder (and REGISTRY_DATABASE_URL, "
            "where it is set, to an empty database), run `registry db upgrade` and import the lists again"
        )
    raise NotMigrated(
        f"the database is at revision {found[:40]}, which is none of the registry's: lead REGISTRY_DATABASE_URL to a "
        "database of its own"
    )


def require_current(engine: Engine) -> None:
    """Raise NotMigrated unless this version can serve the database, SettingsError when the server is too old."""
    with read_only(engine).connect() as connection:
        require_server(connection)
        found = current(connection)
    if not can_serve(found):
        require_known(found)
        raise NotMigrated(
            f"the database {place_of(engine.url)} is at revision {found or 'none'} and this version needs {head()}: run "
            "`registry db upgrade`, or correct REGISTRY_HOME and REGISTRY_DATABASE_URL where another is meant"
        )


def place_of(url: URL) -> str:
    """Where a database is, without the names and passwords in its address."""
    if url.get_backend_name() == "sqlite":
        return str(Path(url.database or "").absolute())
    return f"{url.database} on {url.host or url.query.get('host') or 'this machine'}"


def require_server(connection: Connection) -> None:
    """Raise SettingsError when PostgreSQL is older than the oldest that is tested."""
    version = connection.dialect.server_version_info
    if connection.dialect.name == "postgresql" and version is not None and version < (OLDEST_POSTGRESQL,):
        raise SettingsError(
            f"REGISTRY_DATABASE_URL leads to PostgreSQL {version[0]}; version {OLDEST_POSTGRESQL} or newer is needed"
        )


def _quiet(_line: str) -> None:
    """Say nothing."""


def upgrade(
    url: str, to: str = "head", *, patience: Patience | None = None, say: Callable[[str], None] = _quiet
) -> None:
    """Bring the database to revision `to`, each step in a transaction of its own; `say` is told of each wait for a lock.

    A database at that revision or beyond stays as it is. Raises NotMigrated: the revision is unknown or of the former
    chain, a step got no lock, or it left rows that point nowhere. Steps before the failed one stay.
    """
    with _migrating(url, patience or Patience()) as mover:
        found = mover.found()
        if is_later(found):
            return
        goal = mover.place(head() if to == "head" else to)
        for revision in mover.chain[mover.place(found) + 1 : goal + 1]:
            mover.move(mover.up, revision, revision, say)


def downgrade(url: str, to: str, *, patience: Patience | None = None, say: Callable[[str], None] = _quiet) -> None:
    """Take the database back to revision `to`, `-1` for one step back, `base` for an empty one. Raises as `upgrade` does."""
    with _migrating(url, patience or Patience()) as mover:
        place = mover.place(mover.found())
        if to == "base":
            goal = -1
        elif to.startswith("-") and to[1:].isdecimal():
            goal = max(place + int(to), -1)
        else:
            goal = mover.place(to)
        for step in range(place, goal, -1):
            mover.move(mover.down, mover.chain[step - 1] if step else "base", mover.chain[step], say)


class _Mover:
    """Moves one database along the chain, over a connection that no transaction is open on."""

    def __init__(self, connection: Connection, patience: Patience) -> None:
        from alembic.config import Config
        from alembic.script import ScriptDirectory

        self._connection = connection
        self._patience = patience
        self._config = Config()
        self._config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
        self._config.attributes["connection"] = connection
        self._scripts = ScriptDirectory.from_config(self._config)
        self.chain: Sequence[str] = [script.revision for script in self._scripts.walk_revisions()][::-1]

    def up(self, to: str) -> None:
        self._run(to, self._scripts._upgrade_revs)

    def down(self, to: str) -> None:
        self._run(to, self._scripts._downgrade_revs)

    def _run(self, to: str, steps: Callable[[str, Any], Any]) -> None:
        """As Alembic's commands do, which would read the files of the whole chain anew for each step."""
        from alembic.runtime.environment import EnvironmentContext

        with EnvironmentContext(self._config, self._scripts, fn=lambda found, _: steps(to, found), destination_rev=to):
            self._scripts.run_env()

    def found(self) -> str | None:
        """The revision the database is at. Raises NotMigrated for one of another chain."""
        try:
            found = current(self._connection)
        finally:
            self._connection.rollback()
        require_known(found)
        return found

    def place(self, revision: str | None) -> int:
        """Its place in the chain, -1 for none. Raises NotMigrated when this version does not know it."""
        if revision is None:
            return -1
        if revision not in self.chain:
            raise NotMigrated(
                f"this version knows no revision {revision}: the oldest is {self.chain[0]}, the newest {self.chain[-1]}"
            )
        return self.chain.index(revision)

    def move(self, act: Callable[[str], None], to: str, step: str, say: Callable[[str], None]) -> None:
        """Do one step in its own transaction, again and again while it gets no lock. Raises NotMigrated after the last."""
        for attempt in range(1, self._patience.attempts + 1):
            try:
                act(to)
            except exc.OperationalError as error:
                if getattr(error.orig, "sqlstate", None) not in (_LOCK_NOT_AVAILABLE, _DEADLOCK_DETECTED):
                    raise
                say(f"step {step} got no lock (attempt {attempt} of {self._patience.attempts})")
            else:
                return
            finally:
                self._connection.rollback()
            if attempt < self._patience.attempts:
                time.sleep(self._patience.pause * random.uniform(0.5, 1.5))
        raise NotMigrated(
            f"step {step} got no lock in {self._patience.attempts} attempts and changed nothing: end the transaction that "
            "is open longest (see pg_stat_activity), then run the command again"
        )


@contextmanager
def _migrating(url: str, patience: Patience) -> Iterator[_Mover]:
    with open_engine(url) as engine, engine.connect() as connection:
        require_server(connection)
        connection.rollback()
        if connection.info.get(POOLED):
            raise SettingsError(
                "REGISTRY_DATABASE_URL leads to a pooler that shares sessions, and steps need one of their own: run this "
                "command with the address of PostgreSQL itself"
            )
        if connection.dialect.name == "postgresql":
            _wait_for_turn(connection, patience)
        else:
            # A batch step drops the table it rebuilds. SQLite takes this switch outside transactions only.
            _foreign_keys_off(connection)
        yield _Mover(connection, patience)


def _wait_for_turn(connection: Connection, patience: Patience) -> None:
    """Wait until no other process migrates this database, and limit how long this connection waits for locks.

    By asking again: one that waited inside a statement would hold a snapshot, and an index that the other one builds
    concurrently waits for every older snapshot. The lock goes with the connection.
    """
    connection.execution_options(isolation_level="AUTOCOMMIT")
    while not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _ADVISORY_LOCK}):
        time.sleep(_TURN_PAUSE)
    limit = f"{round(patience.lock_timeout * 1000)}ms"
    connection.execute(text("SELECT set_config('lock_timeout', :limit, false)"), {"limit": limit})
    connection.commit()
    connection.execution_options(isolation_level="READ COMMITTED")


def _foreign_keys_off(connection: Connection) -> None:
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        driver.execute("PRAGMA foreign_keys=OFF")


def _is_number(revision: str) -> bool:
    return len(revision) == 4 and revision.isdecimal()
