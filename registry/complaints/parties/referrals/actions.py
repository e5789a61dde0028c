"""Officers' acts on referrals: propose one with a copy sealed at once, record consent or override, send, recall.

The copy that was proposed is the copy that is sent: sending makes a key for the partner and changes nothing else.
"""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case import answers
from registry.complaints.case.consents import is_consented
from registry.complaints.case.messages import read_text
from registry.complaints.case.models import Case
from registry.complaints.case.moves import changed
from registry.complaints.case.questions import of_tier
from registry.complaints.case.states import OPEN_STATES
from registry.complaints.casework import sealed_copies
from registry.complaints.casework.actions import MAX_REASON, Officer, in_unit, lock_case, opened_boxes
from registry.complaints.parties.accounts import partner_named
from registry.complaints.parties.referrals import content
from registry.complaints.parties.referrals.content import Choice
from registry.complaints.parties.referrals.models import Referral
from registry.complaints.parties.referrals.moves import advance, lock_referral_by_id, revoke
from registry.complaints.parties.referrals.rules import HELD, LIVE, MAX_ACCESS, By, consent_for
from registry.complaints.sealing.models import EncryptedContainer, KeyHolder
from registry.complaints.sealing.sealer import OpenContainer, Sealer, Tier
from registry.core.errors import Fault, IllegalMove, InvalidInput, NotFound, NotNow
from registry.core.ids import new_reference
from registry.officers.models import NoticeKind
from registry.officers.notices import notify_unit
from registry.officers.rights import Act, Resource
from registry.vocabulary.cases import CaseRole, Priority, ReferralBasis, ReferralEnd, ReferralState
from registry.vocabulary.codes import Problem

MAX_NOTE = 4000


def propose(
    session: Session,
    sealer: Sealer,
    officer: Officer,
    reference: str,
    partner: str,
    choice: Choice,
    at: datetime,
    *,
    note: str = "",
    expires_on: date,
    identity_said_in: str | None = None,
    version: int | None = None,
) -> Referral:
    """Choose what a partner is to read of a case, and seal that. With the worker's consent it is consented at once.

    `identity_said_in` is the message in which the worker asked that their name be told; the custodian still has to
    approve. Raises NotFound, NotNow, StaleVersion, InvalidInput.
    """
    case = lock_case(session, officer, reference, version)
    if case.state not in OPEN_STATES:
        raise NotNow(f"a case that is {case.state} is not referred", "referral.not_handed_on", state=case.state)
    unit = partner_named(session, partner)
    assert unit.partner_kind is not None
    if not at.date() < expires_on <= at.date() + MAX_ACCESS:
        raise InvalidInput([Fault.of("expires_on", Problem.INVALID_VALUE, "days_within", days=MAX_ACCESS.days)])
    if identity_said_in is not None and not content.is_by_complainant(session, case, identity_said_in):
        raise InvalidInput([Fault.of("identity_said_in", Problem.INVALID_VALUE, "complainants_message")])
    live = select(Referral.id).where(
        Referral.case_id == case.id, Referral.partner == partner, Referral.state.in_(sorted(LIVE))
    )
    if session.execute(live).first() is not None:
        raise InvalidInput([Fault.of("partner", Problem.CONTRADICTORY, "partner_has_one")])
    note = read_text("note", note, MAX_NOTE) if note.strip() else ""
    handed = content.copied(session, sealer, officer, case, choice, note)
    opened = sealed_copies.new_copy_box(session, sealer, case, officer.unit, at.date())
    name = new_reference()
    referral = Referral(
        reference=name,
        case_id=case.id,
        box_id=opened.box.id,
        partner=unit.reference,
        partner_kind=unit.partner_kind,
        country=unit.country,
        state=ReferralState.PROPOSED,
        expires_on=expires_on,
        proposed_by=officer.name,
        proposed_on=at.date(),
        identity_said_in=identity_said_in,
        copy_sealed=content.sealed(opened, case, name, handed),
    )
    session.add(referral)
    session.flush()
    changed(
        session, case, "referral.proposed", at.date(), role=officer.role, actor=officer.name, detail=unit.partner_kind
    )
    consent = consent_for(referral.partner_kind, referral.country)
    if consent is not None and is_consented(session, case, consent):
        _consent(session, officer, case, referral, at)
    return referral


def find_consent(
    session: Session, officer: Officer, reference: str, at: datetime, *, version: int | None = None
) -> Referral:
    """Record that the worker consented since the proposal. Raises NotFound, StaleVersion, IllegalMove if not."""
    case, referral = lock_referral(session, officer, reference, version)
    _consent(session, officer, case, referral, at)
    return referral


def override(
    session: Session,
    sealer: Sealer,
    officer: Officer,
    reference: str,
    legal_basis: str,
    at: datetime,
    *,
    version: int | None = None,
) -> Referral:
    """Approve a referral without the worker's consent: P0, by a second person, naming the law that requires it.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    case, referral = lock_referral(session, officer, reference, version)
    text = read_text("legal_basis", legal_basis, MAX_REASON) if legal_basis.strip() else ""
    if text:
        opened = opened_copy(session, sealer, officer.unit, referral)
        referral.legal_basis_sealed = opened.seal(text, content.place(case, referral.reference, "legal_basis_sealed"))
    advance(
        session, case, referral, ReferralState.OVERRIDDEN, _by(officer), at,
        actor=officer.name, role=officer.role, has_reason=bool(text),
    )  # fmt: skip
    referral.basis = ReferralBasis.OVERRIDE
    referral.decided_by, referral.decided_on = officer.name, at.date()
    return referral


def send(
    session: Session, sealer: Sealer, officer: Officer, reference: str, at: datetime, *, version: int | None = None
) -> Referral:
    """Send a referral: give the partner the key. Raises NotFound, IllegalMove, StaleVersion, KeyTrouble."""
    case, referral = lock_referral(session, officer, reference, version)
    if referral.identity_said_in is not None and referral.identity_by is None:
        raise IllegalMove(
            "the custodian has not yet decided whether the complainant's name goes along", "referral.name_undecided"
        )
    opened = opened_copy(session, sealer, officer.unit, referral)
    referral.sent_by, referral.sent_on = officer.name, at.date()
    # Someone may be in danger: the partner's people are notified that there is something for them.
    is_danger = case.priority is Priority.P0
    notify_unit(session, referral.partner, Resource.REFERRAL, Act.ANSWER, NoticeKind.ASSIGNED, at, is_danger=is_danger)
    advance(session, case, referral, ReferralState.SENT, _by(officer), at, actor=officer.name, role=officer.role)
    sealed_copies.share_with(session, sealer, opened, referral.partner, (KeyHolder.UNIT,))
    if referral.identity_sealed is not None:
        who = sealer.open_as_custodian(session, opened.box, officer.unit)
        sealed_copies.share_with(session, sealer, who, referral.partner, (KeyHolder.CUSTODIAN,))
    return referral


def take_back(
    session: Session, sealer: Sealer, officer: Officer, reference: str, at: datetime, *, version: int | None = None
) -> Referral:
    """Recall a referral: stop one that was not sent, close one that was. Raises NotFound, IllegalMove, StaleVersion."""
    case, referral = lock_referral(session, officer, reference, version)
    revoke(
        session, sealer, case, referral, ReferralEnd.OFFICER, at,
        by=_by(officer), actor=officer.name, role=officer.role,
    )  # fmt: skip
    return referral


def decide_identity(
    session: Session,
    sealer: Sealer,
    unit: str,
    custodian: str,
    reference: str,
    at: datetime,
    *,
    is_approved: bool,
    version: int | None = None,
) -> Referral:
    """Record whether the custodian lets the worker's name and safe contact go along, after reading the request for it.

    The officer who proposed the referral cannot decide. Raises NotFound, IllegalMove, StaleVersion.
    """
    case, referral = lock_referral_by_id(session, _id(session, unit, reference), version)
    if referral.identity_said_in is None or referral.state in HELD or referral.state not in LIVE:
        raise IllegalMove("no officer asks that the complainant's name go along with this", "referral.name_not_asked")
    if referral.identity_by is not None:
        raise IllegalMove("this was decided already", "referral.name_decided")
    if referral.proposed_by == custodian:
        raise IllegalMove(
            "the officer who proposed a referral does not decide whether the complainant's name goes along",
            "referral.own_name",
        )
    referral.identity_by = custodian
    referral.version += 1
    given: dict[str, object] = {}
    if is_approved:
        for box in opened_boxes(session, case):
            opened = sealer.open_as_custodian(session, box, unit)
            given |= of_tier(answers.read(session, opened, case).answers, Tier.IDENTITY)
        box = session.get_one(EncryptedContainer, referral.box_id)
        referral.identity_sealed = content.seal_identity(
            sealer.open_as_custodian(session, box, unit), case, referral, given
        )
    session.flush()
    what = "referral.identity_approved" if is_approved else "referral.identity_refused"
    changed(session, case, what, at.date(), role=CaseRole.REGISTRY, actor=custodian, detail="custodian")
    return referral


def _consent(session: Session, officer: Officer, case: Case, referral: Referral, at: datetime) -> None:
    advance(session, case, referral, ReferralState.CONSENTED, _by(officer), at, actor=officer.name, role=officer.role)
    referral.basis = ReferralBasis.CONSENT
    referral.decided_by, referral.decided_on = officer.name, at.date()


def _by(officer: Officer) -> By:
    return By.SUPERVISOR if officer.role is CaseRole.SUPERVISOR else By.OFFICER


def lock_referral(
    session: Session, officer: Officer, reference: str, version: int | None = None
) -> tuple[Case, Referral]:
    """A referral of the officer's unit and its case, both locked. Raises NotFound, StaleVersion."""
    return lock_referral_by_id(session, _id(session, officer.unit, reference), version)


def _id(session: Session, unit: str, reference: str) -> int:
    found = session.execute(
        select(Referral.id)
        .join(Case, Case.id == Referral.case_id)
        .where(in_unit(unit), Referral.reference == reference)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(f"there is no referral {reference} in this unit")
    return found


def opened_copy(session: Session, sealer: Sealer, unit: str, referral: Referral) -> OpenContainer:
    return sealer.open_as_unit(session, session.get_one(EncryptedContainer, referral.box_id), unit)
