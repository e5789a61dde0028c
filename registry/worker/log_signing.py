"""Signs the log after what was published: of all workers on one database one does, and the others stand by.

The lease spares double work and lets homes follow one another. That no log forks rests on `registry.log.signing`, which asks
for no lease: two databases that are both taken for the right one have two.
"""

from threading import Lock
from time import monotonic
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import Connection, Engine, exc, text
from sqlalchemy.orm import Session, sessionmaker

from registry.core import errors, heartbeats
from registry.core.db.engine import reading_session
from registry.core.db.reading import database_now
from registry.core.settings import Settings
from registry.log.signing import follow, knows_the_log, require_guard_answers, sign_committed
from registry.log.witnesses.client import ask_witnesses

LOCK = 7_305_411_902_553_117
"""Of PostgreSQL's advisory locks, that of signing."""

LEASE_SECONDS = 30.0
"""A worker says each second that it is there, unless a task keeps it: another may sign meanwhile."""


class SigningLease:
    """Held in a transaction that stays open, so that a pooler in transaction mode does not part it from its connection."""

    def __init__(self, engine: Engine, seconds: float = LEASE_SECONDS) -> None:
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
            except exc.SQLAlchemyError:
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


log = structlog.get_logger()

ASK_GUARD_EACH = 30.0
"""Seconds after which a guard that answered is asked again though nothing was to be signed."""


def signs_here(settings: Settings, sessions: sessionmaker[Session]) -> bool:
    """Whether this home signs the log, and no other worker holds the lease."""
    return settings.signs and not lease_of(sessions).is_held_elsewhere()


def sign_log(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Sign what was published and what a crash left unsigned, and have witnesses sign it.

    While another worker holds the lease this home only remembers what that one signs. A home takes it only where it
    surely knows the log, for the one that holds it vouches for the database.
    """
    if not settings.signs:
        return
    lease = lease_of(sessions)
    try:
        with reading_session(sessions) as session:
            is_held_elsewhere = lease.is_held_elsewhere()
            is_sure = not is_held_elsewhere and knows_the_log(session, settings)
        if is_held_elsewhere or (is_sure and not lease.take()):
            follow(settings, sessions)
        elif sign_committed(settings, sessions) is not None:
            ask_witnesses(sessions)
        else:
            _ask_idle_guard(settings, sessions)
        _note_signing(sessions, None)
    except errors.RegistryError as trouble:
        # Lists are fetched all the same: what is not signed yet is signed once an operator has put this right.
        lease.release()
        log.error("log_not_signed", trouble=trouble.text)
        # What else may be wrong names folders, which no one outside needs.
        is_guard = isinstance(trouble, errors.GuardAway | errors.GuardUnfit | errors.FilesUnavailable)
        _note_signing(sessions, trouble.text if is_guard else "refused: log_not_signed in the worker's log says why")


_answered_at: WeakKeyDictionary[Engine, float] = WeakKeyDictionary()
"""When the guard answered last, by the clock that no one sets. One that is away is asked at each round."""


def _ask_idle_guard(settings: Settings, sessions: sessionmaker[Session]) -> None:
    engine: Engine = sessions.kw["bind"]
    if monotonic() - _answered_at.get(engine, -ASK_GUARD_EACH) >= ASK_GUARD_EACH:
        _answered_at.pop(engine, None)
        require_guard_answers(sessions, settings)
        _answered_at[engine] = monotonic()


_noted: WeakKeyDictionary[Engine, str | None] = WeakKeyDictionary()


def _note_signing(sessions: sessionmaker[Session], trouble: str | None) -> None:
    """Write down for `/ready` what keeps this worker from signing, where that has changed."""
    engine: Engine = sessions.kw["bind"]
    if _noted.get(engine) != trouble:
        with sessions.begin() as session:
            heartbeats.note_signing(session, database_now(session), trouble)
        _noted[engine] = trouble


_making = Lock()
_leases: WeakKeyDictionary[Engine, SigningLease] = WeakKeyDictionary()


def lease_of(sessions: sessionmaker[Session]) -> SigningLease:
    """The lease of this process on a database: it lasts as long as the engine."""
    engine: Engine = sessions.kw["bind"]
    # Two of one process would each take the other for another worker.
    with _making:
        if engine not in _leases:
            _leases[engine] = SigningLease(engine)
        return _leases[engine]
