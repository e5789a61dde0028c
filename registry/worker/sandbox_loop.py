"""Beside the worker's round: the webhooks and jobs of test keys, in the sandbox, once there is one."""

import threading

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from registry.core.clock import now
from registry.core.db.engine import engine_for, sessions_for
from registry.core.errors import RegistryError
from registry.core.settings import Settings
from registry.sandbox import existing
from registry.worker.bulk_jobs import ListProcesses
from registry.worker.watch_loop import WatchLoop

log = structlog.get_logger()

PAUSE = 0.5
WITHOUT = 5.0
"""Seconds between two looks whether there is a sandbox."""


class SandboxLoop:
    """Attends the sandbox that there is; when it begins anew, the new one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sandbox: Settings | None = None
        self._engine: Engine | None = None
        self._watches: WatchLoop | None = None
        self._processes = ListProcesses()

    def once(self) -> bool:
        """Do what is due; gives whether there is a sandbox."""
        found = existing(self._settings)
        if found is None:
            return False
        if found != self._sandbox:
            self.close()
            self._sandbox, self._engine = found, engine_for(found.database_url)
            self._watches = WatchLoop(found, sessions_for(self._engine))
        assert self._engine is not None
        assert self._watches is not None
        self._watches.once(now())
        self._processes.answer_waiting(found, sessions_for(self._engine), _environment(found))
        return True

    def until(self, stopping: threading.Event) -> None:
        while not stopping.is_set():
            pause = WITHOUT
            try:
                pause = PAUSE if self.once() else WITHOUT
            except (SQLAlchemyError, OSError, RegistryError) as error:
                # It is for trying out: what is wrong with it stops nothing else.
                log.error("sandbox_put_off", trouble=type(error).__name__)
            stopping.wait(pause)

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
