"""The worker's part in held lists: what was ordered is applied by `worker.approve`, as `registry sources approve` does it."""

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.core import clock, errors
from registry.core.db import engine
from registry.core.db.errors import is_database_away
from registry.core.settings import Settings
from registry.officers.models import NoticeKind
from registry.officers.notices import notify_named
from registry.register.imports import held_lists, jobs, models, worker

log = structlog.get_logger()


def apply_ordered(settings: Settings, sessions: sessionmaker[Session]) -> list[str]:
    """Apply every list that was ordered. Gives the references that were applied.

    One that cannot be applied waits again and says why, and the officer who approved it is told: it is not tried again
    until somebody decides so.
    """
    with engine.reading_session(sessions) as session:
        waits = models.PendingImport.decided_at.is_(None)
        ordered = list(
            session.execute(
                select(models.PendingImport.reference).where(waits, models.PendingImport.ordered_at.is_not(None))
            ).scalars()
        )
        had_file = models.PendingImport.is_approved.is_(False), models.PendingImport.file.is_not(None)
        for rejected in session.execute(select(models.PendingImport).where(*had_file)).scalars():
            held_lists.remove_former(settings.home, rejected)
    applied = []
    for reference in ordered:
        try:
            trouble = _apply(settings, sessions, reference)
        except (errors.NotFound, jobs.ImportRunning):
            # A newer list took its place in the meantime, or is just being imported.
            continue
        if trouble is None:
            applied.append(reference)
            continue
        log.error("held_list_not_applied", pending=reference, trouble=trouble)
        _wait_again(sessions, reference, trouble)
    return applied


def _apply(settings: Settings, sessions: sessionmaker[Session], reference: str) -> str | None:
    """Apply one list; gives why it could not be applied."""
    try:
        return worker.approve(settings, sessions, reference).refused_because
    except (errors.NotFound, jobs.ImportRunning):
        raise
    except errors.ImportRefused as refusal:
        return refusal.text
    except Exception as error:
        if is_database_away(error):
            raise
        log.error("held_list_raised", pending=reference, exc_info=error)
        return f"applying it raised {type(error).__name__}, and the worker's log says where"


def _wait_again(sessions: sessionmaker[Session], reference: str, trouble: str) -> None:
    with sessions.begin() as session:
        pending = session.execute(
            select(models.PendingImport).where(models.PendingImport.reference == reference)
        ).scalar_one_or_none()
        if pending is None:
            return
        officer, pending.ordered_by, pending.ordered_at = pending.ordered_by, None, None
        pending.trouble = trouble[:1000]
        state = session.get(models.FetchState, pending.source_id)
        if state is not None:
            state.trouble = f"the held list could not be applied: {trouble}"[:1000]
        if officer is not None:
            notify_named(session, officer, NoticeKind.DECIDED, clock.now())
