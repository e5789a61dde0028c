"""The worker's task for sanctions: in force on their day, over after their last. One a transaction, safe to kill."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, sessionmaker

from registry.supervision.sanctions.models import Sanction
from registry.supervision.sanctions.moves import advance, put_in_force, today_at
from registry.supervision.sanctions.rules import By
from registry.vocabulary.licensing import SanctionState

_RUNNING = (SanctionState.IN_FORCE, SanctionState.STAYED_BY_APPEAL)


def do_due(sessions: sessionmaker[Session], at: datetime) -> int:
    """Make all moves that are due where each authority sits; gives how many. Safe to repeat, and to run in parallel."""
    # Somewhere it may be tomorrow already; the exact day is asked of each in its own transaction.
    soon = at.date() + timedelta(days=1)
    with sessions() as session:
        found = session.execute(
            select(Sanction.id)
            .where(
                or_(
                    (Sanction.state == SanctionState.APPROVED) & (Sanction.effective_from <= soon),
                    Sanction.state.in_(_RUNNING) & (Sanction.until < soon),
                )
            )
            .order_by(Sanction.effective_from, Sanction.id)
        ).scalars()
        due = list(found)
    return sum(_do(sessions, sanction_id, at) for sanction_id in due)


def _do(sessions: sessionmaker[Session], sanction_id: int, at: datetime) -> int:
    with sessions.begin() as session:
        sanction = session.execute(
            select(Sanction).where(Sanction.id == sanction_id).with_for_update(skip_locked=True)
        ).scalar_one_or_none()
        if sanction is None:
            return 0
        today = today_at(session, sanction.authority, at)
        if sanction.state is SanctionState.APPROVED and sanction.effective_from <= today:
            put_in_force(session, sanction, at)
            return 1
        if sanction.state in _RUNNING and sanction.until is not None and sanction.until < today:
            sanction.ending_to = sanction.ending_by = sanction.ending_ground = None
            # The public record has had its last day from the first: nothing new is said.
            advance(session, sanction, SanctionState.EXPIRED, By.REGISTRY, at)
            return 1
        return 0
