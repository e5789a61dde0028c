"""Legal holds: while a case has one, nothing of it is destroyed."""

from registry.complaints.case.messages import read_text
from registry.complaints.case.models import Case
from registry.complaints.case.moves import changed
from registry.complaints.casework.actions import MAX_REASON, Officer, lock_case
from registry.complaints.casework.notes.actions import write_note
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call


def set_legal_hold(call: Call[Officer], sealer: Sealer, reference: str, reason: str, *, is_held: bool) -> Case:
    """Put a case under legal hold, or take the hold away. The reason becomes a note of the case, sealed like the others.

    Raises NotFound, StaleVersion, InvalidInput.
    """
    text = read_text("reason", reason, MAX_REASON)
    officer = call.actor
    case = lock_case(call.session, officer, reference, call.version)
    if case.has_legal_hold is not is_held:
        write_note(call, sealer, reference, text)
        case.has_legal_hold = is_held
        what = "case.held" if is_held else "case.released"
        changed(call.session, case, what, call.at.date(), role=officer.role, actor=officer.name)
    return case
