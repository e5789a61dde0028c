"""The worker's task that starts missing clean copies, never begun or interrupted, for cases that have a unit.

A draft can be opened by its own mailbox alone: its copies start at the next visit (`sanitise_jobs.errands_due`).
"""

import time

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.audit.actions import record
from registry.complaints.attachments import sanitise_jobs
from registry.complaints.attachments.models import Attachment
from registry.complaints.case.models import Case
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.errors import KeyTrouble, Unopenable
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.officers.models import Unit

log = structlog.get_logger()

REST = 60.0
"""Seconds after which an attachment is begun again that has no copy still: its scanner may be away, or its tool missing."""

_resting: dict[str, float] = {}
"""Until when, by the monotonic clock, an attachment rests that this process began."""


def clean_waiting(settings: Settings, sessions: sessionmaker[Session]) -> int:
    """Start cleaning what waits, as far as there are slots; gives how many. Opening the originals is audited.

    It is asked each second, so that the next begins when one ends.
    """
    free = sanitise_jobs.SLOTS - len(sanitise_jobs.being_cleaned(settings))
    if free <= 0:
        return 0
    at = time.monotonic()
    for reference in [reference for reference, until in _resting.items() if until <= at]:
        del _resting[reference]
    of_a_unit = Attachment.case_id.in_(select(Case.id).where(Case.unit_id.is_not(None)))
    with sessions() as session:
        session.connection(execution_options={"registry_reading": True})
        waiting = select(Attachment.id).where(
            of_a_unit, sanitise_jobs.WAITS, Attachment.reference.not_in(list(_resting))
        )
        if session.execute(waiting.limit(1)).first() is None:
            return 0
    sealer, jobs = Sealer(Keyring(settings.keys)), []
    with sessions.begin() as session:
        for attachment in sanitise_jobs.due(session, settings, of_a_unit, free, but=_resting):
            box, case, unit = session.execute(
                select(EncryptedContainer, Case, Unit)
                .join(Case, Case.id == EncryptedContainer.case_id)
                .join(Unit, Unit.id == Case.unit_id)
                .where(EncryptedContainer.id == attachment.box_id)
            ).one()
            try:
                opened = sealer.open_as_custodian(session, box, unit.reference)
                jobs.append(sanitise_jobs.sanitise_job(settings, opened, case, attachment))
            except (Unopenable, KeyTrouble) as trouble:
                log.error("attachment_not_opened", attachment=attachment.reference, trouble=trouble.text)
                _resting[attachment.reference] = at + REST
                continue
            record(session, "attachment.clean", case.reference, on=now().date(), actor="registry")
    begun = sanitise_jobs.begin_all(settings, jobs)
    _resting.update((job.attachment, at + REST) for job in jobs[:begun])
    return begun
