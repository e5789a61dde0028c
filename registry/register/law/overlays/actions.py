"""Overlays are proposed by one officer, put into force by another, and withdrawn by two again. Nothing here commits.

What is put into force stands in the log, and readers take it up with the next question: the ground's version grows.
"""

import hashlib
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from registry.audit import actions as audit
from registry.core import calls, clock, errors, ids
from registry.core.db.locking import lock
from registry.log.actions import Appended, Draft, append, lock_log
from registry.log.queries import logged_keys
from registry.officers.models import NoticeKind
from registry.officers.notices import notify_unit
from registry.officers.rights import Act, Resource
from registry.register.agencies.rules import tidy_line
from registry.register.authorities.actions import coverage_changed
from registry.register.law.loading import BadLaw
from registry.register.law.overlays.models import LawOverlay, OverlayState
from registry.register.law.overlays.queries import last_version, law_at, stated_in
from registry.register.law.overlays.rules import Overlay, overlay_of
from registry.register.law.overlays.signatures import Signature, read_signature, require_signed
from registry.vocabulary.codes import Problem
from registry.vocabulary.supervision import EntryType

LAW = "law/"
MAX_REASON = 400


class Operator(NamedTuple):
    """The acting officer's reference, and the unit to which the audit trail assigns the matter."""

    name: str
    unit: str | None = None


def checked(session: Session, name: str, text: bytes, signature: str, at: datetime) -> tuple[Overlay, Signature]:
    """A file as it could be put into force now. Raises InvalidInput, which names row and field."""
    try:
        made = read_signature(name, signature)
        require_signed(name, text, made, logged_keys(session))
        overlay = overlay_of(name, text, law_at(session), after=last_version(session), today=clock.day_at(at, None))
    except BadLaw as wrong:
        raise refused(wrong) from None
    return overlay, made


def refused(wrong: BadLaw) -> errors.InvalidInput:
    """What is wrong with a file, as an error that a caller may read."""
    where = "signature" if wrong.field == "signature" else "file"
    return errors.InvalidInput([errors.Fault.of(where, Problem.INVALID_VALUE, "law_overlay", detail=str(wrong))])


def propose(call: calls.Call[Operator], text: bytes, signature: str, name: str = "overlay") -> LawOverlay:
    """Propose a signed file. Nothing is in force until another approves it. Raises InvalidInput."""
    overlay, made = checked(call.session, name, text, signature, call.at)
    row = LawOverlay(
        reference=ids.new_reference(),
        number=overlay.version,
        body=text,
        digest=hashlib.sha256(text).hexdigest(),
        kid=made.kid,
        signature=made.text,
        state=OverlayState.PROPOSED,
        proposed_by=call.actor.name,
        proposed_at=call.at,
    )
    call.session.add(row)
    call.session.flush()
    _notify_second(call)
    _record(call, row, "law.proposed")
    return row


def approve(call: calls.Call[Operator], reference: str) -> LawOverlay:
    """Put a proposed overlay into force: the next answer stands on it.

    It is read again on the law as it is now. Raises NotFound, ActRefused for the proposer, StaleVersion, NotNow where it
    was decided, InvalidInput where it no longer fits.
    """
    # With the log locked no other overlay comes into force under this one.
    lock_log(call.session)
    row = _lock_overlay(call, reference)
    if row.state is not OverlayState.PROPOSED:
        raise _decided(row)
    if row.proposed_by == call.actor.name:
        raise errors.ActRefused("own_proposal", "you proposed this: another officer has to approve it")
    overlay, _ = checked(call.session, f"overlay {row.number}", row.body, f"{row.kid} {row.signature}", call.at)
    appended = _publish(call.session, row, overlay, EntryType.LAW_OVERLAY_APPROVED, "approved")
    row.state, row.decided_by, row.decided_at = OverlayState.APPROVED, call.actor.name, appended.at
    row.log_index = appended.first_index
    return _change(call, row, "law.approved")


def withdraw(call: calls.Call[Operator], reference: str, reason: str) -> LawOverlay:
    """Withdraw an overlay, with a reason. One that waits is refused at once; one in force when a second person asks too.

    Raises NotFound, ActRefused for the one who asked already, StaleVersion, NotNow, InvalidInput.
    """
    lock_log(call.session)
    row, by = _lock_overlay(call, reference), call.actor.name
    if row.state not in (OverlayState.PROPOSED, OverlayState.APPROVED):
        raise _decided(row)
    stated = tidy_line("reason", reason, MAX_REASON)
    if row.state is OverlayState.PROPOSED:
        row.state, row.decided_by, row.decided_at = OverlayState.REFUSED, by, call.at
        row.reason = stated
        return _change(call, row, "law.refused")
    if row.withdrawal_asked_by is None:
        row.withdrawal_asked_by, row.withdrawal_asked_at, row.reason = by, call.at, stated
        _notify_second(call)
        return _change(call, row, "law.withdrawal_asked")
    if row.withdrawal_asked_by == by:
        raise errors.ActRefused("own_proposal", "you asked for this: another officer has to withdraw it too")
    appended = _publish(call.session, row, stated_in(row), EntryType.LAW_OVERLAY_WITHDRAWN, "withdrawn")
    row.state, row.withdrawn_by, row.withdrawn_at = OverlayState.WITHDRAWN, by, appended.at
    row.reason = stated
    return _change(call, row, "law.withdrawn")


def _notify_second(call: calls.Call[Operator]) -> None:
    """Tell operators of the same unit by mail that something waits for a second person."""
    if call.actor.unit is not None:
        second = NoticeKind.SECOND_PERSON
        notify_unit(call.session, call.actor.unit, Resource.LAW, Act.APPROVE, second, call.at, but=[call.actor.name])


def _lock_overlay(call: calls.Call[Operator], reference: str) -> LawOverlay:
    its = LawOverlay.reference == ids.read_reference(reference)
    return lock(call.session, LawOverlay, its, version=call.version, missing=f"there is no overlay {reference}")


def _publish(session: Session, row: LawOverlay, overlay: Overlay, type: EntryType, state: str) -> Appended:
    record: dict[str, Any] = {
        "digest": f"sha256:{row.digest}",
        "kid": row.kid,
        "made_on": overlay.made_on.isoformat(),
        "rows": sorted(overlay.touched),
        "signature": row.signature,
        "state": state,
        "version": row.number,
    }
    appended = append(session, [Draft(f"{LAW}{row.reference}", type, record)])
    coverage_changed(session)
    return appended


def _change(call: calls.Call[Operator], row: LawOverlay, act: str) -> LawOverlay:
    row.version += 1
    call.session.flush()
    _record(call, row, act)
    return row


def _record(call: calls.Call[Operator], row: LawOverlay, act: str) -> None:
    detail, by = f"law overlay {row.number}", call.actor
    audit.record(call.session, act, row.reference, on=call.at.date(), actor=by.name, detail=detail, unit=by.unit)


def _decided(row: LawOverlay) -> errors.NotNow:
    return errors.NotNow(f"this waits no more: the overlay is {row.state}", "law.decided", state=row.state)
