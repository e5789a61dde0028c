"""Consents: whom the officers may tell. Each is given separately and can be revoked at any time."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.case.moves import changed
from registry.complaints.case.questions import QUESTIONNAIRE, YES
from registry.complaints.intake.models import Consent
from registry.complaints.sealing.models import EncryptedContainer
from registry.vocabulary.cases import CaseRole, ConsentKind, MailboxRole

_RUNNING = select(Consent).where(Consent.box_id == bindparam("box_id"), Consent.revoked_on.is_(None))


class ConsentState(NamedTuple):
    """How one consent stands. `is_given` in days: since `since`, or revoked on it; None when it was never spoken of."""

    kind: ConsentKind
    is_given: bool
    since: date | None


def set_consent(
    session: Session, case: Case, box: EncryptedContainer, kind: ConsentKind, today: date, *, is_given: bool
) -> None:
    """Give or revoke one consent in a locked case. Idempotent."""
    running = _running(session, box).get(kind)
    if is_given and running is None:
        _give(session, case, box, kind, today)
    elif not is_given and running is not None:
        running.revoked_on = today
        changed(session, case, "case.consent_revoked", today, role=CaseRole.COMPLAINANT, detail=kind)


def is_running(session: Session, box: EncryptedContainer, kind: ConsentKind) -> bool:
    """Whether a consent was given in this mailbox and not revoked."""
    return kind in _running(session, box)


def _give(session: Session, case: Case, box: EncryptedContainer, kind: ConsentKind, today: date) -> None:
    session.add(Consent(case_id=case.id, box_id=box.id, kind=kind, given_on=today, revoked_on=None))
    changed(session, case, "case.consent_given", today, role=CaseRole.COMPLAINANT, detail=kind)


def consents_answered(
    session: Session, case: Case, box: EncryptedContainer, answers: Mapping[str, Any], today: date
) -> None:
    """Give the consents that were answered with yes, and no other: silence is no consent."""
    given = [one.consent for one in QUESTIONNAIRE if one.consent is not None and answers.get(one.code) == YES]
    running = _running(session, box) if given else {}
    for kind in given:
        if kind not in running:
            _give(session, case, box, kind, today)


def standing(session: Session, box: EncryptedContainer) -> list[ConsentState]:
    """Every consent as it stands in one mailbox, in the order of their kinds."""
    return standing_in(session, [box])[0]


def standing_in(session: Session, boxes: Sequence[EncryptedContainer]) -> list[list[ConsentState]]:
    """The consents of several mailboxes, in their order."""
    of_boxes = Consent.box_id.in_([box.id for box in boxes])
    rows = session.execute(select(Consent).where(of_boxes).order_by(Consent.id)).scalars()
    last = {(row.box_id, row.kind): row for row in rows}
    return [[_standing(kind, last.get((box.id, kind))) for kind in ConsentKind] for box in boxes]


def is_consented(session: Session, case: Case, kind: ConsentKind) -> bool:
    """Whether the worker has consented and not revoked it. A helper cannot consent for the worker."""
    mine = (
        select(Consent.id)
        .join(EncryptedContainer, EncryptedContainer.id == Consent.box_id)
        .where(
            Consent.case_id == case.id,
            Consent.kind == kind,
            Consent.revoked_on.is_(None),
            EncryptedContainer.role == MailboxRole.WORKER,
        )
    )
    return session.execute(mine.limit(1)).first() is not None


def _standing(kind: ConsentKind, row: Consent | None) -> ConsentState:
    if row is None:
        return ConsentState(kind, is_given=False, since=None)
    return ConsentState(kind, is_given=row.revoked_on is None, since=row.revoked_on or row.given_on)


def _running(session: Session, box: EncryptedContainer) -> dict[ConsentKind, Consent]:
    return {row.kind: row for row in session.execute(_RUNNING, {"box_id": box.id}).scalars()}
