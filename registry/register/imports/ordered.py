"""The worker's part in held lists: what was ordered is applied by `worker.approve`, as `registry sources approve` does it."""

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.core.errors import ImportRefused, NotFound
from registry.core.settings import Settings
from registry.register.imports import worker
from registry.register.imports.models import FetchState, PendingImport

log = structlog.get_logger()


def apply_ordered(settings: Settings, sessions: sessionmaker[Session]) -> list[str]:
    """Apply every list that was ordered, and destroy the files of those rejected. Gives the references that were applied.

    One that is refused waits again, and says why: an official has to look at it once more.
    """
    with sessions() as session:
        waits = PendingImport.decided_at.is_(None)
        ordered = list(
            session.execute(
                select(PendingImport.reference).where(waits, PendingImport.ordered_at.is_not(None))
            ).scalars()
        )
        rejected = list(
            session.execute(select(PendingImport.file).where(PendingImport.is_approved.is_(False))).scalars()
        )
    for file in rejected:
        (settings.home / "pending" / file).unlink(missing_ok=True)
    applied = []
    for reference in ordered:
        try:
            trouble = worker.approve(settings, sessions, reference).refused_because
        except ImportRefused as refusal:
            trouble = refusal.text
        except NotFound:
            # A newer list took its place in the meantime.
            continue
        if trouble is None:
            applied.append(reference)
            continue
        log.error("held_list_not_applied", pending=reference, trouble=trouble)
        _wait_again(sessions, reference, trouble)
    return applied


def _wait_again(sessions: sessionmaker[Session], reference: str, trouble: str) -> None:
    with sessions.begin() as session:
        pending = session.execute(
            select(PendingImport).where(PendingImport.reference == reference)
        ).scalar_one_or_none()
        if pending is None:
            return
        pending.ordered_by = pending.ordered_at = None
        state = session.get(FetchState, pending.source_id)
        if state is not None:
            state.trouble = f"the held list could not be applied: {trouble}"[:1000]
