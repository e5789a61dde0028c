"""Sanctions as officers draft and decide them: terms, the workers in place, review, approval, the end. By two persons.

Its proposer alone rewrites a sanction, until it is in review, so that the second person is another.
"""

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import select

from registry.complaints.case import states, units
from registry.complaints.case.messages import read_text
from registry.complaints.case.models import Case
from registry.complaints.case.moves import advance_case, lock_case_by_id
from registry.complaints.casework import actions as casework
from registry.complaints.casework.decisions.actions import lock_decision
from registry.complaints.casework.decisions.queries import may_rest_on
from registry.complaints.casework.models import Decision
from registry.complaints.casework.queries import agencies_of
from registry.complaints.parties.hearings.content import complaint_texts, require_silent
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.errors import Fault, IllegalMove, InvalidInput, NotNow
from registry.core.faults import Message, message
from registry.core.ids import new_reference
from registry.officers.models import NoticeKind
from registry.officers.notices import notify_authority
from registry.officers.rights import Act, Resource
from registry.register.agencies.models import Agency
from registry.register.agencies.queries import licence_row
from registry.supervision.licensing.deposit_rules import read_amount
from registry.supervision.sanctions import effect, moves, rules
from registry.supervision.sanctions.models import Sanction, WorkersInPlace
from registry.vocabulary import cases, codes, register
from registry.vocabulary.supervision import SanctionState, Timing, ToldFirst

MAX_PUBLIC_TEXT = 2000
AHEAD = timedelta(days=366)
"""How far in the future a sanction may begin."""


class Terms(NamedTuple):
    """The terms of a sanction: what is done, under which law, and when. Days are days where the authority sits."""

    kind: register.SanctionKind
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

    timing: Timing
    informed: frozenset[ToldFirst] = frozenset()
    workers: int | None = None
    permits_at_risk: int | None = None
    deposit_claims: int | None = None
    teller: str = ""
    waits_until: date | None = None


def propose(
    call: Call[moves.SanctionOfficial],
    sealer: Sealer,
    licence: str,
    terms: Terms,
    *,
    decision: str | None = None,
    case_version: int | None = None,
) -> Sanction:
    """Propose a sanction on a licence of the officer's authority: on a decision of the officer's unit, or without one.

    Without a decision it rests on the authority's own finding. Raises NotFound, NotNow, StaleVersion, InvalidInput.
    """
    session, official = call.session, call.actor
    today = moves.today_at(session, official.authority, call.at)
    case = None if decision is None else _lock_decided_case(call, decision, case_version)
    agency = _holder(call, sealer, licence, case)
    is_urgent = case is not None and case.priority is cases.Priority.P0
    terms = _check_terms(terms, today, is_urgent=is_urgent)
    if case is not None and terms.public_text:
        compared = complaint_texts(session, sealer, official.unit, case)
        require_silent(terms.public_text, compared, units.agency_record(session, agency, today), field="public_text")
    sanction = Sanction(
        reference=new_reference(),
        agency=agency,
        licence=licence,
        authority=official.authority,
        unit=official.unit,
        decision=decision,
        is_urgent=is_urgent,
        state=SanctionState.PROPOSED,
        proposed_by=official.name,
        proposed_on=today,
        version=0,
    )
    _write_terms(sanction, terms)
    session.add(sanction)
    if case is not None and case.state in states.DECIDED_STATES:
        advance_case(session, case, cases.CaseState.SANCTION_PENDING, official.role, call.at, actor=official.name)
    moves.record_change(call, sanction, "sanction.proposed", today, terms.kind)
    return sanction


def edit(call: Call[moves.SanctionOfficial], sealer: Sealer, reference: str, terms: Terms) -> Sanction:
    """Rewrite a proposed sanction. A look at the workers that was recorded for it stays.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    case = _lock_case_behind(call, reference)
    sanction = moves.lock_sanction(call, reference)
    if sanction.state is not SanctionState.PROPOSED:
        raise IllegalMove(
            f"a sanction that is {sanction.state} is not written anew: have it given back first",
            "sanction.not_proposed",
            state=sanction.state,
        )
    if sanction.proposed_by != call.actor.name:
        raise IllegalMove(
            "only the officer who proposed it changes it: otherwise it would not be known who the second person is",
            "sanction.others_proposal",
        )
    today = moves.today_at(call.session, sanction.authority, call.at)
    terms = _check_terms(terms, today, is_urgent=sanction.is_urgent)
    if case is not None and terms.public_text:
        compared = complaint_texts(call.session, sealer, call.actor.unit, case)
        agency = units.agency_record(call.session, sanction.agency, today)
        require_silent(terms.public_text, compared, agency, field="public_text")
    _write_terms(sanction, terms)
    moves.record_change(call, sanction, "sanction.edited", today, terms.kind)
    return sanction


def look_at_workers(call: Call[moves.SanctionOfficial], reference: str, look: Look) -> WorkersInPlace:
    """Record what becomes of the workers in place; the first day may wait for them, unless someone is in danger.

    Raises NotFound, NotNow, StaleVersion, InvalidInput.
    """
    sanction = moves.lock_sanction(call, reference)
    if sanction.state is not SanctionState.PROPOSED:
        raise NotNow(
            f"this is {sanction.state}: who approves it looks at what was written",
            "sanction.looked_at_after",
            state=sanction.state,
        )
    today = moves.today_at(call.session, sanction.authority, call.at)
    look = _check_look(sanction, look, today)
    if look.waits_until is not None:
        sanction.effective_from = look.waits_until
    row = moves.workers_of(call.session, sanction) or WorkersInPlace(sanction_id=sanction.id)
    row.workers, row.permits_at_risk, row.deposit_claims = look.workers, look.permits_at_risk, look.deposit_claims
    row.informed, row.teller, row.timing = sorted(look.informed), look.teller, look.timing
    row.filled_by, row.filled_on = call.actor.name, today
    call.session.add(row)
    moves.record_change(call, sanction, "sanction.workers_looked_at", today)
    return row


def _write_terms(sanction: Sanction, terms: Terms) -> None:
    sanction.kind, sanction.legal_ground = terms.kind, terms.legal_ground
    sanction.effective_from, sanction.until = terms.effective_from, terms.until
    sanction.appeal_deadline, sanction.publish_until = terms.appeal_deadline, terms.publish_until
    sanction.public_text = terms.public_text or None
    sanction.amount, sanction.currency, sanction.points = terms.amount or None, terms.currency or None, terms.points


def _officer(call: Call[moves.SanctionOfficial]) -> casework.Officer:
    return casework.Officer(call.actor.name, call.actor.role, call.actor.unit)


def _lock_decided_case(call: Call[moves.SanctionOfficial], decision: str, case_version: int | None) -> Case:
    case, made = lock_decision(call.session, _officer(call), decision, case_version)
    if not may_rest_on(made):
        raise NotNow("a sanction rests on a decision that found something wrong", "sanction.nothing_wrong_found")
    if case.state not in {*states.DECIDED_STATES, cases.CaseState.SANCTION_PENDING, cases.CaseState.CLOSED}:
        raise NotNow(
            f"the case is {case.state}: it has to be decided again first", "sanction.case_undecided", state=case.state
        )
    return case


def _lock_case_behind(call: Call[moves.SanctionOfficial], reference: str) -> Case | None:
    """The case that it rests on, locked before the sanction is; only its own unit can open the complainant's texts."""
    query = (
        select(Decision.case_id)
        .join(Sanction, Sanction.decision == Decision.reference)
        .where(Sanction.reference == reference, Sanction.unit == call.actor.unit)
    )
    found = call.session.execute(query).scalar_one_or_none()
    return None if found is None else lock_case_by_id(call.session, found)


def _holder(call: Call[moves.SanctionOfficial], sealer: Sealer, licence: str, case: Case | None) -> str:
    row = licence_row(call.session, licence)
    if row is None or row.authority != call.actor.authority:
        raise InvalidInput([Fault.of("licence", codes.Problem.INVALID_VALUE, "licence_not_own")])
    agency = call.session.get_one(Agency, row.agency_id)
    if agency.erased_at is not None:
        raise InvalidInput([Fault.of("licence", codes.Problem.INVALID_VALUE, "holder_erased")])
    named = [] if case is None else agencies_of(sealer, case)
    if named and agency.reference not in named:
        raise InvalidInput([Fault.of("licence", codes.Problem.CONTRADICTORY, "licence_other_agency")])
    return agency.reference


def _check_terms(terms: Terms, today: date, *, is_urgent: bool) -> Terms:
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
        raise InvalidInput([Fault.of(name, codes.Problem.INVALID_VALUE, wrong) for name, wrong in faults])
    public_text = read_text("public_text", terms.public_text, MAX_PUBLIC_TEXT) if terms.public_text.strip() else ""
    ground = " ".join(read_text("legal_ground", terms.legal_ground, rules.MAX_GROUND).split())
    amount = "" if money is None else f"{money:.2f}"
    return terms._replace(legal_ground=ground, public_text=public_text, amount=amount, currency=unit)


def _check_look(sanction: Sanction, look: Look, today: date) -> Look:
    for name in ("workers", "permits_at_risk", "deposit_claims"):
        number = getattr(look, name)
        if number is not None and not 0 <= number <= rules.MAX_WORKERS:
            raise InvalidInput([Fault.of(name, codes.Problem.INVALID_VALUE, "number_people")])
    day = look.waits_until
    if day is not None and rules.is_too_late(sanction.kind, day, today, is_urgent=sanction.is_urgent):
        raise InvalidInput([Fault.of("waits_until", codes.Problem.CONTRADICTORY, "danger_no_wait")])
    if day is not None and not max(today, sanction.effective_from) <= day <= today + AHEAD:
        raise InvalidInput([Fault.of("waits_until", codes.Problem.INVALID_VALUE, "waits_between", days=AHEAD.days)])
    return look._replace(teller=read_text("teller", look.teller, 400) if look.teller.strip() else "")


def hand_to_review(call: Call[moves.SanctionOfficial], reference: str) -> Sanction:
    """Send a proposed sanction to review by a second person. Raises NotFound, IllegalMove, StaleVersion."""
    sanction = moves.lock_sanction(call, reference)
    notify_authority(
        call.session,
        sanction.authority,
        Resource.SANCTION,
        Act.APPROVE,
        NoticeKind.SECOND_PERSON,
        call.at,
        but={call.actor.name, sanction.proposed_by},
        is_danger=sanction.is_urgent,
    )
    moves.advance(call, sanction, SanctionState.LEGAL_REVIEW, rules.By.PROPOSER)
    return sanction


def give_back(call: Call[moves.SanctionOfficial], reference: str, reason: str) -> Sanction:
    """Send a sanction from review back to its proposer, with a reason.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    sanction = moves.lock_sanction(call, reference)
    ground = read_text("reason", reason, rules.MAX_GROUND)
    moves.advance(call, sanction, SanctionState.PROPOSED, rules.By.APPROVER, ground=ground)
    return sanction


def approve(call: Call[moves.SanctionOfficial], reference: str) -> Sanction:
    """Approve a sanction that another officer proposed; if its day has come, it is in force in the same transaction.

    Raises NotFound, StaleVersion, and IllegalMove for its proposer, for the officer who looked at the workers, and for
    a second approval.
    """
    sanction = moves.lock_sanction(call, reference)
    today = moves.today_at(call.session, sanction.authority, call.at)
    is_due = sanction.effective_from <= today
    if is_due:
        effect.lock_public(call.session, sanction)
    moves.advance(call, sanction, SanctionState.APPROVED, rules.By.APPROVER)
    sanction.approved_by, sanction.approved_on = call.actor.name, today
    if is_due:
        effect.put_in_force(call, sanction, rules.By.REGISTRY)
    return sanction


def drop(call: Call[moves.SanctionOfficial], reference: str, reason: str) -> Sanction:
    """Drop a sanction before it is in force: none of it was public.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    sanction = moves.lock_sanction(call, reference)
    ground = read_text("reason", reason, rules.MAX_GROUND)
    moves.advance(call, sanction, SanctionState.DROPPED, rules.By.PROPOSER, ground=ground)
    return sanction


def ask_for_end(call: Call[moves.SanctionOfficial], reference: str, to: SanctionState, ground: str) -> Sanction:
    """Request that a sanction be stayed, lifted, overturned, or put in force again after a stay.

    A second person confirms. Raises NotFound, NotNow, StaleVersion, InvalidInput.
    """
    sanction = moves.lock_sanction(call, reference)
    move = rules.MOVES.find(sanction.state, to, rules.By.APPROVER)
    if move is None or move.guard is not rules.Guard.ASKED_BY_ANOTHER:
        raise NotNow(
            f"what is {sanction.state} does not become {to}", "sanction.no_such_move", source=sanction.state, target=to
        )
    if sanction.ending_to is not None:
        raise NotNow("something is asked for already: confirm or refuse that first", "sanction.asked_already")
    sanction.ending_to, sanction.ending_by = to, call.actor.name
    sanction.ending_ground = read_text("ground", ground, rules.MAX_GROUND)
    moves.record_change(
        call, sanction, "sanction.end_asked", moves.today_at(call.session, sanction.authority, call.at), to
    )
    return sanction


def confirm_end(call: Call[moves.SanctionOfficial], reference: str) -> Sanction:
    """Confirm what another officer requested for a sanction. Raises NotFound, NotNow, IllegalMove, StaleVersion."""
    sanction = moves.lock_sanction(call, reference)
    target = _requested_end(sanction)
    ground = sanction.ending_ground or ""
    if target is SanctionState.IN_FORCE:
        effect.put_in_force(call, sanction, rules.By.APPROVER, ground=ground)
    else:
        effect.end(call, sanction, target, ground)
    sanction.ending_to = sanction.ending_by = sanction.ending_ground = None
    call.session.flush()
    return sanction


def refuse_end(call: Call[moves.SanctionOfficial], reference: str) -> Sanction:
    """Refuse a requested end; the sanction stays as it is. Raises NotFound, NotNow, StaleVersion."""
    sanction = moves.lock_sanction(call, reference)
    target = _requested_end(sanction)
    sanction.ending_to = sanction.ending_by = sanction.ending_ground = None
    today = moves.today_at(call.session, sanction.authority, call.at)
    moves.record_change(call, sanction, "sanction.end_refused", today, target)
    return sanction


def _requested_end(sanction: Sanction) -> SanctionState:
    if sanction.ending_to is None:
        raise NotNow("nothing was asked for, or it was decided already", "sanction.nothing_asked")
    return sanction.ending_to
