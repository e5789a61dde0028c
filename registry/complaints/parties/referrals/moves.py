"""Moves of a referral between its states: by its table, with the partner's keys, and an audit line of the case."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.case.consents import is_consented
from registry.complaints.case.models import Case
from registry.complaints.case.moves import same_person
from registry.complaints.case.states import READ_WHEN_WITHDRAWN
from registry.complaints.case.units import day_of_case
from registry.complaints.casework import sealed_copies
from registry.complaints.casework.actions import Officer
from registry.complaints.parties.models import Referral
from registry.complaints.parties.referrals.rules import HELD, MOVES, By, Guard, ReferralFacts, consent_for
from registry.complaints.parties.steps import REGISTRY, PartyMember, end_by_case, record_change
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import Sealer
from registry.core import moves
from registry.core.calls import Call
from registry.vocabulary.cases import CaseRole, CaseState, ReferralEnd, ReferralState

ENDED = (ReferralState.DECLINED, ReferralState.REVOKED)


def facts(session: Session, case: Case, referral: Referral, today: date, actor: str = "") -> ReferralFacts:
    """The facts that the rules look at."""
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
    )


def is_readable(case: Case) -> bool:
    """Whether other parties may read what was shared today: a withdrawal ends that unless someone is in danger."""
    if case.state is CaseState.WITHDRAWN:
        return case.priority in READ_WHEN_WITHDRAWN
    return case.state not in (CaseState.DRAFT, CaseState.PURGED)


def role_of(officer: Officer) -> By:
    """As whom an officer moves a referral."""
    return By.SUPERVISOR if officer.role is CaseRole.SUPERVISOR else By.OFFICER


def advance_referral(
    call: Call[Officer | PartyMember],
    case: Case,
    referral: Referral,
    target: ReferralState,
    by: By,
    *,
    has_reason: bool = False,
) -> None:
    """Move a locked referral of a locked case. Raises IllegalMove when the table, or what must hold, does not let it."""

    today = day_of_case(call.session, case, call.at)

    def look(_: object) -> ReferralFacts:
        return replace(facts(call.session, case, referral, today, call.actor.name), has_reason=has_reason)

    moves.advance(MOVES, referral, target, by, look)
    record_change(call, case, referral, f"referral.{target}", f"{referral.partner_kind} {by}")


def revoke(
    call: Call[Officer | PartyMember],
    sealer: Sealer,
    case: Case,
    referral: Referral,
    because: ReferralEnd,
    by: By = By.REGISTRY,
) -> None:
    """End a referral and delete the partner's keys, in one transaction."""
    close_access(call.session, sealer, referral)
    referral.ended_on, referral.ended_because = day_of_case(call.session, case, call.at), because
    advance_referral(call, case, referral, ReferralState.REVOKED, by)


def close_access(session: Session, sealer: Sealer, referral: Referral) -> None:
    sealed_copies.take_back(session, sealer, session.get_one(EncryptedContainer, referral.box_id), referral.party)


def why_over(session: Session, case: Case, referral: Referral, today: date) -> ReferralEnd | None:
    """Why a referral has to end today, if it does."""
    now = facts(session, case, referral, today)
    if not now.is_readable:
        return ReferralEnd.WITHDRAWN
    if now.expires_on < today:
        return ReferralEnd.EXPIRED
    is_notified = referral.state in HELD or referral.state is ReferralState.CONSENTED
    if is_notified and MOVES.lacking(Guard.BASIS_STANDS, now) is not None:
        return ReferralEnd.CONSENT_REVOKED
    return None


def is_open_to_partner(session: Session, case: Case, referral: Referral, today: date) -> bool:
    """Whether the partner may read a referral today."""
    return referral.state in HELD and why_over(session, case, referral, today) is None


def end_what_is_over(session: Session, sealer: Sealer, case: Case, at: datetime) -> int:
    """End each referral of a locked case whose consent, time or complaint is over. Gives how many."""
    running = select(Referral).where(Referral.case_id == case.id, Referral.state.not_in(ENDED))
    count, today = 0, day_of_case(session, case, at)
    for referral in session.execute(running.order_by(Referral.id).with_for_update()).scalars().all():
        because = why_over(session, case, referral, today)
        if because is not None:
            revoke(Call(session, REGISTRY, at), sealer, case, referral, because)
            count += 1
    return count


def end_due(sessions: sessionmaker[Session], sealer: Sealer, at: datetime) -> int:
    """End due referrals, as the worker does; gives how many. Access needs no such run: the portal checks the same rule."""
    with sessions() as session:
        rows = session.execute(
            select(Referral, Case).join(Case, Case.id == Referral.case_id).where(Referral.state.not_in(ENDED))
        ).all()
        due = {
            case.id
            for referral, case in rows
            if why_over(session, case, referral, day_of_case(session, case, at)) is not None
        }
    return end_by_case(sessions, due, lambda session, case: end_what_is_over(session, sealer, case, at))
