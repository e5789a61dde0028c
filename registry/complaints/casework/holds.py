"""Legal holds: while a case has one, nothing of it is destroyed."""

from datetime import date

from sqlalchemy.orm import Session

from registry.complaints.case.messages import read_text
from registry.complaints.case.models import Case
from registry.complaints.case.moves import changed
from registry.complaints.casework.actions import MAX_REASON, Officer, lock_case
from registry.complaints.casework.notes.actions import write_note
from registry.complaints.sealing.sealer import Sealer


def set_legal_hold(
    session: Session,
    sealer: Sealer,
    officer: Officer,
    reference: str,
    today: date,
    *,
    is_held: bool,
    reason: str,
    version: int | None = None,
) -> Case:
    """Put a case under legal hold, or take the hold away. The reason becomes a note of the case, sealed like the others.

    Raises NotFound, StaleVersion, InvalidInput.
    """
    text = read_text("reason", reason, MAX_REASON)
    case = lock_case(session, officer, reference, version)
    if case.has_legal_hold is not is_held:
        write_note(session, sealer, officer, reference, text, today)
        case.has_legal_hold = is_held
        what = "case.held" if is_held else "case.released"
        changed(session, case, what, today, role=officer.role, actor=officer.name)
    return case
