"""Reads of referrals for officers: those of a case, one with all that its partner reads, what the custodian decides."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import select

from registry.audit.actions import record
from registry.complaints.case.consents import is_consented
from registry.complaints.case.models import Case
from registry.complaints.casework.actions import Officer, UnitOfficer, in_unit, record_reading
from registry.complaints.intake.models import Message
from registry.complaints.parties.models import Referral
from registry.complaints.parties.referrals import content, portal, rules
from registry.complaints.parties.referrals.actions import facts, lock_referral, role_of
from registry.complaints.parties.steps import open_box
from registry.complaints.sealing.envelopes import place_of
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import Sealer, read_sealed
from registry.core.calls import Call
from registry.officers.days import today_of
from registry.vocabulary.cases import ConsentKind, ReferralState


class ReferralView(NamedTuple):
    """A referral as its unit reads it. `handed` is exactly what the partner reads, or would.

    `ways`: to which state this officer may take it now, None, or the code of what is lacking.
    """

    case: Case
    referral: Referral
    handed: content.Handed
    consent: ConsentKind | None
    is_consented: bool
    legal_basis: str | None
    reason: str | None
    reports: Sequence[portal.Report]
    ways: Mapping[ReferralState, str | None]


class WaitingIdentity(NamedTuple):
    """A referral with which the worker's name may go along: `said` is the worker's message that asks for it."""

    referral: Referral
    case: str
    said: str


def referral_view(call: Call[Officer], sealer: Sealer, reference: str) -> ReferralView:
    """One referral with what its partner reads. Audited like every reading. Raises NotFound."""
    session, officer, today = call.session, call.actor, today_of(call)
    case, referral = lock_referral(call, reference)
    opened = open_box(session, sealer, officer.unit, referral)
    consent = rules.consent_for(referral.partner_kind, referral.country)
    # What a form will bring along, the law for an override, is asked for there.
    known = replace(facts(session, case, referral, today, officer.name), has_reason=True)
    found = ReferralView(
        case=case,
        referral=referral,
        handed=content.read_copy(opened, case, referral),
        consent=consent,
        is_consented=consent is not None and is_consented(session, case, consent),
        legal_basis=read_sealed(opened, case, referral, "legal_basis_sealed"),
        reason=read_sealed(opened, case, referral, "reason_sealed"),
        reports=portal.reports_of(session, opened, case, referral),
        ways=rules.MOVES.ways(referral.state, [role_of(officer)], known),
    )
    record_reading(call, case, "referral.previewed")
    return found


def fetch_waiting_identities(call: Call[UnitOfficer], sealer: Sealer) -> list[WaitingIdentity]:
    """Referrals waiting for a unit's custodian, each with the message in which the worker asked for it. Audited."""
    session, unit = call.session, call.actor.unit
    rows = session.execute(
        select(Referral, Case)
        .join(Case, Case.id == Referral.case_id)
        .where(
            in_unit(unit),
            Referral.identity_said_in.is_not(None),
            Referral.identity_by.is_(None),
            Referral.state.in_(sorted(rules.LIVE)),
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
        text = sealer.open_as_unit(session, box, unit).open(message.sealed, place_of(case, message))
        found.append(WaitingIdentity(referral, case.reference, text))
    for one in found:
        record(
            session,
            "referral.identity_considered",
            one.case,
            on=today_of(call),
            actor=call.actor.name,
            detail="custodian",
        )
    return found
