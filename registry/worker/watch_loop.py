"""Telling organisations at once, whatever else is being done: what was published, which wallets answered; webhooks are sent."""

from datetime import datetime

import structlog
from sqlalchemy.orm import Session, sessionmaker

from registry.core.db.engine import reading_session
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.watches import fan_out
from registry.watches.delivery.connections import Caller
from registry.watches.delivery.dispatcher import WebhookDispatcher

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
