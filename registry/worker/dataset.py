"""Writes the open dataset, which may take minutes, in a lane of its own: publications are signed meanwhile."""

import structlog
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import now
from registry.core.settings import Settings
from registry.dataset import actions
from registry.log.signing import sign_committed

log = structlog.get_logger()


def write_due(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Write today's snapshot, unless it is there. It may be killed at any time."""
    folder = actions.home_folder(settings)
    with sessions() as session:
        session.connection(execution_options={"registry_reading": True})
        if not actions.is_due(session, folder, now()):
            return
    written = actions.write(settings, sessions, folder, lambda: sign_committed(settings, sessions))
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
