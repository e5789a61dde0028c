"""The worker's task that ends hearings: past their deadline, without consent, or with the case; and outcomes likewise.

One case a transaction.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.case.models import Case
from registry.complaints.case.moves import lock_case_by_id
from registry.complaints.parties.hearings.models import Hearing
from registry.complaints.parties.hearings.moves import (
    advance,
    end_what_is_over,
    facts,
    is_outcome_readable,
    lock_hearing_by_id,
)
from registry.complaints.parties.hearings.rules import By, why_over
from registry.complaints.sealing.models import WrappedKey
from registry.complaints.sealing.sealer import Sealer
from registry.vocabulary.cases import HearingState


def end_due(sessions: sessionmaker[Session], sealer: Sealer, at: datetime) -> int:
    """Let due hearings lapse or end; gives how many. Access needs no such run: the portal checks the same rules."""
    today = at.date()
    is_late = (Hearing.state == HearingState.SERVED, Hearing.answer_by < today)
    with sessions() as session:
        rows = session.execute(
            select(Hearing, Case)
            .join(Case, Case.id == Hearing.case_id)
            .where(Hearing.state != HearingState.CLOSED)
            .order_by(Case.id)
        ).all()
        over = [case.id for hearing, case in rows if why_over(facts(session, case, hearing, today)) is not None]
        with_key = (WrappedKey.box_id == Hearing.box_id) & (WrappedKey.holder == Hearing.desk)
        given = session.execute(
            select(Hearing, Case)
            .join(Case, Case.id == Hearing.case_id)
            .join(WrappedKey, with_key)
            .where(Hearing.state == HearingState.CLOSED, Hearing.told_on.is_not(None))
        ).all()
        past = [case.id for hearing, case in given if not is_outcome_readable(session, case, hearing, today)]
        late = session.execute(select(Hearing.id).where(*is_late).order_by(Hearing.case_id)).scalars().all()
    count = 0
    for case_id in sorted({*over, *past}):
        with sessions.begin() as session:
            count += end_what_is_over(session, sealer, lock_case_by_id(session, case_id), at)
    for hearing_id in late:
        with sessions.begin() as session:
            case, hearing = lock_hearing_by_id(session, hearing_id, None)
            # It may have been answered or closed since it was looked for.
            if hearing.state is HearingState.SERVED:
                advance(session, case, hearing, HearingState.LAPSED, By.REGISTRY, at)
                count += 1
    return count
