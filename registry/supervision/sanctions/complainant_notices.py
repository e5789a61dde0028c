"""Notices to complainants of what a sanction led to, written into their mailboxes once, after the sanction's commit.

The outbox says what is still to be told. A killed worker leaves the event where it was; message and deletion of the
event are one transaction, so that it is told once however often it is tried.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.case.moves import lock_case_by_id
from registry.complaints.case.units import day_of_case
from registry.complaints.casework import actions as casework
from registry.complaints.casework.decisions.actions import language_of
from registry.complaints.casework.decisions.queries import behind
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.errors import NotNow
from registry.core.outbox import OutboxEvent, consume
from registry.officers.models import Unit
from registry.supervision.sanctions.models import Sanction
from registry.supervision.sanctions.moves import TOLD
from registry.vocabulary.cases import CaseRole, CaseState
from registry.vocabulary.register import Language, SanctionKind

_STANDS = {event: state for state, event in TOLD.items()}

_SILENT = frozenset({CaseState.WITHDRAWN, CaseState.PURGED, CaseState.DRAFT})

Words = Callable[[Language, str, SanctionKind], str]
"""The text for the complainant, in their language: by type of event (such as `sanction.in_force`) and sanction kind."""


def notify_complainants(sessions: sessionmaker[Session], sealer: Sealer, words: Words, at: datetime) -> int:
    """Tell the complainants behind each sanction that the outbox names; gives the number of events processed."""

    def tell_all(session: Session, event: OutboxEvent) -> None:
        sanction = session.execute(select(Sanction).where(Sanction.reference == event.subject)).scalar_one()
        found = None if sanction.decision is None else behind(session, sanction.decision)
        # All are locked before the first line of the audit, and in one order.
        ids = sorted(case.id for case in found.cases) if found is not None else []
        for case in [lock_case_by_id(session, case_id) for case_id in ids]:
            if case.state in _SILENT or case.unit_id is None:
                continue
            # What the mailbox says of the case agrees with the message from the moment that it is there.
            case.measure, case.measure_on = _STANDS[event.type], day_of_case(session, case, at)
            case.measure_until = sanction.until
            officer = casework.Officer("", CaseRole.REGISTRY, session.get_one(Unit, case.unit_id).reference)
            text = words(language_of(case), event.type, sanction.kind)
            # Refused where the complainant has no mailbox any more.
            with suppress(NotNow):
                casework.reply(Call(session, officer, at), sealer, case.reference, text, to_helper=True)

    return consume(sessions, TOLD.values(), tell_all)
