"""Filing a complaint: first the complaint code, then the answers one by one, then submission, which hands it to a unit.

Nothing here commits. A start whose response was lost leaves an empty draft that is deleted the next day. An answer that
was acknowledged is stored, and one sent twice is stored once; a second submission finds the first. `hand_over` picks the
unit, runs triage and gives the unit access; `recipient` says before that which office would read a complaint, and why.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec
from sqlalchemy.orm import Session

from registry.complaints.attachments.actions import attachments_of
from registry.complaints.case import access, answer_rules, clocks, consents, moves, states, units, visits
from registry.complaints.case.answers import (
    Sheet,
    merge_answers,
    read_before_typing,
    read_sheet,
    write_before_typing,
    write_sheet,
)
from registry.complaints.case.complaint_codes import Root, is_typed_back
from registry.complaints.case.models import Case
from registry.complaints.case.questions import QUESTIONNAIRE, Kind, cleared, of_tier
from registry.complaints.casework import unread
from registry.complaints.retention.rules import draft_day
from registry.complaints.sealing.envelopes import place_of
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import OpenContainer, Sealer
from registry.complaints.triage import assessment
from registry.complaints.triage.rules import Triaged
from registry.core import clock, working_days
from registry.core.errors import Fault, InvalidInput, NotNow
from registry.core.ids import new_reference
from registry.officers.models import Unit
from registry.vocabulary.cases import CaseRole, CaseState, MailboxRole, Priority, UnreadKind
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import CORRIDOR_SECTORS, EU_STATES, SENDING_COUNTRIES, Language

HELPERS = frozenset({"friend_or_family", "union", "ngo", "other_helper"})
"""Answers to `who_files` of those who file for a worker; their complaint code opens less."""

TAKES_MORE = frozenset(
    {
        CaseState.SUBMITTED,
        CaseState.QUARANTINED,
        CaseState.IN_TRIAGE,
        CaseState.WAITING_COMPLAINANT,
        CaseState.INVESTIGATING,
        CaseState.REOPENED,
    }
)
"""States in which a worker may add answers to those that a helper has sent."""


class Started(NamedTuple):
    """A draft, and the token of its visit for the browser. The visit shows the complaint code until it is confirmed."""

    case: Case
    box: EncryptedContainer
    token: str


class Acknowledgement(NamedTuple):
    """The response to a submitted complaint: the same for every complaint, whatever became of it."""

    filed_on: date
    acknowledge_by: date
    answer_by: date


def start(
    session: Session, sealer: Sealer, code: str, root: Root, *, language: Language, role: MailboxRole, at: datetime
) -> Started:
    """Begin a draft under a new complaint code (`complaint_codes.new_code`); derive `root` before the transaction.

    Raises IntakeClosed where no unit would take the complaint.
    """
    case = new_draft(session, language, at.date(), draft_day(at.date(), is_confirmed=False))
    box = access.new_box(session, case, role, root, at.date())
    sealer.new_box(session, box, root.public)
    return Started(case, box, visits.begin(session, sealer, box, root.seed, at, code=code))


def new_draft(session: Session, language: Language, today: date, purge_on: date) -> Case:
    """A case that is not sent yet. Raises IntakeClosed where no unit would take the complaint."""
    units.require_open_intake(session)
    case = Case(reference=new_reference(), state=CaseState.DRAFT, filed_on=today, language=language, purge_on=purge_on)
    session.add(case)
    session.flush()
    return case


def confirm(session: Session, sealer: Sealer, visit: visits.Visit, typed: str, at: datetime) -> str | None:
    """Confirm a complaint code by its last six digits or last two words, typed back. Idempotent.

    Gives a token when the browser needs another one from now on: a new code has just taken the place of the old one.
    Raises InvalidInput on wrong digits, however often.
    """
    if visit.is_confirmed:
        return None
    if visit.code is None or not is_typed_back(visit.code, typed):
        detail = "must be the last six digits, or the last two words, of the number shown"
        raise InvalidInput([Fault("last_six", Problem.INVALID_VALUE, detail)])
    case = moves.lock_case_by_id(session, visit.box.case_id)
    if access.is_replacement(visit.box):
        box = access.adopt(session, sealer, visit.box, visit.seed)
        return visits.begin(session, sealer, box, visit.seed, at)
    visits.confirm(session, visit)
    set_draft_retention(case)
    return None


def set_draft_retention(case: Case) -> None:
    """Extend a draft to its full retention, as its code is confirmed; a preprinted one is kept longer still."""
    if case.state is CaseState.DRAFT:
        full = draft_day(case.filed_on, is_confirmed=True)
        case.purge_on = full if case.purge_on is None else max(case.purge_on, full)


def answer(
    session: Session,
    sealer: Sealer,
    visit: visits.Visit,
    given: Mapping[str, Any],
    version: int | None = None,
    *,
    is_typing: bool = False,
) -> Sheet:
    """Store some answers, as they were typed, by their questions' codes; an empty one is removed.

    What another tab answered stays, unless it was the same question. `version` refuses a sheet that was changed since.
    `is_typing`: they are words that are still being typed; until they are saved, `mailbox.leave` puts back what stood there.
    Raises InvalidInput with the field, StaleVersion, NotNow before the code is confirmed and once the sheet was sent.
    """
    read = answer_rules.read_answers(given)
    case = access.lock_case_for_visit(session, visit, is_draft=True)
    opened = sealer.open_as_mailbox(session, visit.box, visit.seed)
    sheet = read_sheet(session, opened, case)
    if sheet.submitted_on is not None:
        raise NotNow("this was sent already and stays as it is: write a message to add something")
    if case.state not in (CaseState.DRAFT, *TAKES_MORE):
        raise NotNow("nothing more can be added here now")
    if case.state is CaseState.DRAFT and isinstance(who := read.get("who_files"), str):
        visit.box.role = MailboxRole.HELPER if who in HELPERS else MailboxRole.WORKER
    before = read_before_typing(opened, case, sheet)
    if is_typing:
        before = {code: sheet.answers.get(code) for code in read} | before
    else:
        before = {code: value for code, value in before.items() if code not in read}
    sheet = merge_answers(session, opened, case, sheet, read, version)
    write_before_typing(opened, case, sheet, before)
    return sheet


def answers(session: Session, sealer: Sealer, visit: visits.Visit) -> Sheet:
    """The answers in this mailbox so far, for their author. Raises NotNow before the complaint code is confirmed."""
    access.require_writable(visit)
    case = session.get_one(Case, visit.box.case_id)
    return read_sheet(session, sealer.open_as_mailbox(session, visit.box, visit.seed), case)


def submit(session: Session, sealer: Sealer, visit: visits.Visit, at: datetime) -> Acknowledgement:
    """Submit the answers to the unit in charge. A second call returns the same as the first.

    In a case that was filed already it adds the worker's own answers to the helper's. Raises IntakeClosed, NotNow, and
    InvalidInput when nothing was answered and no file was added: a recording alone is a complaint.
    """
    case = access.lock_case_for_visit(session, visit)
    opened = sealer.open_as_mailbox(session, visit.box, visit.seed)
    sheet = read_sheet(session, opened, case)
    if sheet.submitted_on is None:
        given = cleared(sheet.answers)
        if not given.keys() - {"who_files"} and not attachments_of(session, [visit.box]):
            raise InvalidInput(
                [Fault("answers", Problem.MISSING, "nothing was answered yet: one answer or one file is enough")]
            )
        is_draft = case.state is CaseState.DRAFT
        if not is_draft and case.state not in TAKES_MORE:
            raise NotNow("nothing more can be added here now")
        # Before the lines of the audit trail, for which all transactions wait.
        write_sheet(session, opened, case, sheet, given, submitted_on=at.date())
        if is_draft:
            hand_over(session, sealer, case, opened, given, at)
        else:
            add_answers(session, sealer, case, opened, given, at)
    return Acknowledgement(case.filed_on, *promised_days(case.filed_on))


def promised_days(filed_on: date) -> tuple[date, date]:
    """The days by which the complainant gets an acknowledgement, and an answer.

    Counted from the day alone, so that a quarantined complaint reads no differently.
    """
    by = filed_on + timedelta(days=working_days.ACKNOWLEDGE_DAYS)
    return by, working_days.months_after(filed_on, working_days.ANSWER_MONTHS)


def hand_over(
    session: Session,
    sealer: Sealer,
    case: Case,
    opened: OpenContainer,
    answers: Mapping[str, Any],
    at: datetime,
    *,
    unit: Unit | None = None,
    received_on: date | None = None,
) -> None:
    """Turn a locked draft into a case of a unit. Raises IntakeClosed, KeyTrouble if nothing can be sealed to it.

    A paper form belongs to the `unit` to which it was handed in; its deadlines run from the day of receipt.
    """
    # Nothing that is read here is pending, so all is written once, at the end.
    with session.no_autoflush:
        unit = unit or units.route(session, country_of_work(answers))
        today = clock.day_at(at, unit.time_zone)
        received_on = received_on or today
        case.unit_id, case.filed_on, case.questionnaire = unit.id, received_on, QUESTIONNAIRE.version
        case.country = _country(answers)
        case.sector = answers["sector"] if answers.get("sector") in CORRIDOR_SECTORS else None
        _seal_facts(session, sealer, case, answers)
        of_text = assessment.remember_words(session, sealer, case, answers)
        independent = assessment.independent_others(session, case, today)
        _store_judgement(case, assessment.judge(session, case, answers, independent), at)
        is_flood = assessment.is_part_of_flood(session, case, of_text, today)
        sealer.hand_over(session, opened, unit.reference)
        if is_flood:
            moves.advance_case(session, case, CaseState.QUARANTINED, CaseRole.REGISTRY, at)
        else:
            # Locked before the first line of the audit trail, for which all transactions wait.
            others = assessment.others_to_raise(session, independent)
            moves.advance_case(session, case, CaseState.SUBMITTED, CaseRole.COMPLAINANT, at)
            assessment.raise_others(session, others, at)
            if received_on != today:
                session.flush()
                clocks.apply_clock(session, case, states.Clock.START, at - (today - received_on))
        consents.consents_answered(session, case, opened.box, answers, today)
    session.flush()


def add_answers(
    session: Session, sealer: Sealer, case: Case, opened: OpenContainer, answers: Mapping[str, Any], at: datetime
) -> None:
    """Add the worker's own answers to a locked case. They may make it more urgent, never less."""
    today = units.day_of_case(session, case, at)
    assessment.remember_words(session, sealer, case, answers)
    independent = assessment.independent_others(session, case, today)
    judged = assessment.judge(session, case, answers, independent)
    before = case.priority
    is_raised = before is not None and judged.priority < before
    if is_raised:
        moves.set_case_priority(case, judged.priority, at)
        case.reasons = list(judged.reasons)
        clocks.reschedule_first_look(session, case, at)
    case.indicators = sorted({*case.indicators, *judged.indicators})
    is_danger = is_raised and case.priority is Priority.P0
    unread.note(session, case, UnreadKind.ANSWERS, at, judged.reasons[0] if is_danger else None)
    consents.consents_answered(session, case, opened.box, answers, today)
    moves.changed(session, case, "case.answers_added", today, role=CaseRole.COMPLAINANT)
    if case.state is CaseState.QUARANTINED and case.priority is not None and case.priority <= Priority.P2:
        moves.advance_case(session, case, CaseState.SUBMITTED, CaseRole.REGISTRY, at)


def country_of_work(answers: Mapping[str, Any]) -> str | None:
    """The EU state that a complaint is about: where the work is, or else where its writer is now."""
    return next((answers[code] for code in ("country", "where_now") if answers.get(code) in EU_STATES), None)


def _country(answers: Mapping[str, Any]) -> str | None:
    return country_of_work(answers) or next(
        (answers[code] for code in ("country", "where_now") if answers.get(code) in SENDING_COUNTRIES), None
    )


def _store_judgement(case: Case, judged: Triaged, at: datetime) -> None:
    moves.set_case_priority(case, judged.priority, at)
    case.indicators = sorted(judged.indicators)
    case.reasons = list(judged.reasons)
    case.triage_version = judged.version


def _seal_facts(session: Session, sealer: Sealer, case: Case, answers: Mapping[str, Any]) -> None:
    """Seal the facts that a unit works with under the server's key ring (tier 1), apart from the answers."""
    agency = assessment.named_agency(session, answers)
    case.agency_digest = None if agency is None else sealer.digest("agency", agency.key)
    case.agency_is_registered = None if agency is None else agency.is_registered
    case.agency_sealed = _sealed(sealer, case, "agency_sealed", None if agency is None else agency.stated)
    case.employer_sealed = _sealed(sealer, case, "employer_sealed", answers.get("employer"))
    case.region_sealed = _sealed(sealer, case, "region_sealed", answers.get("region"))
    sums = (Kind.MONEY, Kind.CHARGE)
    amounts = {code: value for code, value in of_tier(answers, 1).items() if QUESTIONNAIRE[code].kind in sums}
    case.amounts_sealed = _sealed(sealer, case, "amounts_sealed", amounts or None)


def _sealed(sealer: Sealer, case: Case, column: str, value: Any) -> str | None:
    if value is None:
        return None
    text = msgspec.json.encode(value, order="sorted").decode()
    return sealer.seal_field(text, place_of(case, case, column))


class Fit(StrEnum):
    """How the office that reads a complaint relates to the country that the complaint is about."""

    OF_COUNTRY = "of_country"
    """It is an office of the country of work."""
    WHERE_NOW = "where_now"
    """It is an office of the country where the complainant is now; of the country of work there is none, or none was named."""
    NONE_THERE = "none_there"
    """No office of that EU state takes complaints here: the default office reads it."""
    OUTSIDE = "outside"
    """The country of work is outside the EU: the default office reads it."""
    NO_COUNTRY = "no_country"
    """No country was named: the default office reads it."""

    @property
    def is_elsewhere(self) -> bool:
        """Whether the office cannot decide about work in that country."""
        return self in (Fit.NONE_THERE, Fit.OUTSIDE)


class Recipient(NamedTuple):
    """The office that reads a complaint: its names by language, its country; and the country that the complaint is about."""

    names: Mapping[str, str]
    country: str
    fit: Fit
    about: str | None


def recipient(session: Session, answers: Mapping[str, Any]) -> Recipient:
    """The office to which these answers would be sent now. Raises IntakeClosed where there is none."""
    about = country_of_work(answers)
    unit = units.route(session, about)
    return Recipient(unit.names, unit.country, fit_of(unit.country, answers), about)


def fit_of(country: str, answers: Mapping[str, Any]) -> Fit:
    """How an office of a country relates to the country that these answers are about."""
    about, work = country_of_work(answers), answers.get("country")
    if about is not None and country == about:
        return Fit.OF_COUNTRY if work == about else Fit.WHERE_NOW
    if about is not None:
        return Fit.NONE_THERE
    return Fit.OUTSIDE if work == "other" or work in SENDING_COUNTRIES else Fit.NO_COUNTRY
