"""Telling organisations at once, whatever else is being done: what was published, which wallets answered; webhooks are sent.

And the same, with jobs, for test keys in the sandbox, once there is one.
"""

import time
from datetime import datetime

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import now
from registry.core.db.engine import engine_for, reading_session, sessions_for
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.sandbox import existing
from registry.watches import fan_out
from registry.watches.delivery.connections import Caller
from registry.watches.delivery.dispatcher import WebhookDispatcher
from registry.worker.bulk_jobs import ListProcesses

log = structlog.get_logger()

SPELL = 2.0
"""Seconds after which a look at webhooks ends though some are still being called; the next one goes on with them."""


class WatchLoop:
    """Fans out what was published and sends the webhooks that are due. Neither waits for the other."""

    def __init__(self, settings: Settings, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions
        self._keyring = Keyring(settings.keys)
        self._dispatcher = WebhookDispatcher(sessions, self._keyring, Caller(is_unsafe=settings.has_unsafe_webhooks))
        if settings.has_unsafe_webhooks:
            log.warning("webhooks_call_this_machines_own_network", setting="REGISTRY_UNSAFE_WEBHOOKS")

    def fan_out(self, at: datetime) -> None:
        with reading_session(self._sessions) as session:
            is_behind, has_presentations = fan_out.is_behind(session), fan_out.has_presentations(session)
        if is_behind:
            fan_out.fan_out_log_entries(self._sessions, self._keyring, at)
        if has_presentations:
            fan_out.fan_out_presentations(self._sessions, at)

    def deliver(self, seconds: float | None = SPELL) -> None:
        self._dispatcher.deliver_due(seconds)

    def close(self) -> None:
        self._dispatcher.close()


WITHOUT = 5.0
"""Seconds between two looks whether there is a sandbox."""

SANDBOX_SPELL = 0.2
"""Seconds that its webhooks are looked after before what was published there is fanned out again."""


class SandboxLoop:
    """Attends the sandbox that there is; when it begins anew, the new one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sandbox: Settings | None = None
        self._engine: Engine | None = None
        self._watches: WatchLoop | None = None
        self._processes = ListProcesses()
        self._look_again = 0.0

    def once(self, seconds: float | None = SANDBOX_SPELL) -> None:
        """Do what is due, where there is a sandbox; its webhooks are called for so long at most."""
        if time.monotonic() < self._look_again:
            return
        found = existing(self._settings)
        if found is None:
            self._look_again = time.monotonic() + WITHOUT
            return
        if found != self._sandbox:
            self.close()
            self._sandbox, self._engine = found, engine_for(found.database_url)
            self._watches = WatchLoop(found, sessions_for(self._engine))
        assert self._engine is not None
        assert self._watches is not None
        self._watches.fan_out(now())
        self._watches.deliver(seconds)
        self._processes.answer_waiting(found, sessions_for(self._engine), _environment(found))

    def close(self) -> None:
        if self._watches is not None:
            self._watches.close()
        if self._engine is not None:
            self._engine.dispose()
        self._watches = self._engine = self._sandbox = None


def _environment(sandbox: Settings) -> dict[str, str]:
    """What the process that answers lists is told in place of the registry's own home and database."""
    return {
        "REGISTRY_HOME": str(sandbox.home),
        "REGISTRY_DATABASE_URL": sandbox.database_url,
        "REGISTRY_DATABASE_READ_URL": "",
        "REGISTRY_FILES": "",
        "REGISTRY_SANDBOX": "off",
    }
