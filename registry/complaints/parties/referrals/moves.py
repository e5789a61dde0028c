"""Moves of a referral between its states: by its table, with the partner's keys, and an audit line of the case."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.consents import is_consented
from registry.complaints.case.models import Case
from registry.complaints.case.moves import changed, lock_case_by_id, same_person
from registry.complaints.casework import sealed_copies
from registry.complaints.parties.referrals.models import Referral
from registry.complaints.parties.referrals.rules import HELD, MOVES, By, Guard, ReferralFacts, consent_for
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import Sealer
from registry.core import moves
from registry.core.db.locking import lock
from registry.vocabulary.cases import CaseRole, CaseState, Priority, ReferralEnd, ReferralState


def facts(
    session: Session, case: Case, referral: Referral, today: date, *, actor: str, has_reason: bool
) -> ReferralFacts:
    consent = consent_for(referral.partner_kind, referral.country)
    return ReferralFacts(
        today=today,
        kind=referral.partner_kind,
        country=referral.country,
        expires_on=referral.expires_on,
        is_consented=consent is not None and is_consented(session, case, consent),
        is_readable=is_readable(case),
        priority=case.priority,
        basis=referral.basis,
        proposed_by=same_person(referral.proposed_by),
        actor=same_person(actor),
        has_reason=has_reason,
    )


def is_readable(case: Case) -> bool:
    """Whether other parties may read what was shared today: a withdrawal ends that unless someone is in danger."""
    if case.state is CaseState.WITHDRAWN:
        return case.priority in (Priority.P0, Priority.P1)
    return case.state not in (CaseState.DRAFT, CaseState.PURGED)


def advance(
    session: Session,
    case: Case,
    referral: Referral,
    target: ReferralState,
    by: By,
    at: datetime,
    *,
    actor: str = "",
    role: CaseRole = CaseRole.REGISTRY,
    has_reason: bool = False,
) -> None:
    """Move a locked referral of a locked case. Raises IllegalMove when the table, or what must hold, does not let it."""

    def known(_: object) -> ReferralFacts:
        return facts(session, case, referral, at.date(), actor=actor, has_reason=has_reason)

    moves.advance(MOVES, referral, target, by, known)
    referral.version += 1
    session.flush()
    changed(
        session, case, f"referral.{target}", at.date(), role=role, actor=actor, detail=f"{referral.partner_kind} {by}"
    )


def revoke(
    session: Session,
    sealer: Sealer,
    case: Case,
    referral: Referral,
    because: ReferralEnd,
    at: datetime,
    *,
    by: By = By.REGISTRY,
    actor: str = "",
    role: CaseRole = CaseRole.REGISTRY,
) -> None:
    """End a referral and delete the partner's keys, in one transaction."""
    close_access(session, sealer, referral)
    referral.ended_on, referral.ended_because = at.date(), because
    advance(session, case, referral, ReferralState.REVOKED, by, at, actor=actor, role=role)


def close_access(session: Session, sealer: Sealer, referral: Referral) -> None:
    sealed_copies.take_back(session, sealer, session.get_one(EncryptedContainer, referral.box_id), referral.partner)


def why_over(session: Session, case: Case, referral: Referral, today: date) -> ReferralEnd | None:
    """Why a referral has to end today, if it does."""
    now = facts(session, case, referral, today, actor="", has_reason=False)
    if not now.is_readable:
        return ReferralEnd.WITHDRAWN
    if now.expires_on < today:
        return ReferralEnd.EXPIRED
    is_notified = referral.state in HELD or referral.state is ReferralState.CONSENTED
    if is_notified and MOVES.lacking(Guard.BASIS_STANDS, now) is not None:
        return ReferralEnd.CONSENT_REVOKED
    return None


def end_what_is_over(session: Session, sealer: Sealer, case: Case, at: datetime) -> int:
    """End each referral of a locked case whose consent, time or complaint is over. Gives how many."""
    running = select(Referral).where(
        Referral.case_id == case.id, Referral.state.not_in([ReferralState.DECLINED, ReferralState.REVOKED])
    )
    count = 0
    for referral in session.execute(running.order_by(Referral.id).with_for_update()).scalars().all():
        because = why_over(session, case, referral, at.date())
        if because is not None:
            revoke(session, sealer, case, referral, because, at)
            count += 1
    return count


def lock_referral_by_id(session: Session, referral_id: int, version: int | None) -> tuple[Case, Referral]:
    """A referral and its case, both locked, the case first. Raises StaleVersion."""
    case_id = session.execute(select(Referral.case_id).where(Referral.id == referral_id)).scalar_one()
    case = lock_case_by_id(session, case_id)
    return case, lock(session, Referral, Referral.id == referral_id, version=version)
