"""Reads of referrals for officers: those of a case, one with all that its partner reads, what the custodian decides."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.complaints.case.consents import is_consented
from registry.complaints.case.messages import message_place
from registry.complaints.case.models import Case
from registry.complaints.casework.actions import Officer, in_unit, lock_case
from registry.complaints.intake.mailbox_models import Message
from registry.complaints.parties.referrals import content
from registry.complaints.parties.referrals.actions import lock_referral, opened_copy
from registry.complaints.parties.referrals.content import Handed
from registry.complaints.parties.referrals.models import Referral
from registry.complaints.parties.referrals.moves import facts
from registry.complaints.parties.referrals.portal import Report, reports_of
from registry.complaints.parties.referrals.rules import LIVE, MOVES, By, consent_for
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import OpenContainer, Sealer
from registry.core.errors import NotFound
from registry.vocabulary.cases import CaseRole, ConsentKind, ReferralState


class ReferralView(NamedTuple):
    """A referral as its unit reads it. `handed` is exactly what the partner reads, or would.

    `ways`: to which state this officer may take it now, None, or the code of what is lacking.
    """

    case: Case
    referral: Referral
    handed: Handed
    consent: ConsentKind | None
    is_consented: bool
    legal_basis: str | None
    reason: str | None
    reports: Sequence[Report]
    ways: Mapping[ReferralState, str | None]


class WaitingIdentity(NamedTuple):
    """A referral with which the worker's name may go along: `said` is the worker's message that asks for it."""

    referral: Referral
    case: str
    said: str


def referrals_of(session: Session, officer: Officer, reference: str) -> tuple[Case, list[Referral]]:
    """The referrals of a case, the latest first. Raises NotFound."""
    case = lock_case(session, officer, reference)
    rows = session.execute(select(Referral).where(Referral.case_id == case.id).order_by(Referral.id.desc()))
    return case, list(rows.scalars())


def referral_view(session: Session, sealer: Sealer, officer: Officer, reference: str, today: date) -> ReferralView:
    """One referral with what its partner reads. Audited like every reading. Raises NotFound."""
    case, referral = lock_referral(session, officer, reference)
    opened = opened_copy(session, sealer, officer.unit, referral)
    consent = consent_for(referral.partner_kind, referral.country)
    found = ReferralView(
        case=case,
        referral=referral,
        handed=content.read(opened, case, referral),
        consent=consent,
        is_consented=consent is not None and is_consented(session, case, consent),
        legal_basis=_words(opened, case, referral, "legal_basis_sealed"),
        reason=_words(opened, case, referral, "reason_sealed"),
        reports=reports_of(session, opened, case, referral),
        ways=_ways(session, case, referral, officer, today),
    )
    record(session, "referral.previewed", case.reference, on=today, actor=officer.name, detail=officer.role)
    return found


def require_of_case(session: Session, case: Case, reference: str) -> None:
    """Raise NotFound unless the referral is one of this case."""
    of_case = (Referral.case_id == case.id, Referral.reference == reference)
    if session.execute(select(Referral.id).where(*of_case)).first() is None:
        raise NotFound(f"there is no referral {reference} in this case")


def case_behind(session: Session, unit: str, reference: str) -> Case:
    """The case of a referral of a unit. Raises NotFound."""
    query = select(Case).join(Referral, Referral.case_id == Case.id)
    found = session.execute(query.where(in_unit(unit), Referral.reference == reference)).scalar_one_or_none()
    if found is None:
        raise NotFound(f"there is no referral {reference} in this unit")
    return found


def waiting_identities(
    session: Session, sealer: Sealer, unit: str, custodian: str, today: date
) -> list[WaitingIdentity]:
    """Referrals waiting for a unit's custodian, each with the message in which the worker asked for it. Audited."""
    rows = session.execute(
        select(Referral, Case)
        .join(Case, Case.id == Referral.case_id)
        .where(
            in_unit(unit),
            Referral.identity_said_in.is_not(None),
            Referral.identity_by.is_(None),
            Referral.state.in_(sorted(LIVE)),
        )
        .order_by(Referral.id)
    ).all()
    found = []
    for referral, case in rows:
        message, box = session.execute(
            select(Message, EncryptedContainer)
            .join(EncryptedContainer, EncryptedContainer.id == Message.box_id)
            .where(Message.reference == referral.identity_said_in)
        ).one()
        text = sealer.open_as_unit(session, box, unit).open(message.sealed, message_place(message, case))
        found.append(WaitingIdentity(referral, case.reference, text))
    for one in found:
        record(session, "referral.identity_considered", one.case, on=today, actor=custodian, detail="custodian")
    return found


def _words(opened: OpenContainer, case: Case, referral: Referral, column: str) -> str | None:
    sealed = getattr(referral, column)
    return None if sealed is None else opened.open(sealed, content.place(case, referral.reference, column))


def _ways(
    session: Session, case: Case, referral: Referral, officer: Officer, today: date
) -> dict[ReferralState, str | None]:
    by = By.SUPERVISOR if officer.role is CaseRole.SUPERVISOR else By.OFFICER
    # What a form will bring along, the law for an override, is asked for there.
    now = facts(session, case, referral, today, actor=officer.name, has_reason=True)
    return MOVES.ways(referral.state, [by], now)
