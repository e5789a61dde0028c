"""Officers' acts on sanctions: propose, assess the effect on workers, send to review, approve, end. By two persons."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.complaints.case.messages import read_text
from registry.complaints.case.models import Case
from registry.complaints.case.moves import advance as move_case
from registry.complaints.case.states import DECIDED_STATES
from registry.complaints.casework import actions as casework
from registry.complaints.casework.decisions.actions import lock_decision
from registry.complaints.casework.decisions.queries import may_rest_on
from registry.complaints.casework.queries import named_agency_id
from registry.complaints.parties.accounts import agency_record
from registry.complaints.parties.hearings.content import complaint_texts, require_silent
from registry.complaints.sealing.sealer import Sealer
from registry.core.errors import Fault, InvalidInput, NotNow
from registry.core.faults import Message, message
from registry.core.ids import new_reference
from registry.officers.models import NoticeKind
from registry.officers.notices import notify_authority
from registry.officers.rights import Act, Resource
from registry.register.agencies.models import Agency
from registry.register.agencies.queries import licence_row
from registry.supervision.licensing.deposits.rules import read_amount
from registry.supervision.sanctions import moves as moving
from registry.supervision.sanctions import rules
from registry.supervision.sanctions.models import Sanction, WorkersInPlace
from registry.supervision.sanctions.rules import By
from registry.vocabulary.cases import CaseRole, CaseState, Priority
from registry.vocabulary.codes import Problem
from registry.vocabulary.licensing import SanctionState, Timing, ToldFirst
from registry.vocabulary.register import SanctionKind

MAX_GROUND = 400
MAX_PUBLIC_TEXT = 2000
AHEAD = timedelta(days=366)
"""How far in the future a sanction may begin."""


class SanctionOfficial(NamedTuple):
    """The acting officer: reference, role, unit and authority, to which what they may reach is scoped."""

    name: str
    role: CaseRole
    unit: str
    authority: str


class Terms(NamedTuple):
    """The terms of a sanction: what is done, under which law, and when. Days are days where the authority sits."""

    kind: SanctionKind
    legal_ground: str
    effective_from: date
    until: date | None = None
    appeal_deadline: date | None = None
    publish_until: date | None = None
    public_text: str = ""
    amount: str = ""
    currency: str = ""
    points: int | None = None


class Look(NamedTuple):
    """The effect on workers in place. None: a number asked for and unknown. `waits_until`: another first day."""

    workers: int | None
    permits_at_risk: int | None
    deposit_claims: int | None
    informed: frozenset[ToldFirst]
    teller: str
    timing: Timing
    waits_until: date | None = None


def propose(
    session: Session,
    sealer: Sealer,
    official: SanctionOfficial,
    licence: str,
    terms: Terms,
    at: datetime,
    *,
    decision: str | None = None,
    version: int | None = None,
) -> Sanction:
    """Propose a sanction on a licence of the officer's authority: on a decision of the officer's unit, or without one.

    Without a decision it rests on the authority's own finding. `version` is the decided case's. Raises NotFound,
    NotNow, StaleVersion, InvalidInput.
    """
    today = moving.today_at(session, official.authority, at)
    case = None if decision is None else _decided(session, official, decision, version)
    agency = _agency(session, sealer, official, licence, case)
    is_urgent = case is not None and case.priority is Priority.P0
    terms = checked(terms, today, is_urgent=is_urgent)
    if case is not None and terms.public_text:
        compared = complaint_texts(session, sealer, official.unit, case)
        require_silent(terms.public_text, compared, agency_record(session, agency, today), field="public_text")
    sanction = Sanction(
        reference=new_reference(),
        agency=agency,
        licence=licence,
        authority=official.authority,
        unit=official.unit,
        decision=decision,
        is_urgent=is_urgent,
        kind=terms.kind,
        state=SanctionState.PROPOSED,
        legal_ground=terms.legal_ground,
        amount=terms.amount or None,
        currency=terms.currency or None,
        points=terms.points,
        public_text=terms.public_text or None,
        effective_from=terms.effective_from,
        until=terms.until,
        appeal_deadline=terms.appeal_deadline,
        publish_until=terms.publish_until,
        proposed_by=official.name,
        proposed_on=today,
        version=0,
    )
    session.add(sanction)
    if case is not None and case.state in DECIDED_STATES:
        move_case(session, case, CaseState.SANCTION_PENDING, official.role, at, actor=official.name)
    moving.changed(session, sanction, "sanction.proposed", today, actor=official.name, detail=terms.kind)
    return sanction


def look_at_workers(
    session: Session,
    official: SanctionOfficial,
    reference: str,
    look: Look,
    at: datetime,
    *,
    version: int | None = None,
) -> WorkersInPlace:
    """Record what becomes of the workers in place; the first day may wait for them, unless someone is in danger.

    Raises NotFound, NotNow, StaleVersion, InvalidInput.
    """
    sanction = moving.lock_sanction(session, official.authority, reference, version)
    if sanction.state is not SanctionState.PROPOSED:
        raise NotNow(
            f"this is {sanction.state}: who approves it looks at what was written",
            "sanction.looked_at_after",
            state=sanction.state,
        )
    today = moving.today_at(session, sanction.authority, at)
    look = _checked_look(sanction, look, today)
    if look.waits_until is not None:
        sanction.effective_from = look.waits_until
    row = moving.workers_of(session, sanction) or WorkersInPlace(sanction_id=sanction.id)
    row.workers, row.permits_at_risk, row.deposit_claims = look.workers, look.permits_at_risk, look.deposit_claims
    row.informed, row.teller, row.timing = sorted(look.informed), look.teller, look.timing
    row.filled_by, row.filled_on = official.name, today
    session.add(row)
    moving.changed(session, sanction, "sanction.workers_looked_at", today, actor=official.name)
    return row


def hand_to_review(
    session: Session, official: SanctionOfficial, reference: str, at: datetime, *, version: int | None = None
) -> Sanction:
    """Send a proposed sanction to review by a second person. Raises NotFound, IllegalMove, StaleVersion."""
    sanction = moving.lock_sanction(session, official.authority, reference, version)
    first = {official.name, sanction.proposed_by}
    notify_authority(
        session,
        official.authority,
        Resource.SANCTION,
        Act.APPROVE,
        NoticeKind.SECOND_PERSON,
        at,
        but=first,
        is_danger=sanction.is_urgent,
    )
    moving.advance(session, sanction, SanctionState.LEGAL_REVIEW, By.PROPOSER, at, actor=official.name)
    return sanction


def give_back(
    session: Session,
    official: SanctionOfficial,
    reference: str,
    reason: str,
    at: datetime,
    *,
    version: int | None = None,
) -> Sanction:
    """Send a sanction from review back to its proposer, with a reason.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    sanction = moving.lock_sanction(session, official.authority, reference, version)
    reason = read_text("reason", reason, MAX_GROUND)
    moving.advance(session, sanction, SanctionState.PROPOSED, By.APPROVER, at, actor=official.name, ground=reason)
    return sanction


def approve(
    session: Session, official: SanctionOfficial, reference: str, at: datetime, *, version: int | None = None
) -> Sanction:
    """Approve a sanction that another officer proposed; if its day has come, it is in force in the same transaction.

    Raises NotFound, StaleVersion, and IllegalMove for its proposer, for the officer who looked at the workers, and for
    a second approval.
    """
    sanction = moving.lock_sanction(session, official.authority, reference, version)
    today = moving.today_at(session, sanction.authority, at)
    is_due = sanction.effective_from <= today
    if is_due:
        moving.lock_public(session, sanction)
    moving.advance(session, sanction, SanctionState.APPROVED, By.APPROVER, at, actor=official.name)
    sanction.approved_by, sanction.approved_on = official.name, today
    if is_due:
        moving.put_in_force(session, sanction, at, actor=official.name)
    return sanction


def drop(
    session: Session,
    official: SanctionOfficial,
    reference: str,
    reason: str,
    at: datetime,
    *,
    by: By = By.PROPOSER,
    version: int | None = None,
) -> Sanction:
    """Drop a sanction before it is in force: none of it was public.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    sanction = moving.lock_sanction(session, official.authority, reference, version)
    reason = read_text("reason", reason, MAX_GROUND)
    moving.advance(session, sanction, SanctionState.DROPPED, by, at, actor=official.name, ground=reason)
    return sanction


def ask_for_end(
    session: Session,
    official: SanctionOfficial,
    reference: str,
    target: SanctionState,
    ground: str,
    at: datetime,
    *,
    version: int | None = None,
) -> Sanction:
    """Request that a sanction be stayed, lifted, overturned, or put in force again after a stay.

    A second person confirms. Raises NotFound, NotNow, StaleVersion, InvalidInput.
    """
    sanction = moving.lock_sanction(session, official.authority, reference, version)
    move = rules.MOVES.find(sanction.state, target, By.APPROVER)
    if move is None or move.guard is not rules.Guard.ASKED_BY_ANOTHER:
        raise NotNow(
            f"what is {sanction.state} does not become {target}",
            "sanction.no_such_move",
            source=sanction.state,
            target=target,
        )
    if sanction.ending_to is not None:
        raise NotNow("something is asked for already: confirm or refuse that first", "sanction.asked_already")
    sanction.ending_to, sanction.ending_by = target, official.name
    sanction.ending_ground = read_text("ground", ground, MAX_GROUND)
    today = moving.today_at(session, sanction.authority, at)
    moving.changed(session, sanction, "sanction.end_asked", today, actor=official.name, detail=target)
    return sanction


def confirm_end(
    session: Session, official: SanctionOfficial, reference: str, at: datetime, *, version: int | None = None
) -> Sanction:
    """Confirm what another officer requested for a sanction. Raises NotFound, IllegalMove, StaleVersion."""
    sanction = moving.lock_sanction(session, official.authority, reference, version)
    target, snapshot = sanction.ending_to, sanction.ending_ground or ""
    if target is None:
        raise NotNow("nothing was asked for, or it was decided already", "sanction.nothing_asked")
    if target is SanctionState.IN_FORCE:
        moving.put_in_force(session, sanction, at, by=By.APPROVER, actor=official.name, ground=snapshot)
    else:
        moving.end(session, sanction, target, at, actor=official.name, ground=snapshot)
    sanction.ending_to = sanction.ending_by = sanction.ending_ground = None
    session.flush()
    return sanction


def refuse_end(
    session: Session, official: SanctionOfficial, reference: str, at: datetime, *, version: int | None = None
) -> Sanction:
    """Refuse a requested end; the sanction stays as it is. Raises NotFound, NotNow, StaleVersion."""
    sanction = moving.lock_sanction(session, official.authority, reference, version)
    if sanction.ending_to is None:
        raise NotNow("nothing was asked for, or it was decided already", "sanction.nothing_asked")
    detail = str(sanction.ending_to)
    sanction.ending_to = sanction.ending_by = sanction.ending_ground = None
    today = moving.today_at(session, sanction.authority, at)
    moving.changed(session, sanction, "sanction.end_refused", today, actor=official.name, detail=detail)
    return sanction


def _decided(session: Session, official: SanctionOfficial, decision: str, version: int | None) -> Case:
    case, made = lock_decision(session, _officer(official), decision, version)
    if not may_rest_on(made):
        raise NotNow("a sanction rests on a decision that found something wrong", "sanction.nothing_wrong_found")
    if case.state not in {*DECIDED_STATES, CaseState.SANCTION_PENDING, CaseState.CLOSED}:
        raise NotNow(
            f"the case is {case.state}: it has to be decided again first", "sanction.case_undecided", state=case.state
        )
    return case


def _officer(official: SanctionOfficial) -> casework.Officer:
    return casework.Officer(official.name, official.role, official.unit)


def _agency(session: Session, sealer: Sealer, official: SanctionOfficial, licence: str, case: Case | None) -> str:
    row = licence_row(session, licence)
    if row is None or row.authority != official.authority:
        raise InvalidInput([Fault.of("licence", Problem.INVALID_VALUE, "licence_not_own")])
    agency = session.get_one(Agency, row.agency_id)
    if agency.erased_at is not None:
        raise InvalidInput([Fault.of("licence", Problem.INVALID_VALUE, "holder_erased")])
    named = None if case is None else named_agency_id(sealer, case)
    if named is not None and named != agency.reference:
        raise InvalidInput([Fault.of("licence", Problem.CONTRADICTORY, "licence_other_agency")])
    return agency.reference


def checked(terms: Terms, today: date, *, is_urgent: bool) -> Terms:
    faults: list[tuple[str, Message]] = []
    if not today <= terms.effective_from <= today + AHEAD:
        faults.append(("effective_from", message("today_or_within", days=AHEAD.days)))
    elif rules.is_too_late(terms.kind, terms.effective_from, today, is_urgent=is_urgent):
        faults.append(("effective_from", message("danger_today")))
    if terms.until is not None and terms.kind not in rules.CAN_END_BY_ITSELF:
        faults.append(("until", message("no_last_day")))
    elif terms.until is not None and terms.until < terms.effective_from:
        faults.append(("until", message("not_before_first")))
    for name in ("appeal_deadline", "publish_until"):
        day = getattr(terms, name)
        if day is not None and day < terms.effective_from:
            faults.append((name, message("not_before_first")))
    money, unit = read_amount(terms.amount), terms.currency.strip().upper()
    faults += rules.flaws_of_extent(
        terms.kind,
        has_amount=bool(terms.amount.strip()),
        is_amount=money is not None,
        currency=unit,
        points=terms.points,
    )
    if faults:
        raise InvalidInput([Fault.of(name, Problem.INVALID_VALUE, wrong) for name, wrong in faults])
    public_text = read_text("public_text", terms.public_text, MAX_PUBLIC_TEXT) if terms.public_text.strip() else ""
    ground = " ".join(read_text("legal_ground", terms.legal_ground, MAX_GROUND).split())
    amount = "" if money is None else f"{money:.2f}"
    return terms._replace(legal_ground=ground, public_text=public_text, amount=amount, currency=unit)


def _checked_look(sanction: Sanction, look: Look, today: date) -> Look:
    for name in ("workers", "permits_at_risk", "deposit_claims"):
        number = getattr(look, name)
        if number is not None and not 0 <= number <= rules.MAX_WORKERS:
            raise InvalidInput([Fault.of(name, Problem.INVALID_VALUE, "number_people")])
    day = look.waits_until
    if day is not None and rules.is_too_late(sanction.kind, day, today, is_urgent=sanction.is_urgent):
        raise InvalidInput([Fault.of("waits_until", Problem.CONTRADICTORY, "danger_no_wait")])
    if day is not None and not max(today, sanction.effective_from) <= day <= today + AHEAD:
        raise InvalidInput([Fault.of("waits_until", Problem.INVALID_VALUE, "waits_between", days=AHEAD.days)])
    return look._replace(teller=read_text("teller", look.teller, 400) if look.teller.strip() else "")
