"""Officers' acts on referrals: propose one with a copy sealed at once, record consent or override, send, recall.

The copy that was proposed is the copy that is sent: sending makes a key for the partner and changes nothing else. Each move goes
by the table of rules.py, with the partner's keys, and an audit line of the case.
"""

from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.case import answers, clocks, consents, messages, questions, states, units
from registry.complaints.case.models import Case
from registry.complaints.case.moves import changed, same_person
from registry.complaints.casework import sealed_copies
from registry.complaints.casework.actions import MAX_REASON, Officer, UnitOfficer, lock_case, opened_boxes, record_act
from registry.complaints.parties.models import Referral
from registry.complaints.parties.referrals import content, rules
from registry.complaints.parties.steps import REGISTRY, PartyMember, end_by_case, lock_in_unit, open_box, record_change
from registry.complaints.sealing.envelopes import place_of
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import Sealer, Tier
from registry.core import ids, moves
from registry.core.calls import Call
from registry.core.errors import Fault, IllegalMove, InvalidInput, NotNow
from registry.officers.days import today_of
from registry.officers.models import NoticeKind
from registry.officers.notices import notify_unit
from registry.officers.rights import Act, Resource
from registry.vocabulary import cases
from registry.vocabulary.codes import Problem

ENDED = (cases.ReferralState.DECLINED, cases.ReferralState.REVOKED)


def facts(session: Session, case: Case, referral: Referral, today: date, actor: str = "") -> rules.ReferralFacts:
    """The facts that the rules look at."""
    consent = rules.consent_for(referral.partner_kind, referral.country)
    return rules.ReferralFacts(
        today=today,
        kind=referral.partner_kind,
        country=referral.country,
        expires_on=referral.expires_on,
        is_consented=consent is not None and consents.is_consented(session, case, consent),
        is_readable=is_readable(case),
        priority=case.priority,
        basis=referral.basis,
        proposed_by=same_person(referral.proposed_by),
        actor=same_person(actor),
    )


def is_readable(case: Case) -> bool:
    """Whether other parties may read what was shared today: a withdrawal ends that unless someone is in danger."""
    if case.state is cases.CaseState.WITHDRAWN:
        return case.priority in states.READ_WHEN_WITHDRAWN
    return case.state not in (cases.CaseState.DRAFT, cases.CaseState.PURGED)


def role_of(officer: Officer) -> rules.By:
    """As whom an officer moves a referral."""
    return rules.By.SUPERVISOR if officer.role is cases.CaseRole.SUPERVISOR else rules.By.OFFICER


def advance_referral(
    call: Call[Officer | PartyMember],
    case: Case,
    referral: Referral,
    target: cases.ReferralState,
    by: rules.By,
    *,
    has_reason: bool = False,
) -> None:
    """Move a locked referral of a locked case. Raises IllegalMove when the table, or what must hold, does not let it."""

    today = units.day_of_case(call.session, case, call.at)

    def look(_: object) -> rules.ReferralFacts:
        return replace(facts(call.session, case, referral, today, call.actor.name), has_reason=has_reason)

    moves.advance(rules.MOVES, referral, target, by, look)
    record_change(call, case, referral, f"referral.{target}", f"{referral.partner_kind} {by}")


def revoke(
    call: Call[Officer | PartyMember],
    sealer: Sealer,
    case: Case,
    referral: Referral,
    because: cases.ReferralEnd,
    by: rules.By = rules.By.REGISTRY,
) -> None:
    """End a referral and delete the partner's keys, in one transaction."""
    close_access(call.session, sealer, referral)
    referral.ended_on, referral.ended_because = units.day_of_case(call.session, case, call.at), because
    advance_referral(call, case, referral, cases.ReferralState.REVOKED, by)


def close_access(session: Session, sealer: Sealer, referral: Referral) -> None:
    sealed_copies.take_back(session, sealer, session.get_one(EncryptedContainer, referral.box_id), referral.party)


def why_over(session: Session, case: Case, referral: Referral, today: date) -> cases.ReferralEnd | None:
    """Why a referral has to end today, if it does."""
    now = facts(session, case, referral, today)
    if not now.is_readable:
        return cases.ReferralEnd.WITHDRAWN
    if now.expires_on < today:
        return cases.ReferralEnd.EXPIRED
    is_notified = referral.state in rules.HELD or referral.state is cases.ReferralState.CONSENTED
    if is_notified and rules.MOVES.lacking(rules.Guard.BASIS_STANDS, now) is not None:
        return cases.ReferralEnd.CONSENT_REVOKED
    return None


def is_open_to_partner(session: Session, case: Case, referral: Referral, today: date) -> bool:
    """Whether the partner may read a referral today."""
    return referral.state in rules.HELD and why_over(session, case, referral, today) is None


def end_what_is_over(session: Session, sealer: Sealer, case: Case, at: datetime) -> int:
    """End each referral of a locked case whose consent, time or complaint is over. Gives how many."""
    running = select(Referral).where(Referral.case_id == case.id, Referral.state.not_in(ENDED))
    count, today = 0, units.day_of_case(session, case, at)
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
            if why_over(session, case, referral, units.day_of_case(session, case, at)) is not None
        }
    return end_by_case(sessions, due, lambda session, case: end_what_is_over(session, sealer, case, at))


MAX_NOTE = 4000


class Proposal(NamedTuple):
    """What an officer proposes to share with a partner, and until when.

    `identity_said_in` is the message in which the worker asked that their name be told; the custodian still has to approve.
    """

    partner: str
    expires_on: date
    choice: content.Choice
    note: str = ""
    identity_said_in: str | None = None


def propose(call: Call[Officer], sealer: Sealer, reference: str, proposal: Proposal) -> Referral:
    """Choose what a partner is to read of a case, and seal that. With the worker's consent it is consented at once.

    Raises NotFound, NotNow, StaleVersion, InvalidInput.
    """
    session, officer, today = call.session, call.actor, today_of(call)
    partner, expires_on, choice, note, _ = proposal
    identity_said_in = proposal.identity_said_in or None
    case = lock_case(session, officer, reference, call.version)
    if case.state not in states.OPEN_STATES:
        raise NotNow(f"a case that is {case.state} is not referred", "referral.not_handed_on", state=case.state)
    unit = units.partner_named(session, partner)
    assert unit.partner_kind is not None
    if not today < expires_on <= today + rules.MAX_ACCESS:
        raise InvalidInput([Fault.of("expires_on", Problem.INVALID_VALUE, "days_within", days=rules.MAX_ACCESS.days)])
    if identity_said_in is not None and not content.is_by_complainant(session, case, identity_said_in):
        raise InvalidInput([Fault.of("identity_said_in", Problem.INVALID_VALUE, "complainants_message")])
    live = select(Referral.id).where(
        Referral.case_id == case.id, Referral.party == partner, Referral.state.in_(sorted(rules.LIVE))
    )
    if session.execute(live).first() is not None:
        raise InvalidInput([Fault.of("partner", Problem.CONTRADICTORY, "partner_has_one")])
    note = messages.read_text("note", note, MAX_NOTE) if note.strip() else ""
    handed = content.build_copy(session, sealer, officer.unit, case, choice, note)
    opened = sealed_copies.new_copy_box(session, sealer, case, officer.unit, today)
    referral = Referral(
        reference=ids.new_reference(),
        case_id=case.id,
        box_id=opened.box.id,
        party=unit.reference,
        partner_kind=unit.partner_kind,
        country=unit.country,
        state=cases.ReferralState.PROPOSED,
        expires_on=expires_on,
        proposed_by=officer.name,
        proposed_on=today,
        identity_said_in=identity_said_in,
    )
    referral.copy_sealed = content.seal_copy(opened, case, referral, handed)
    session.add(referral)
    session.flush()
    record_act(call, case, "referral.proposed", unit.partner_kind)
    consent = rules.consent_for(referral.partner_kind, referral.country)
    if consent is not None and consents.is_consented(session, case, consent):
        _consent(call, case, referral)
    return referral


def record_consent(call: Call[Officer], reference: str) -> Referral:
    """Record that the worker consented since the proposal. Raises NotFound, StaleVersion, IllegalMove if not."""
    case, referral = lock_referral(call, reference)
    _consent(call, case, referral)
    return referral


def override(call: Call[Officer], sealer: Sealer, reference: str, legal_basis: str) -> Referral:
    """Approve a referral without the worker's consent: P0, by a second person, naming the law that requires it.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    case, referral = lock_referral(call, reference)
    text = messages.read_text("legal_basis", legal_basis, MAX_REASON) if legal_basis.strip() else ""
    if text:
        opened = open_box(call.session, sealer, call.actor.unit, referral)
        referral.legal_basis_sealed = opened.seal(text, place_of(case, referral, "legal_basis_sealed"))
    advance_referral(call, case, referral, cases.ReferralState.OVERRIDDEN, role_of(call.actor), has_reason=bool(text))
    _decide(call, referral, cases.ReferralBasis.OVERRIDE)
    return referral


def send(call: Call[Officer], sealer: Sealer, reference: str) -> Referral:
    """Send a referral: give the partner the key. Raises NotFound, IllegalMove, StaleVersion, KeyTrouble."""
    session, officer, at, today = call.session, call.actor, call.at, today_of(call)
    case, referral = lock_referral(call, reference)
    if referral.identity_said_in is not None and referral.identity_by is None:
        raise IllegalMove(
            "the custodian has not yet decided whether the complainant's name goes along", "referral.name_undecided"
        )
    opened = open_box(session, sealer, officer.unit, referral)
    referral.sent_by, referral.sent_on = officer.name, today
    # Someone may be in danger: the partner's people are notified that there is something for them.
    is_danger = case.priority is cases.Priority.P0
    notify_unit(session, referral.party, Resource.REFERRAL, Act.ANSWER, NoticeKind.ASSIGNED, at, is_danger=is_danger)
    clocks.mark_helped(session, case, today)
    advance_referral(call, case, referral, cases.ReferralState.SENT, role_of(officer))
    sealer.share(session, opened, cases.KeyHolder.UNIT, referral.party)
    if referral.identity_sealed is not None:
        who = sealer.open_as_custodian(session, opened.box, officer.unit)
        sealer.share(session, who, cases.KeyHolder.CUSTODIAN, referral.party)
    return referral


def take_back(call: Call[Officer], sealer: Sealer, reference: str) -> Referral:
    """Recall a referral: stop one that was not sent, close one that was. Raises NotFound, IllegalMove, StaleVersion."""
    case, referral = lock_referral(call, reference)
    revoke(call, sealer, case, referral, cases.ReferralEnd.OFFICER, role_of(call.actor))
    return referral


def decide_identity(call: Call[UnitOfficer], sealer: Sealer, reference: str, *, is_approved: bool) -> Referral:
    """Record whether a unit's custodian lets the worker's name and safe contact go along, after reading the request for it.

    The officer who proposed the referral cannot decide. Raises NotFound, IllegalMove, StaleVersion.
    """
    session, custodian = call.session, call.actor
    case, referral = lock_in_unit(session, Referral, custodian.unit, reference, call.version)
    if referral.identity_said_in is None or referral.state in rules.HELD or referral.state not in rules.LIVE:
        raise IllegalMove("no officer asks that the complainant's name go along with this", "referral.name_not_asked")
    if referral.identity_by is not None:
        raise IllegalMove("this was decided already", "referral.name_decided")
    if referral.proposed_by == custodian.name:
        raise IllegalMove(
            "the officer who proposed a referral does not decide whether the complainant's name goes along",
            "referral.own_name",
        )
    referral.identity_by = custodian.name
    given: dict[str, object] = {}
    if is_approved:
        for box in opened_boxes(session, case):
            opened = sealer.open_as_custodian(session, box, custodian.unit)
            given |= questions.of_tier(answers.read_sheet(session, opened, case).answers, Tier.IDENTITY)
        copy = sealer.open_as_custodian(session, session.get_one(EncryptedContainer, referral.box_id), custodian.unit)
        referral.identity_sealed = content.seal_identity(copy, case, referral, given)
    what = "referral.identity_approved" if is_approved else "referral.identity_refused"
    referral.version += 1
    session.flush()
    changed(session, case, what, today_of(call), role=cases.CaseRole.REGISTRY, actor=custodian.name, detail="custodian")
    return referral


def lock_referral(call: Call[Officer], reference: str) -> tuple[Case, Referral]:
    """A referral of the officer's unit and its case, both locked. Raises NotFound, StaleVersion."""
    return lock_in_unit(call.session, Referral, call.actor.unit, reference, call.version)


def _consent(call: Call[Officer], case: Case, referral: Referral) -> None:
    advance_referral(call, case, referral, cases.ReferralState.CONSENTED, role_of(call.actor))
    _decide(call, referral, cases.ReferralBasis.CONSENT)


def _decide(call: Call[Officer], referral: Referral, basis: cases.ReferralBasis) -> None:
    referral.basis = basis
    referral.decided_by, referral.decided_on = call.actor.name, today_of(call)
