"""Transfers of cases between units: asked for by the one, accepted or declined by the other, or taken back.

Accepting moves everything in one transaction: the keys of all that was written, the case itself, and who is told. What the
former unit had opened for itself ends in it.
"""

from datetime import date

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.complaints.case import clocks, messages, units
from registry.complaints.case.models import Case
from registry.complaints.case.moves import same_person
from registry.complaints.casework import firms, models, unread
from registry.complaints.casework.access_grants.actions import end_over_in
from registry.complaints.casework.access_grants.rules import LIVE as LIVE_GRANTS
from registry.complaints.casework.actions import MAX_REASON, Officer, lock_case
from registry.complaints.intake.models import Message
from registry.complaints.parties.models import Hearing, Referral, Transfer
from registry.complaints.parties.referrals.rules import HELD, LIVE
from registry.complaints.parties.steps import find_open, lock_by_id, lock_in_unit, record_change
from registry.complaints.parties.transfers import rules
from registry.complaints.sealing.envelopes import place_of
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import Sealer
from registry.complaints.triage.priorities import refuse_lowering
from registry.core import errors, ids, moves
from registry.core.calls import Call
from registry.officers import days, notices
from registry.officers.models import NoticeKind, Unit
from registry.officers.rights import Act, Resource
from registry.vocabulary import cases


def request(call: Call[Officer], sealer: Sealer, reference: str, unit: str, reason: str) -> Transfer:
    """Ask another unit to take a case over, with a reason for its officers. The case stays here until it is accepted.

    Raises NotFound, StaleVersion; InvalidInput for a unit that can take none; IllegalMove where something keeps the case here;
    NotNow where it was asked already.
    """
    session, officer, at = call.session, call.actor, call.at
    case = lock_case(session, officer, reference, call.version)
    party = units.receiver_named(session, unit, officer.unit)
    text = messages.read_text("reason", reason, MAX_REASON)
    lack = rules.obstacle(_facts(session, case))
    if lack is not None:
        raise errors.IllegalMove(f"this case does not go to another unit: {rules.WORDS[lack]}", f"transfer.{lack}")
    if waiting(session, case) is not None:
        raise errors.NotNow(
            "a unit was asked already: wait for its answer, or take the request back", "transfer.asked_already"
        )
    transfer = Transfer(
        reference=ids.new_reference(), case_id=case.id, former=officer.unit, party=party.reference,
        state=cases.TransferState.ASKED, asked_by=officer.name, asked_on=days.today_of(call),
        due_at=rules.due_at(case.priority, at, days.zone_of(session, party.reference)),
    )  # fmt: skip
    transfer.reason_sealed = sealer.seal_field(text, place_of(transfer, transfer, "reason_sealed"))
    session.add(transfer)
    session.flush()
    is_danger = case.priority is cases.Priority.P0
    notices.notify_unit(
        session, party.reference, Resource.TRANSFER, Act.APPROVE, NoticeKind.SECOND_PERSON, at, is_danger=is_danger
    )
    if is_danger:
        known = (officer.name,)
        notices.notify_unit(
            session, officer.unit, Resource.CASE, Act.HOLD, NoticeKind.ASSIGNED, at, but=known, is_danger=is_danger
        )
    record_change(call, case, transfer, "transfer.asked", party.reference)
    return transfer


def take_back(call: Call[Officer], reference: str) -> Transfer:
    """Take a request back that was not answered yet. Raises NotFound, IllegalMove, StaleVersion."""
    case, transfer = lock_in_unit(call.session, Transfer, call.actor.unit, reference, call.version)
    _advance(call, case, transfer, cases.TransferState.TAKEN_BACK, rules.By.FORMER)
    record_change(call, case, transfer, "transfer.taken_back", transfer.party)
    return transfer


def decline(call: Call[Officer], sealer: Sealer, reference: str, reason: str) -> Transfer:
    """Decline to take a case, with a reason for the unit that has it. Raises as `accept`, and InvalidInput."""
    case, transfer = _lock_received(call, reference)
    text = messages.read_text("reason", reason, MAX_REASON)
    _advance(call, case, transfer, cases.TransferState.DECLINED, rules.By.RECEIVER, has_reason=True)
    transfer.answer_sealed = sealer.seal_field(text, place_of(transfer, transfer, "answer_sealed"))
    _tell_former(call, case, transfer)
    record_change(call, case, transfer, "transfer.declined", transfer.party)
    return transfer


def accept(call: Call[Officer], sealer: Sealer, reference: str) -> Transfer:
    """Take a case over: from now on this unit reads it and works on it, and the former one does not.

    Raises NotFound, StaleVersion, IllegalMove; KeyTrouble where the keys of one of the two units are not here.
    """
    session, at = call.session, call.at
    case, transfer = _lock_received(call, reference)
    _advance(call, case, transfer, cases.TransferState.ACCEPTED, rules.By.RECEIVER)
    boxes = session.scalars(select(EncryptedContainer).where(EncryptedContainer.case_id == case.id)).all()
    for box in boxes:
        sealer.move_to_unit(session, box, transfer.former, transfer.party)
    refuse_lowering(session, case, at)
    _leave(session, case, transfer.former)
    _take_over_events(call, case)
    firms.move_employers(session, sealer, case, transfer.former, transfer.party)
    former_zone = units.zone_of_case(session, case)
    case.unit_id = session.execute(select(Unit.id).where(Unit.reference == transfer.party)).scalar_one()
    case.assignee = None
    clocks.follow_unit(session, case, former_zone)
    session.flush()
    _tell_former(call, case, transfer)
    unread.note(session, case, cases.UnreadKind.TRANSFER, at)
    # The audit trail is written from here on: its head stays locked until the transaction ends.
    on, who = days.today_of(call), call.actor.name
    record(session, "transfer.handed_over", transfer.reference, on=on, actor=who, unit=transfer.former)
    _end_grants(call, case)
    record_change(call, case, transfer, "transfer.accepted", f"{transfer.former} {transfer.party}")
    return transfer


def waiting(session: Session, case: Case) -> Transfer | None:
    """The request about a case that was not answered yet."""
    is_waiting = Transfer.case_id == case.id, Transfer.state == cases.TransferState.ASKED
    return session.execute(select(Transfer).where(*is_waiting)).scalar_one_or_none()


def why_not(session: Session, case: Case) -> str | None:
    """What keeps a case with its unit, as a code; None where another unit can be asked."""
    return rules.obstacle(_facts(session, case))


def is_open_to_receiver(_session: Session, case: Case, transfer: Transfer, _today: date) -> bool:
    """Whether the unit that was asked can still answer: what is heard or over meanwhile is shown again once it is not."""
    return transfer.state is cases.TransferState.ASKED and case.state in rules.MOVABLE_STATES


def _lock_received(call: Call[Officer], reference: str) -> tuple[Case, Transfer]:
    _, found = find_open(call.session, Transfer, call.actor.unit, reference, call.at, is_open_to_receiver)
    return lock_by_id(call.session, Transfer, found.id, call.version)


def _advance(
    call: Call[Officer],
    case: Case,
    transfer: Transfer,
    target: cases.TransferState,
    by: rules.By,
    *,
    has_reason: bool = False,
) -> None:
    actor = call.actor.name
    moves.advance(
        rules.MOVES,
        transfer,
        target,
        by,
        lambda _: _facts(call.session, case, asked_by=transfer.asked_by, actor=actor, has_reason=has_reason),
    )
    transfer.decided_by, transfer.decided_on = actor, days.today_of(call)


def _tell_former(call: Call[Officer], case: Case, transfer: Transfer) -> None:
    is_danger = case.priority is cases.Priority.P0
    notices.notify_named(call.session, transfer.asked_by, NoticeKind.DECIDED, call.at, is_danger=is_danger)


def _facts(
    session: Session, case: Case, *, asked_by: str = "", actor: str = "", has_reason: bool = False
) -> rules.TransferFacts:
    def has(
        table: type[Hearing | Referral | models.Decision | models.WaitingLetter | Case],
        *conditions: ColumnElement[bool],
    ) -> bool:
        return bool(session.execute(select(exists(select(table.id).where(*conditions)))).scalar_one())

    return rules.TransferFacts(
        state=case.state,
        is_decided=has(
            models.Decision, models.Decision.case_id == case.id, models.Decision.state == cases.DecisionState.MADE
        ),
        has_joined=has(Case, Case.merged_into_id == case.id, Case.state == cases.CaseState.MERGED),
        has_open_hearing=has(Hearing, Hearing.case_id == case.id, Hearing.state != cases.HearingState.CLOSED),
        has_unsent_referral=has(Referral, Referral.case_id == case.id, Referral.state.in_(sorted(LIVE - HELD))),
        has_waiting_letter=has(models.WaitingLetter, models.WaitingLetter.case_id == case.id),
        asked_by=same_person(asked_by),
        actor=same_person(actor),
        has_reason=has_reason,
    )


def _leave(session: Session, case: Case, former: str) -> None:
    """End what is of the former unit alone: whose tasks there are, unsent texts, who has the case open; and sign its messages."""
    waiting_tasks = models.CaseTask.case_id == case.id, models.CaseTask.done_on.is_(None)
    session.execute(update(models.CaseTask).where(*waiting_tasks).values(owner=None))
    session.execute(delete(models.CaseView).where(models.CaseView.case_id == case.id))
    session.execute(delete(models.OfficerDraft).where(models.OfficerDraft.about == case.reference))
    of_case = select(EncryptedContainer.id).where(EncryptedContainer.case_id == case.id)
    theirs = Message.box_id.in_(of_case), Message.author == cases.Author.OFFICER, Message.unit.is_(None)
    session.execute(update(Message).where(*theirs).values(unit=former))


def _take_over_events(call: Call[Officer], case: Case) -> None:
    """What the former unit planned is the receiving officer's to hold, or to write down that it was not."""
    planned = models.CaseEvent.case_id == case.id, models.CaseEvent.state == cases.EventState.PLANNED
    mine = {"owner": call.actor.name, "officers": [call.actor.name]}
    call.session.execute(update(models.CaseEvent).where(*planned).values(**mine))


def _end_grants(call: Call[Officer], case: Case) -> None:
    """End what its officers may see more than their roles show, and what they asked for."""
    theirs = models.AccessGrant.case_id == case.id, models.AccessGrant.state.in_(sorted(LIVE_GRANTS))
    call.session.execute(update(models.AccessGrant).where(*theirs).values(ends_at=call.at))
    end_over_in(call.session, case, call.at)
