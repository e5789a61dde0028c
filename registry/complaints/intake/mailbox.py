"""A complainant's mailbox: the case's state in plain words, messages, possible acts, and dates of destruction."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from itertools import chain
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.complaints.case import access, answers, clocks, consents, messages, moves, states, units, visits
from registry.complaints.case.complaint_codes import Root, box_of
from registry.complaints.case.consents import ConsentState
from registry.complaints.case.messages import ShownMessage
from registry.complaints.case.models import Case
from registry.complaints.casework import unread
from registry.complaints.intake.filing import promised_days, set_draft_retention
from registry.complaints.intake.models import Message
from registry.complaints.parties.hearings import moves as hearings
from registry.complaints.parties.referrals import actions as referrals
from registry.complaints.parties.transfers.queries import accepted_of, names_of_units
from registry.complaints.sealing.sealer import Sealer
from registry.core import errors, working_days
from registry.officers.models import Unit
from registry.vocabulary import cases

TAKES_MESSAGES = states.OPEN_STATES | {cases.CaseState.QUARANTINED, cases.CaseState.MERGED}


class Can(StrEnum):
    """What may be done in a mailbox now; pages make a button of each."""

    ANSWER = "answer"
    SUBMIT = "submit"
    WRITE = "write"
    CONSENT = "consent"
    WITHDRAW = "withdraw"
    TAKE_BACK = "take_back"
    OBJECT = "object"
    REOPEN = "reopen"
    INVITE_WORKER = "invite_worker"
    CHANGE_RECEIPT = "change_receipt"


class Step(NamedTuple):
    reads: states.Reads
    on_day: date


class ShownHelper(NamedTuple):
    """A helper as the worker sees them: what the helper may do, and the day of the last visit."""

    reference: str
    state: cases.MailboxState
    made_on: date
    last_visit_on: date | None
    answers_allowed: bool


class Handover(NamedTuple):
    """That another office reads the complaint from a day on; names are by page language."""

    from_names: Mapping[str, str]
    to_names: Mapping[str, str]
    on_day: date


class MailboxView(NamedTuple):
    """All of one mailbox. A helper sees that the complaint was received, what the helper wrote and the answers to it, and
    no more.

    `acknowledge_by` and `answer_by` are None once they were met, or do not run; `waiting_until` is set while the officers
    wait for an answer. `purge_on`: the day on which what was written is destroyed; `draft_until`: the same for what was not
    sent. `last_visit_on` is the visit before this one. `unit_names`: who reads and writes, by page language, and
    `unit_country`; empty and None before it is sent. `handovers`: from which office to which it went, the first one first;
    `former_names` are those of the former ones, by reference. `sealed_to`: the keys of others than its owner that open it.
    """

    role: cases.MailboxRole
    reads: states.Reads
    steps: Sequence[Step]
    filed_on: date | None
    acknowledge_by: date | None
    answer_by: date | None
    waiting_until: date | None
    purge_on: date | None
    draft_until: date | None
    last_visit_on: date | None
    messages: Sequence[ShownMessage]
    consents: Sequence[ConsentState]
    helpers: Sequence[ShownHelper]
    can: frozenset[Can]
    unit_names: Mapping[str, str]
    unit_country: str | None
    handovers: Sequence[Handover]
    former_names: Mapping[str, Mapping[str, str]]
    sealed_to: Sequence[access.SealedTo]

    @property
    def first_names(self) -> Mapping[str, str]:
        """The names of the office to which it was sent."""
        return self.handovers[0].from_names if self.handovers else self.unit_names

    def names_of(self, message: ShownMessage) -> Mapping[str, str]:
        """The names of the office that wrote a message."""
        return self.unit_names if message.unit is None else self.former_names.get(message.unit, {})


class OwnCopy(NamedTuple):
    """Everything of a mailbox, for download before it is destroyed; pages and API put it into words."""

    view: MailboxView
    sheet: answers.Sheet


class Written(NamedTuple):
    """A message that was written. `is_danger`: it says, or its writer did, that somebody is in danger."""

    message: Message
    is_danger: bool


def open_mailbox(session: Session, sealer: Sealer, root: Root, at: datetime) -> str:
    """Open a mailbox by a complaint code that was typed in, which also confirms it. Gives the token of the visit.

    `root` is derived before the transaction begins. Raises UnknownReceipt, whatever the reason.
    """
    box = box_of(session, root, at.date())
    case = moves.lock_case_by_id(session, box.case_id)
    if access.is_replacement(box):
        box = access.adopt(session, sealer, box, root.seed_of(box))
    elif box.state is cases.MailboxState.UNCONFIRMED:
        box.state = cases.MailboxState.OPEN
        set_draft_retention(case)
    if box.last_visit_on != at.date():
        box.visit_before_on, box.last_visit_on = box.last_visit_on, at.date()
    access.renew_key(session, sealer, box, root, at)
    return visits.begin(session, sealer, box, root.seed_of(box), at)


def mailbox(session: Session, sealer: Sealer, visit: visits.Visit, at: datetime) -> MailboxView:
    """The mailbox now; the officers' messages count as read. Raises NotNow before the complaint code is confirmed."""
    access.require_confirmed(visit)
    box = visit.box
    case = session.get_one(Case, box.case_id)
    is_helper = box.role is cases.MailboxRole.HELPER
    today = units.day_of_case(session, case, at)
    steps = _steps(session, case, today)[: 1 if is_helper else None]
    now_reads = steps[-1].reads if steps else states.reads(case.state)
    is_draft = case.state is cases.CaseState.DRAFT
    handovers, former_names = _handovers(session, case)
    unit = None if case.unit_id is None else session.get_one(Unit, case.unit_id)
    acknowledge_by, answer_by, waiting_until = (None, None, None) if is_draft else _days(session, case, is_helper)
    return MailboxView(
        role=box.role,
        reads=now_reads,
        steps=steps,
        filed_on=None if is_draft else case.filed_on,
        acknowledge_by=acknowledge_by,
        answer_by=answer_by,
        waiting_until=waiting_until,
        purge_on=None if is_draft or case.state is cases.CaseState.QUARANTINED else case.purge_on,
        draft_until=case.purge_on if is_draft else None,
        last_visit_on=box.visit_before_on,
        messages=_messages(session, sealer, visit, case, today),
        consents=consents.standing(session, box),
        helpers=[] if is_helper else _helpers(session, case),
        can=_can(session, visit, case, today),
        unit_names={} if unit is None else unit.names,
        unit_country=None if unit is None else unit.country,
        handovers=handovers,
        former_names=former_names,
        sealed_to=access.sealed_to(session, box),
    )


def own_copy(session: Session, sealer: Sealer, visit: visits.Visit, at: datetime) -> OwnCopy:
    """The mailbox with what was answered in it."""
    view = mailbox(session, sealer, visit, at)
    case = session.get_one(Case, visit.box.case_id)
    return OwnCopy(view, answers.read_sheet(session, sealer.open_as_mailbox(session, visit.box, visit.seed), case))


def write(
    session: Session,
    sealer: Sealer,
    visit: visits.Visit,
    text: str,
    at: datetime,
    *,
    idempotency_key: str | None = None,
    is_in_danger: bool = False,
) -> Written:
    """Write to the officers. Idempotent by `idempotency_key`. If the officers were waiting for it, the case goes on.

    `is_in_danger`: the writer says so. Then, and where the words tell of danger (triage/story.py), the case has the
    first priority at once. The words are judged here, before they are sealed, and only the outcome is stored. Raises
    InvalidInput, and NotNow where no officer would read it.
    """
    case = access.lock_case_for_visit(session, visit)
    if case.state not in TAKES_MESSAGES:
        raise errors.NotNow("messages are not read here now; a closed case can be opened again")
    opened = sealer.open_as_mailbox(session, visit.box, visit.seed)
    message, is_new = messages.write_message(
        session, sealer, case, opened, cases.Author.COMPLAINANT, text, units.day_of_case(session, case, at),
        idempotency_key=idempotency_key,
    )  # fmt: skip
    danger = unread.danger_of(text, is_stated=is_in_danger)
    if is_new:
        unread.note(session, case, cases.UnreadKind.MESSAGE, at, danger)
    return Written(message, is_danger=danger is not None)


def consent(
    session: Session, sealer: Sealer, visit: visits.Visit, kind: cases.ConsentKind, at: datetime, *, is_given: bool
) -> None:
    """Give or revoke one consent. Raises NotNow where there is nothing to consent to any more."""
    case = access.lock_case_for_visit(session, visit)
    # Taking one back is never too late.
    if is_given and case.state not in TAKES_MESSAGES:
        raise errors.NotNow("there is nothing to agree to here now")
    if not is_given and consents.is_running(session, visit.box, kind):
        unread.note(session, case, cases.UnreadKind.CONSENT, at)
    consents.set_consent(session, case, visit.box, kind, units.day_of_case(session, case, at), is_given=is_given)
    if not is_given:
        # What was not yet sent under this consent stops, and what was sent is closed, at once.
        _end_what_is_over(session, sealer, case, at)


def withdraw(session: Session, sealer: Sealer, visit: visits.Visit, at: datetime) -> None:
    """Withdraw a complaint. A draft is destroyed at once; a sent one after 30 days, in which this can be undone.

    Idempotent. Raises NotNow, and IllegalMove once it is decided.
    """
    case = access.lock_case_for_owner(session, visit)
    if case.state is cases.CaseState.DRAFT:
        moves.advance_case(session, case, cases.CaseState.PURGED, cases.CaseRole.COMPLAINANT, at)
        sealer.destroy(session, [box.id for box in access.boxes_of(session, case)])
    elif case.state is not cases.CaseState.WITHDRAWN:
        moves.advance_case(session, case, cases.CaseState.WITHDRAWN, cases.CaseRole.COMPLAINANT, at)
        if case.priority in states.READ_WHEN_WITHDRAWN:
            # It may have been withdrawn under somebody's eyes.
            unread.note(session, case, cases.UnreadKind.WITHDRAWAL, at)
        else:
            case.has_unread, case.unread_kind = False, None
        _end_what_is_over(session, sealer, case, at)


def leave(session: Session, sealer: Sealer, visit: visits.Visit, at: datetime) -> None:
    """End a visit at once.

    A draft whose code was never typed back is destroyed: nothing shows that its writer kept the code, and who must leave
    in haste does not want it to be there. In a draft that its writer can come back to, the words that were kept while they
    were typed and not saved are taken out. What was sent stays. Raises NotNow.
    """
    case = moves.lock_case_by_id(session, visit.box.case_id)
    is_lost = visit.box.state is cases.MailboxState.UNCONFIRMED and not access.is_replacement(visit.box)
    if case.state is cases.CaseState.DRAFT and is_lost:
        moves.advance_case(session, case, cases.CaseState.PURGED, cases.CaseRole.COMPLAINANT, at)
        sealer.destroy(session, [box.id for box in access.boxes_of(session, case)])
    row = answers.find_sheet_row(session, visit.box)
    if not is_lost and row is not None and row.submitted_on is None and row.before_typing is not None:
        opened = sealer.open_as_mailbox(session, visit.box, visit.seed)
        sheet = answers.read_sheet(session, opened, case)
        sheet = answers.merge_answers(session, opened, case, sheet, answers.read_before_typing(opened, case, sheet))
        answers.write_before_typing(opened, case, sheet, {})
    visits.end(session, visit)


def open_again(
    session: Session,
    sealer: Sealer,
    visit: visits.Visit,
    at: datetime,
    *,
    text: str | None = None,
    idempotency_key: str | None = None,
) -> None:
    """Object to a decision, reopen a closed case within a year, or undo a withdrawal, with a message if there is one.

    Idempotent. Raises IllegalMove when its time is over.
    """
    case = access.lock_case_for_owner(session, visit)
    if case.state is not cases.CaseState.REOPENED:
        moves.advance_case(session, case, cases.CaseState.REOPENED, cases.CaseRole.COMPLAINANT, at)
    if text is not None and text.strip():
        opened = sealer.open_as_mailbox(session, visit.box, visit.seed)
        _, is_new = messages.write_message(
            session, sealer, case, opened, cases.Author.COMPLAINANT, text, units.day_of_case(session, case, at),
            idempotency_key=idempotency_key,
        )  # fmt: skip
        if is_new:
            unread.note(session, case, cases.UnreadKind.MESSAGE, at, unread.danger_of(text, is_stated=False))


def _end_what_is_over(session: Session, sealer: Sealer, case: Case, at: datetime) -> None:
    """End what partners and the agency were given on a consent or complaint that no longer stands."""
    referrals.end_what_is_over(session, sealer, case, at)
    hearings.end_what_is_over(session, sealer, case, at)


def _steps(session: Session, case: Case, today: date) -> list[Step]:
    """What the complainant could read and when, latest last. Quarantine and release leave no trace in it."""
    steps: list[Step] = []
    for move in moves.moves_of(session, case):
        is_hidden = (
            cases.CaseState.QUARANTINED in (move.from_state, move.to_state)
            and move.to_state is not cases.CaseState.WITHDRAWN
        )
        if steps and (is_hidden or steps[-1].reads is states.reads(move.to_state)):
            continue
        steps.append(Step(states.reads(move.to_state), move.on_day))
    if case.state is cases.CaseState.SANCTION_PENDING and case.measure is not None and case.measure_on is not None:
        steps.append(Step(states.reads_of_measure(case.measure, case.measure_until, today), case.measure_on))
    return steps


def _handovers(session: Session, case: Case) -> tuple[Sequence[Handover], Mapping[str, Mapping[str, str]]]:
    """From which office to which a case went, and the names of the former ones by reference."""
    gone = accepted_of(session, case)
    if not gone:
        return [], {}
    names = names_of_units(session, {unit for one in gone for unit in (one.former, one.party)})
    return [
        Handover(names.get(one.former, {}), names.get(one.party, {}), one.decided_on)
        for one in gone
        if one.decided_on is not None
    ], names


def _days(session: Session, case: Case, is_helper: bool) -> tuple[date | None, date | None, date | None]:
    """The days by which the complainant is acknowledged, is answered, and is waited for."""
    acknowledge_by, answer_by = promised_days(case.filed_on)
    rows = clocks.clocks_of(session, case)
    if case.state is cases.CaseState.QUARANTINED or is_helper:
        acknowledged = rows.get(cases.ClockKind.ACKNOWLEDGE)
        return acknowledge_by if acknowledged is None or acknowledged.met_on is None else None, answer_by, None
    running = {kind: row for kind, row in rows.items() if row.met_on is None}
    time_zone = units.zone_of_case(session, case)

    def last(kind: cases.ClockKind) -> date | None:
        return working_days.last_day(running[kind].due_at, time_zone) if kind in running else None

    waiting = last(cases.ClockKind.WAITING)
    return last(cases.ClockKind.ACKNOWLEDGE), last(cases.ClockKind.ANSWER) if waiting is None else None, waiting


def _messages(session: Session, sealer: Sealer, visit: visits.Visit, case: Case, today: date) -> list[ShownMessage]:
    opened = [
        sealer.open_as_mailbox(session, visit.box, visit.seed, of=box)
        for box in access.readable_boxes(session, visit.box)
        if access.is_shared(session, box, visit.box)
    ]
    messages_by_box = messages.read_messages(session, case, opened, cases.Author.COMPLAINANT, today)
    return sorted(chain.from_iterable(messages_by_box), key=lambda message: message.written_on)


def _helpers(session: Session, case: Case) -> list[ShownHelper]:
    return [
        ShownHelper(box.reference, box.state, box.made_on, box.last_visit_on, box.answers_allowed)
        for box in access.boxes_of(session, case)
        if box.role is cases.MailboxRole.HELPER
    ]


def _can(session: Session, visit: visits.Visit, case: Case, today: date) -> frozenset[Can]:
    can = {Can.CHANGE_RECEIPT}
    box = visit.box
    has_worker = access.worker_box(session, case) is not None
    is_owner = box.role is cases.MailboxRole.WORKER or not has_worker
    row = answers.find_sheet_row(session, box)
    is_sent = row is not None and row.submitted_on is not None
    if case.state in TAKES_MESSAGES:
        can |= {Can.WRITE, Can.CONSENT}
        if not is_sent:
            can |= {Can.ANSWER, Can.SUBMIT}
        if box.role is cases.MailboxRole.HELPER and not has_worker:
            can.add(Can.INVITE_WORKER)
    if case.state is cases.CaseState.DRAFT:
        can |= {Can.ANSWER, Can.SUBMIT, Can.WITHDRAW}
    if not is_owner:
        return frozenset(can)
    if case.state in TAKES_MESSAGES - states.DECIDED_STATES - {cases.CaseState.SANCTION_PENDING}:
        can.add(Can.WITHDRAW)
    if case.state in states.DECIDED_STATES or case.state is cases.CaseState.SANCTION_PENDING:
        can.add(Can.OBJECT)
    if case.state in states.ENDING_STATES and case.closed_on is not None:
        if case.state is cases.CaseState.WITHDRAWN and today <= case.closed_on + states.REGRET:
            can.add(Can.TAKE_BACK)
        if case.state in (cases.CaseState.CLOSED, cases.CaseState.OUT_OF_SCOPE):
            can.add(Can.REOPEN)
    return frozenset(can)
