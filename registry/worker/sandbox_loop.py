"""The webhooks and jobs of test keys, in the sandbox, once there is one."""

import time

from sqlalchemy import Engine

from registry.core.clock import now
from registry.core.db.engine import engine_for, sessions_for
from registry.core.settings import Settings
from registry.sandbox import existing
from registry.worker.bulk_jobs import ListProcesses
from registry.worker.watch_loop import WatchLoop

WITHOUT = 5.0
"""Seconds between two looks whether there is a sandbox."""

SPELL = 0.2
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

    def once(self, seconds: float | None = SPELL) -> None:
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
