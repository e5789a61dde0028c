"""The worker's part: clean copies that nobody has begun, or whose process was killed, of cases that have a unit.

A draft can be opened by its own mailbox alone, so there the next visit sees to it (`tending.errands_due`).
"""

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.audit.actions import record
from registry.clock import now
from registry.complaints import tending
from registry.complaints.attachment_models import Attachment
from registry.complaints.boxes import Box
from registry.complaints.models import Case
from registry.complaints.sealing import Sealer
from registry.config import Settings
from registry.errors import KeyTrouble, Unopenable
from registry.keyring import Keyring
from registry.officers.models import Unit

log = structlog.get_logger()


def clean_waiting(settings: Settings, sessions: sessionmaker[Session]) -> int:
    """Begin on what waits, as far as there are slots; gives how many were begun. That the originals are opened is audited."""
    sealer, errands = Sealer(Keyring(settings.keys)), []
    of_a_unit = Attachment.case_id.in_(select(Case.id).where(Case.unit_id.is_not(None)))
    with sessions.begin() as session:
        for attachment in tending.due(session, settings, of_a_unit, most=tending.SLOTS):
            box, case, unit = session.execute(
                select(Box, Case, Unit)
                .join(Case, Case.id == Box.case_id)
                .join(Unit, Unit.id == Case.unit_id)
                .where(Box.id == attachment.box_id)
            ).one()
            try:
                opened = sealer.open_as_custodian(session, box, unit.reference)
                errands.append(tending.errand(settings, opened, case, attachment))
            except (Unopenable, KeyTrouble) as trouble:
                log.error("attachment_not_opened", attachment=attachment.reference, trouble=trouble.text)
                continue
            record(session, "attachment.clean", case.reference, on=now().date(), actor="registry")
    return tending.begin_all(settings, errands)
