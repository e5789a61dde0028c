"""What becomes of a proposed sanction: review, approval, its end. By two persons."""

from registry.complaints.case.messages import read_text
from registry.core.calls import Call
from registry.core.errors import NotNow
from registry.officers.models import NoticeKind
from registry.officers.notices import notify_authority
from registry.officers.rights import Act, Resource
from registry.supervision.sanctions.effect import end, lock_public, put_in_force
from registry.supervision.sanctions.models import Sanction
from registry.supervision.sanctions.moves import SanctionOfficial, advance, lock_sanction, record_change, today_at
from registry.supervision.sanctions.rules import MAX_GROUND, MOVES, By, Guard
from registry.vocabulary.licensing import SanctionState


def hand_to_review(call: Call[SanctionOfficial], reference: str) -> Sanction:
    """Send a proposed sanction to review by a second person. Raises NotFound, IllegalMove, StaleVersion."""
    sanction = lock_sanction(call, reference)
    notify_authority(
        call.session,
        sanction.authority,
        Resource.SANCTION,
        Act.APPROVE,
        NoticeKind.SECOND_PERSON,
        call.at,
        but={call.actor.name, sanction.proposed_by},
        is_danger=sanction.is_urgent,
    )
    advance(call, sanction, SanctionState.LEGAL_REVIEW, By.PROPOSER)
    return sanction


def give_back(call: Call[SanctionOfficial], reference: str, reason: str) -> Sanction:
    """Send a sanction from review back to its proposer, with a reason.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    sanction = lock_sanction(call, reference)
    ground = read_text("reason", reason, MAX_GROUND)
    advance(call, sanction, SanctionState.PROPOSED, By.APPROVER, ground=ground)
    return sanction


def approve(call: Call[SanctionOfficial], reference: str) -> Sanction:
    """Approve a sanction that another officer proposed; if its day has come, it is in force in the same transaction.

    Raises NotFound, StaleVersion, and IllegalMove for its proposer, for the officer who looked at the workers, and for
    a second approval.
    """
    sanction = lock_sanction(call, reference)
    today = today_at(call.session, sanction.authority, call.at)
    is_due = sanction.effective_from <= today
    if is_due:
        lock_public(call.session, sanction)
    advance(call, sanction, SanctionState.APPROVED, By.APPROVER)
    sanction.approved_by, sanction.approved_on = call.actor.name, today
    if is_due:
        put_in_force(call, sanction, By.REGISTRY)
    return sanction


def drop(call: Call[SanctionOfficial], reference: str, reason: str) -> Sanction:
    """Drop a sanction before it is in force: none of it was public.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    sanction = lock_sanction(call, reference)
    ground = read_text("reason", reason, MAX_GROUND)
    advance(call, sanction, SanctionState.DROPPED, By.PROPOSER, ground=ground)
    return sanction


def ask_for_end(call: Call[SanctionOfficial], reference: str, to: SanctionState, ground: str) -> Sanction:
    """Request that a sanction be stayed, lifted, overturned, or put in force again after a stay.

    A second person confirms. Raises NotFound, NotNow, StaleVersion, InvalidInput.
    """
    sanction = lock_sanction(call, reference)
    move = MOVES.find(sanction.state, to, By.APPROVER)
    if move is None or move.guard is not Guard.ASKED_BY_ANOTHER:
        raise NotNow(
            f"what is {sanction.state} does not become {to}",
            "sanction.no_such_move",
            source=sanction.state,
            target=to,
        )
    if sanction.ending_to is not None:
        raise NotNow("something is asked for already: confirm or refuse that first", "sanction.asked_already")
    sanction.ending_to, sanction.ending_by = to, call.actor.name
    sanction.ending_ground = read_text("ground", ground, MAX_GROUND)
    record_change(call, sanction, "sanction.end_asked", today_at(call.session, sanction.authority, call.at), to)
    return sanction


def confirm_end(call: Call[SanctionOfficial], reference: str) -> Sanction:
    """Confirm what another officer requested for a sanction. Raises NotFound, NotNow, IllegalMove, StaleVersion."""
    sanction = lock_sanction(call, reference)
    target = _requested_end(sanction)
    ground = sanction.ending_ground or ""
    if target is SanctionState.IN_FORCE:
        put_in_force(call, sanction, By.APPROVER, ground=ground)
    else:
        end(call, sanction, target, ground)
    sanction.ending_to = sanction.ending_by = sanction.ending_ground = None
    call.session.flush()
    return sanction


def refuse_end(call: Call[SanctionOfficial], reference: str) -> Sanction:
    """Refuse a requested end; the sanction stays as it is. Raises NotFound, NotNow, StaleVersion."""
    sanction = lock_sanction(call, reference)
    target = _requested_end(sanction)
    sanction.ending_to = sanction.ending_by = sanction.ending_ground = None
    today = today_at(call.session, sanction.authority, call.at)
    record_change(call, sanction, "sanction.end_refused", today, target)
    return sanction


def _requested_end(sanction: Sanction) -> SanctionState:
    if sanction.ending_to is None:
        raise NotNow("nothing was asked for, or it was decided already", "sanction.nothing_asked")
    return sanction.ending_to
