"""A read-only standby of PostgreSQL for lookups, public pages and the log.

It answers only while it surely has what was acknowledged: the primary must wait for this very standby, and publications
wait until it has applied them (registry.log.actions), so no one reads `yes` after a suspension was acknowledged. A look at
both servers each second finds whether that is so. A primary that is away cannot be asked: the last look then counts for
`REGISTRY_READ_SECONDS`, which must be shorter than any promotion of another server takes.
"""

import re
import threading
from time import monotonic
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import SQLAlchemyError

from registry.core.db.engine import Limits, engine_for, note_answer, reading_sessions_for
from registry.core.db.errors import classify_db_error
from registry.core.db.prepared import ThreadLocalReader

log = structlog.get_logger()

CHECK_SECONDS = 1.0

_PROBE = Limits(statement=2.0, lock=2.0, idle=10.0, connect=2.0)
_SIZE = text("SELECT size FROM log_state")
_NAME = "SELECT coalesce(nullif(current_setting('registry.standby', true), ''), current_setting('cluster_name'))"
"""Of a server. A manager that gives all of them one cluster_name (Patroni) states each one's own as `registry.standby`."""


class Replica:
    """One process's way to the standby.

    `primary`: what requests reach the primary by. `seconds`: how long a look counts while it is away.
    """

    def __init__(self, url: str, primary: Engine, limits: Limits, seconds: float, connections: int) -> None:
        self.engine = engine_for(url, limits=limits, connections=connections)
        self.sessions = reading_sessions_for(self.engine)
        self.reader = ThreadLocalReader(self.engine)
        self._standby = engine_for(url, limits=_PROBE, connections=1)
        self._probed = engine_for(url, limits=_PROBE, timeout=2.0, connections=1)
        self.probing = reading_sessions_for(self._probed)
        """Sessions of probes, on a connection of their own."""
        self._requests = primary
        self._primary = engine_for(primary.url.render_as_string(hide_password=False), limits=_PROBE, connections=1)
        self._seconds = seconds
        self._until = self._confirmed = 0.0
        """Until when it may be read, and until when the last look at both servers allows it."""
        self._name: str | None = None
        self._said: str | None = None
        self.size = 0
        """Entries of the log that an answer has seen at least."""

        @event.listens_for(self.engine, "connect")
        def hold_to_name(connection: Any, _record: Any) -> None:
            """An address may lead to several servers: read only from the one that was looked at."""
            name = connection.execute(_NAME).fetchone()[0]
            connection.rollback()
            if name != self._name:
                import psycopg

                raise psycopg.OperationalError(f"this is {name}, and {self._name} was looked at")

        @event.listens_for(self._probed, "handle_error")
        @event.listens_for(self.engine, "handle_error")
        def leave(context: Any) -> None:
            if classify_db_error(context.sqlalchemy_exception or context.original_exception) is not None:
                self._refuse("the standby did not answer")

    @property
    def trouble(self) -> str | None:
        """Why the standby is not read; None while it is."""
        return None if self.is_usable else self._said

    @property
    def is_usable(self) -> bool:
        return monotonic() < self._until

    def start(self) -> None:
        """Look again and again, for as long as the process lives."""
        threading.Thread(target=self._keep_looking, name="replica", daemon=True).start()

    def look(self) -> None:
        """Find out whether the standby may be read."""
        began = monotonic()
        try:
            with self._standby.connect() as standby:
                name = standby.scalar(text(_NAME))
                is_standby = standby.scalar(text("SELECT pg_is_in_recovery()"))
                size = standby.scalar(_SIZE) or 0
        except SQLAlchemyError:
            self._refuse("the standby did not answer")
            return
        try:
            with self._primary.connect() as primary:
                waits = _waits_for(primary, name)
                self.size = size if waits and is_standby else primary.scalar(_SIZE) or 0
        except SQLAlchemyError:
            # What was found before counts until its time is over, also where a request's connection to this server broke since.
            if is_standby and name == self._name:
                self._until = self._confirmed
            return
        self._name = name
        if not is_standby:
            # All is read from the primary now, which has just answered: no one is to be told that it did not a moment ago.
            note_answer(self._requests)
            self._leave("it is no standby")
        elif not waits:
            self._leave(
                f"the primary does not wait for the standby {name or 'without a registry.standby or cluster_name'}"
            )
        else:
            if self._said is not None or not self._until:
                log.info("replica_read")
            self._until = self._confirmed = began + self._seconds
            self._said = None

    def _leave(self, reason: str) -> None:
        """Refuse this server, and connect anew: the address may lead to another one now."""
        self._confirmed = 0.0
        self._refuse(reason)
        for engine in (self._standby, self._probed, self.engine):
            engine.dispose()
        self.reader.renew()

    def _refuse(self, reason: str) -> None:
        self._until = 0.0
        if reason != self._said:
            log.warning("replica_not_read", reason=reason)
            self._said = reason

    def _keep_looking(self) -> None:
        pause = threading.Event()
        while True:
            self.look()
            pause.wait(CHECK_SECONDS)

    def dispose(self) -> None:
        for engine in (self.engine, self._standby, self._probed, self._primary):
            engine.dispose()


def _waits_for(primary: Connection, name: str | None) -> bool:
    """Whether the primary acknowledges nothing before the standby of that name has it."""
    if primary.scalar(text("SELECT pg_is_in_recovery()")):
        return False
    return is_waited_for(name or "", primary.scalar(text("SHOW synchronous_standby_names")) or "")


def is_waited_for(name: str, names: str) -> bool:
    """Whether `synchronous_standby_names` asks for every standby that it names, and for this one.

    "b", "FIRST 2 (b, c)" and "ANY 2 (b, c)" do; "b, c" asks for one of both.
    """
    found = re.fullmatch(r"(?:(?:FIRST|ANY)\s+)?([0-9]+)\s*\((.*)\)", names.strip(), re.IGNORECASE)
    count, stated = (int(found[1]), found[2]) if found else (1, names)
    listed = [one.strip().strip('"').lower() for one in stated.split(",") if one.strip()]
    return bool(name) and name.lower() in listed and count == len(listed)
