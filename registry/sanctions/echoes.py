"""What follows a sanction after its commit: whoever complained reads in her mailbox what became of it, once.

The outbox says what is still to be told. A worker that is killed leaves the event where it was; message and mark stand in one
transaction, so that it is told once however often it is tried.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.case_terms import CaseRole, CaseState
from registry.complaints import casework
from registry.complaints.decisions.actions import language_of
from registry.complaints.decisions.queries import behind
from registry.complaints.models import Case
from registry.complaints.moving import lock_case_by_id
from registry.complaints.sealing import Sealer
from registry.errors import NotNow
from registry.events.models import OutboxEvent
from registry.officers.models import Unit
from registry.sanctions.models import Sanction
from registry.terms import Language, SanctionKind

TOLD = ("sanction.in_force", "sanction.stayed_by_appeal", "sanction.lifted", "sanction.overturned")
"""Of these she hears; of what is only prepared she does not."""

_SILENT = frozenset({CaseState.WITHDRAWN, CaseState.PURGED, CaseState.DRAFT})

Words = Callable[[Language, str, SanctionKind], str]
"""What she reads of an event, in her language: of its type, such as `sanction.in_force`, and the kind of sanction."""


def hand_on(sessions: sessionmaker[Session], sealer: Sealer, words: Words, at: datetime) -> int:
    """Tell whoever complained of what the outbox holds about sanctions; gives how many events were handed on."""
    with sessions() as session:
        waiting = select(OutboxEvent.id).where(OutboxEvent.type.in_(TOLD), OutboxEvent.dispatched_at.is_(None))
        events = list(session.execute(waiting.order_by(OutboxEvent.id)).scalars())
    return sum(_hand_on(sessions, sealer, words, event, at) for event in events)


def _hand_on(sessions: sessionmaker[Session], sealer: Sealer, words: Words, event_id: int, at: datetime) -> int:
    with sessions.begin() as session:
        event = session.execute(
            select(OutboxEvent)
            .where(OutboxEvent.id == event_id, OutboxEvent.dispatched_at.is_(None))
            .with_for_update(skip_locked=True)
        ).scalar_one_or_none()
        if event is None:
            return 0
        sanction = session.execute(select(Sanction).where(Sanction.reference == event.subject)).scalar_one()
        found = None if sanction.decision is None else behind(session, sanction.decision)
        # All are locked before the first line of the audit, and in one order.
        behind_it = sorted(case.id for case in found.cases) if found is not None else []
        for case in [lock_case_by_id(session, case_id) for case_id in behind_it]:
            _tell(session, sealer, words, case, event, sanction, at)
        event.dispatched_at = at
        return 1


def _tell(
    session: Session, sealer: Sealer, words: Words, case: Case, event: OutboxEvent, sanction: Sanction, at: datetime
) -> None:
    if case.state in _SILENT or case.unit_id is None:
        return
    unit = session.get_one(Unit, case.unit_id).reference
    officer = casework.Officer("", CaseRole.REGISTRY, unit)
    text = words(language_of(case), event.type, sanction.kind)
    try:
        casework.reply(
            session, sealer, officer, case.reference, text, at, to_helper=True, once=f"{event.type} {event.id}"
        )
    except NotNow:
        # She has no mailbox any more: there is nobody to tell.
        return
