"""Handing over submitted answers: picks the unit, runs triage, and gives the unit access. All in one transaction.

`recipient` says before that which office would read a complaint, and why.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec
from sqlalchemy.orm import Session

from registry.complaints.case import clocks
from registry.complaints.case.consents import consents_answered
from registry.complaints.case.models import Case
from registry.complaints.case.moves import advance_case, changed, set_case_priority
from registry.complaints.case.questions import QUESTIONNAIRE, Kind, of_tier
from registry.complaints.case.states import Clock
from registry.complaints.case.units import day_of_case, route
from registry.complaints.casework import unread
from registry.complaints.sealing.envelopes import place_of
from registry.complaints.sealing.sealer import OpenContainer, Sealer
from registry.complaints.triage import assessment
from registry.complaints.triage.rules import Triaged
from registry.core.clock import day_at
from registry.officers.models import Unit
from registry.vocabulary.cases import CaseRole, CaseState, Priority, UnreadKind
from registry.vocabulary.register import CORRIDOR_SECTORS, EU_STATES, SENDING_COUNTRIES

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
        unit = unit or route(session, country_of_work(answers))
        today = day_at(at, unit.time_zone)
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
            advance_case(session, case, CaseState.QUARANTINED, CaseRole.REGISTRY, at)
        else:
            # Locked before the first line of the audit trail, for which all transactions wait.
            others = assessment.others_to_raise(session, independent)
            advance_case(session, case, CaseState.SUBMITTED, CaseRole.COMPLAINANT, at)
            assessment.raise_others(session, others, at)
            if received_on != today:
                session.flush()
                clocks.apply_clock(session, case, Clock.START, at - (today - received_on))
        consents_answered(session, case, opened.box, answers, today)
    session.flush()


def add_answers(
    session: Session, sealer: Sealer, case: Case, opened: OpenContainer, answers: Mapping[str, Any], at: datetime
) -> None:
    """Add the worker's own answers to a locked case. They may make it more urgent, never less."""
    today = day_of_case(session, case, at)
    assessment.remember_words(session, sealer, case, answers)
    independent = assessment.independent_others(session, case, today)
    judged = assessment.judge(session, case, answers, independent)
    before = case.priority
    is_raised = before is not None and judged.priority < before
    if is_raised:
        set_case_priority(case, judged.priority, at)
        case.reasons = list(judged.reasons)
        clocks.reschedule_first_look(session, case, at)
    case.indicators = sorted({*case.indicators, *judged.indicators})
    is_danger = is_raised and case.priority is Priority.P0
    unread.note(session, case, UnreadKind.ANSWERS, at, judged.reasons[0] if is_danger else None)
    consents_answered(session, case, opened.box, answers, today)
    changed(session, case, "case.answers_added", today, role=CaseRole.COMPLAINANT)
    if case.state is CaseState.QUARANTINED and case.priority is not None and case.priority <= Priority.P2:
        advance_case(session, case, CaseState.SUBMITTED, CaseRole.REGISTRY, at)


def country_of_work(answers: Mapping[str, Any]) -> str | None:
    """The EU state that a complaint is about: where the work is, or else where its writer is now."""
    return next((answers[code] for code in ("country", "where_now") if answers.get(code) in EU_STATES), None)


def _country(answers: Mapping[str, Any]) -> str | None:
    return country_of_work(answers) or next(
        (answers[code] for code in ("country", "where_now") if answers.get(code) in SENDING_COUNTRIES), None
    )


def _store_judgement(case: Case, judged: Triaged, at: datetime) -> None:
    set_case_priority(case, judged.priority, at)
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
    unit = route(session, about)
    return Recipient(unit.names, unit.country, fit_of(unit.country, answers), about)


def fit_of(country: str, answers: Mapping[str, Any]) -> Fit:
    """How an office of a country relates to the country that these answers are about."""
    about, work = country_of_work(answers), answers.get("country")
    if about is not None and country == about:
        return Fit.OF_COUNTRY if work == about else Fit.WHERE_NOW
    if about is not None:
        return Fit.NONE_THERE
    return Fit.OUTSIDE if work == "other" or work in SENDING_COUNTRIES else Fit.NO_COUNTRY
