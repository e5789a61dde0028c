"""Beside the worker's round, in a thread of its own: telling watchers at once, whatever else is being done."""

import threading
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import now
from registry.core.db.errors import classify_db_error
from registry.core.errors import RegistryError
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.watches import fan_out
from registry.watches.delivery.connections import Caller
from registry.watches.delivery.dispatcher import WebhookDispatcher
from registry.worker import clock_guard

log = structlog.get_logger()

PAUSE = 0.2
"""Seconds between two looks at the log and at what is due."""

AFTER_TROUBLE = 5.0


class WatchLoop:
    """Fans out what was published and sends the webhooks that are due."""

    def __init__(self, settings: Settings, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions
        self._keyring = Keyring(settings.keys)
        self._dispatcher = WebhookDispatcher(sessions, self._keyring, Caller(is_unsafe=settings.has_unsafe_webhooks))
        if settings.has_unsafe_webhooks:
            log.warning("webhooks_call_this_machines_own_network", setting="REGISTRY_UNSAFE_WEBHOOKS")

    def once(self, at: datetime) -> None:
        if not clock_guard.may_run(self._sessions):
            return
        with self._sessions() as session:
            is_behind = fan_out.is_behind(session)
        if is_behind:
            fan_out.fan_out_log_entries(self._sessions, self._keyring, at)
        self._dispatcher.deliver_due()

    def until(self, stopping: threading.Event) -> None:
        """Again and again. What goes wrong is put off: everything is still there the next time."""
        while not stopping.is_set():
            pause = PAUSE
            try:
                self.once(now())
            except SQLAlchemyError as error:
                trouble = classify_db_error(error)
                if trouble is None:
                    raise
                log.error("task_put_off", task="attend_watches", trouble=trouble.text)
                pause = AFTER_TROUBLE
            except OSError as error:
                log.error("task_put_off", task="attend_watches", trouble=str(error.strerror))
                pause = AFTER_TROUBLE
            except RegistryError as trouble:
                log.error("task_put_off", task="attend_watches", trouble=trouble.text)
                pause = AFTER_TROUBLE
            stopping.wait(pause)

    def close(self) -> None:
        self._dispatcher.close()
