"""Writes the open dataset beside the other tasks: it may take minutes, and publications are signed meanwhile."""

import threading

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import now
from registry.core.errors import RegistryError
from registry.core.settings import Settings
from registry.dataset import actions
from registry.log.signing import sign_committed

log = structlog.get_logger()

_running: list[threading.Thread] = []


def begin(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Begin a thread that writes today's snapshot, unless it is there or one is at it. It may be killed at any time."""
    _running[:] = [one for one in _running if one.is_alive()]
    if _running:
        return
    with sessions() as session:
        session.connection(execution_options={"registry_reading": True})
        if not actions.is_due(session, actions.home_folder(settings), now()):
            return
    thread = threading.Thread(target=_write, args=(settings, sessions), name="dataset", daemon=True)
    _running.append(thread)
    thread.start()


def wait(seconds: float | None = None) -> None:
    """Wait until what is being written is there, at most so long."""
    for one in _running:
        one.join(seconds)


def _write(settings: Settings, sessions: sessionmaker[Session]) -> None:
    try:
        written = actions.write(
            settings, sessions, actions.home_folder(settings), lambda: sign_committed(settings, sessions)
        )
    except RegistryError as trouble:
        log.error("dataset_not_written", trouble=trouble.text)
    except OSError as error:
        log.error("dataset_not_written", trouble=f"{error.strerror}: {error.filename or 'the disk'}")
    except SQLAlchemyError as error:
        log.error("dataset_not_written", trouble=type(error).__name__)
    else:
        if written.damaged is not None:
            log.error("dataset_damaged", trouble=written.damaged)
        log.info(
            "dataset_written",
            name=written.name,
            licences=written.licences,
            events=written.events,
            has_parquet=written.has_parquet,
            **written.left_out,
        )
