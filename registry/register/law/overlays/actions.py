"""Overlays are proposed by one officer, put into force by another, and withdrawn by two again. Nothing here commits.

What is put into force stands in the log, and readers take it up with the next question: the ground's version grows.
"""

import hashlib
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from registry.audit import actions as audit
from registry.core.clock import day_at
from registry.core.db.locking import lock, require_version
from registry.core.errors import ActRefused, Fault, InvalidInput, NotNow
from registry.core.ids import new_reference, read_reference
from registry.log.actions import Appended, Draft, append, lock_log
from registry.log.queries import logged_keys
from registry.officers.models import NoticeKind
from registry.officers.notices import notify_unit
from registry.officers.rights import Act, Resource
from registry.register.agencies.texts import tidy_line
from registry.register.authorities.actions import coverage_changed
from registry.register.law.loading import BadLaw
from registry.register.law.overlays.models import LawOverlay, OverlayState
from registry.register.law.overlays.queries import last_version, law_at, stated_in
from registry.register.law.overlays.rules import Overlay, overlay_of
from registry.register.law.overlays.signatures import Signature, read_signature, require_signed
from registry.vocabulary.codes import Problem
from registry.vocabulary.entries import EntryType

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
        overlay = overlay_of(name, text, law_at(session), after=last_version(session), today=day_at(at, None))
    except BadLaw as wrong:
        raise refused(wrong) from None
    return overlay, made


def refused(wrong: BadLaw) -> InvalidInput:
    """What is wrong with a file, as an error that a caller may read."""
    where = "signature" if wrong.field == "signature" else "file"
    return InvalidInput([Fault.of(where, Problem.INVALID_VALUE, "law_overlay", detail=str(wrong))])


def propose(
    session: Session, operator: Operator, text: bytes, signature: str, at: datetime, *, name: str = "overlay"
) -> LawOverlay:
    """Propose a signed file. Nothing is in force until another approves it. Raises InvalidInput."""
    overlay, made = checked(session, name, text, signature, at)
    row = LawOverlay(
        reference=new_reference(),
        number=overlay.version,
        body=text,
        digest=hashlib.sha256(text).hexdigest(),
        kid=made.kid,
        signature=made.text,
        state=OverlayState.PROPOSED,
        proposed_by=operator.name,
        proposed_at=at,
    )
    session.add(row)
    session.flush()
    _call_second(session, operator, at)
    _record(session, row, "law.proposed", operator, at)
    return row


def approve(
    session: Session, operator: Operator, reference: str, at: datetime, *, version: int | None = None
) -> LawOverlay:
    """Put a proposed overlay into force: the next answer stands on it.

    It is read again on the law as it is now. Raises NotFound, ActRefused for the proposer, StaleVersion, NotNow where it
    was decided, InvalidInput where it no longer fits.
    """
    # With the log locked no other overlay comes into force under this one.
    lock_log(session)
    row = _locked(session, reference, version)
    if row.state is not OverlayState.PROPOSED:
        raise _decided(row)
    if row.proposed_by == operator.name:
        raise ActRefused("own_proposal", "you proposed this: another officer has to approve it")
    overlay, _ = checked(session, f"overlay {row.number}", row.body, f"{row.kid} {row.signature}", at)
    appended = _published(session, row, overlay, EntryType.LAW_OVERLAY_APPROVED, "approved")
    row.state, row.decided_by, row.decided_at = OverlayState.APPROVED, operator.name, appended.at
    row.log_index = appended.first_index
    return _changed(session, row, "law.approved", operator, at)


def withdraw(
    session: Session, operator: Operator, reference: str, reason: str, at: datetime, *, version: int | None = None
) -> LawOverlay:
    """Withdraw an overlay, with a reason. One that waits is refused at once; one in force when a second person asks too.

    Raises NotFound, ActRefused for the one who asked already, StaleVersion, NotNow, InvalidInput.
    """
    lock_log(session)
    row = _locked(session, reference, version)
    if row.state not in (OverlayState.PROPOSED, OverlayState.APPROVED):
        raise _decided(row)
    stated = tidy_line("reason", reason, MAX_REASON)
    if row.state is OverlayState.PROPOSED:
        row.state, row.decided_by, row.decided_at = OverlayState.REFUSED, operator.name, at
        row.reason = stated
        return _changed(session, row, "law.refused", operator, at)
    if row.withdrawal_asked_by is None:
        row.withdrawal_asked_by, row.withdrawal_asked_at, row.reason = operator.name, at, stated
        _call_second(session, operator, at)
        return _changed(session, row, "law.withdrawal_asked", operator, at)
    if row.withdrawal_asked_by == operator.name:
        raise ActRefused("own_proposal", "you asked for this: another officer has to withdraw it too")
    appended = _published(session, row, stated_in(row), EntryType.LAW_OVERLAY_WITHDRAWN, "withdrawn")
    row.state, row.withdrawn_by, row.withdrawn_at = OverlayState.WITHDRAWN, operator.name, appended.at
    row.reason = stated
    return _changed(session, row, "law.withdrawn", operator, at)


def _call_second(session: Session, operator: Operator, at: datetime) -> None:
    """Operators of the same unit are told by mail that something waits for a second person."""
    if operator.unit is not None:
        second = NoticeKind.SECOND_PERSON
        notify_unit(session, operator.unit, Resource.LAW, Act.APPROVE, second, at, but=[operator.name])


def _locked(session: Session, reference: str, version: int | None) -> LawOverlay:
    its = LawOverlay.reference == read_reference(reference)
    row = lock(session, LawOverlay, its, missing=f"there is no overlay {reference}")
    require_version(row.version, version)
    return row


def _published(session: Session, row: LawOverlay, overlay: Overlay, type: EntryType, state: str) -> Appended:
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


def _changed(session: Session, row: LawOverlay, act: str, operator: Operator, at: datetime) -> LawOverlay:
    row.version += 1
    session.flush()
    _record(session, row, act, operator, at)
    return row


def _record(session: Session, row: LawOverlay, act: str, operator: Operator, at: datetime) -> None:
    detail = f"law overlay {row.number}"
    audit.record(session, act, row.reference, on=at.date(), actor=operator.name, detail=detail, unit=operator.unit)


def _decided(row: LawOverlay) -> NotNow:
    return NotNow(f"this waits no more: the overlay is {row.state}", "law.decided", state=row.state)
