"""An overview counts its own unit's cases and no others, by the days that are asked for, whatever the database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from registry.complaints.case.models import NEVER
from registry.complaints.casework.models import CaseMove
from registry.complaints.sealing.sealer import Sealer
from registry.complaints.triage.assessment import patterns
from registry.oversight.overview import DeadlineCounts, Open, overview
from registry.oversight.rules import Age, Period, is_period, monday, spans, usual
from registry.vocabulary.cases import CaseRole, CaseState, ClockKind, Indicator, LiesWith, Priority
from tests.complaints.filing import file
from tests.oversight.accounts import WORDS
from tests.oversight.cases import make_case, make_clock
from tests.oversight.conftest import CZ, IT

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
TODAY = AT.date()
PERIOD = Period(date(2026, 11, 1), TODAY)


def midnight_after(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


@pytest.mark.parametrize(
    ("days", "age"),
    [
        (0, Age.WEEK),
        (7, Age.WEEK),
        (8, Age.MONTH),
        (30, Age.MONTH),
        (31, Age.QUARTER),
        (90, Age.QUARTER),
        (91, Age.OLDER),
    ],
)
def test_open_cases_are_as_old_as_their_filing(session: Session, sealer: Sealer, days: int, age: Age) -> None:
    make_case(session, TODAY - timedelta(days=days), priority=Priority.P1)
    make_case(session, TODAY - timedelta(days=days), state=CaseState.CLOSED)
    assert list(overview(session, IT, PERIOD, AT).open_cases) == [Open(CaseState.SUBMITTED, Priority.P1, age, 1)]


def test_nothing_of_another_unit_is_counted(session: Session, sealer: Sealer) -> None:
    foreign = make_case(session, TODAY, unit=CZ, indicators=[Indicator.DECEPTION], decided_on=TODAY)
    make_clock(session, foreign, AT)
    found = overview(session, IT, PERIOD, AT)
    assert (found.open_cases, found.clocks, found.inflow, found.indicators, found.decisions) == ([], [], [], {}, {})
    theirs = overview(session, CZ, PERIOD, AT)
    assert all((theirs.open_cases, theirs.clocks, theirs.inflow, theirs.indicators, theirs.decisions))


def test_clocks_are_kept_to_the_end_of_their_last_day(session: Session, sealer: Sealer) -> None:
    case, due = make_case(session, TODAY), date(2026, 11, 20)
    at_midnight = midnight_after(due)
    make_clock(session, case, at_midnight, met_on=due)
    make_clock(session, make_case(session, TODAY), at_midnight, met_on=due + timedelta(days=1))
    make_clock(session, make_case(session, TODAY), at_midnight)
    make_clock(session, make_case(session, TODAY), at_midnight, is_paused=True)
    # Due at an hour: of the day on which it was met the hour is not known.
    make_clock(session, make_case(session, TODAY), datetime(2026, 11, 20, 14, 5, tzinfo=UTC), met_on=due)
    assert list(overview(session, IT, PERIOD, AT).clocks) == [DeadlineCounts(ClockKind.TRIAGE, 2, 1, 1, 1)]


def test_only_clocks_due_in_the_period_count(session: Session, sealer: Sealer) -> None:
    case = make_case(session, TODAY)
    make_clock(session, case, midnight_after(date(2026, 10, 31)), kind=ClockKind.TRIAGE)
    make_clock(session, case, midnight_after(date(2026, 11, 1)), kind=ClockKind.ACKNOWLEDGE)
    make_clock(session, case, midnight_after(TODAY), kind=ClockKind.ANSWER)
    make_clock(session, case, AT, kind=ClockKind.WAITING)
    assert [one.kind for one in overview(session, IT, PERIOD, AT).clocks] == [ClockKind.ACKNOWLEDGE, ClockKind.ANSWER]


def test_inflow_is_by_the_weeks_that_begin_on_monday(session: Session, sealer: Sealer) -> None:
    for day in (date(2026, 11, 15), date(2026, 11, 16), date(2026, 11, 22), date(2026, 11, 23)):
        make_case(session, day)
    make_case(session, date(2026, 11, 17), sector=None, country="ES")
    make_case(session, date(2026, 11, 17), state=CaseState.QUARANTINED)
    make_case(session, date(2026, 10, 31))
    found = overview(session, IT, PERIOD, AT).inflow
    assert sorted((one.week, one.sector or "", one.country, one.complaints) for one in found) == [
        (date(2026, 11, 9), "14.10", "IT", 1),
        (date(2026, 11, 16), "", "ES", 1),
        (date(2026, 11, 16), "14.10", "IT", 2),
        (date(2026, 11, 23), "14.10", "IT", 1),
    ]
    assert {one.week for one in found} < set(PERIOD.weeks)


def test_each_indicator_is_counted_once_a_complaint(session: Session, sealer: Sealer) -> None:
    make_case(session, TODAY, indicators=[Indicator.DECEPTION, Indicator.ISOLATION])
    make_case(session, TODAY, indicators=[Indicator.DECEPTION])
    make_case(session, TODAY)
    assert overview(session, IT, PERIOD, AT).indicators == {Indicator.DECEPTION: 2, Indicator.ISOLATION: 1}


def test_a_case_is_decided_once_by_its_first_decision(session: Session, sealer: Sealer) -> None:
    make_case(session, TODAY - timedelta(days=40), decided_on=TODAY - timedelta(days=10), state=CaseState.CLOSED)
    again = make_case(session, TODAY - timedelta(days=60), decided_on=date(2026, 10, 20), state=CaseState.REOPENED)
    make_case(session, TODAY - timedelta(days=5), decided_on=TODAY)
    session.flush()
    session.add(
        CaseMove(
            case_id=again.id,
            from_state=CaseState.DECISION_DRAFT,
            to_state=CaseState.DECIDED_PARTLY,
            on_day=TODAY,
            role=CaseRole.DECIDER,
        )
    )
    assert overview(session, IT, PERIOD, AT).decisions == {30: 1, 5: 1}


def test_whom_cases_lie_with_and_who_has_them_is_counted(session: Session, sealer: Sealer) -> None:
    for number, state in enumerate((CaseState.WAITING_COMPLAINANT, CaseState.INVESTIGATING, CaseState.INVESTIGATING)):
        case = make_case(session, TODAY, state=state)
        case.is_open, case.assignee = True, "OFFICER00001" if number else None
        case.has_unread = number == 2
        case.due_at = AT - timedelta(hours=1) if number == 1 else NEVER
    session.flush()
    found = overview(session, IT, PERIOD, AT)
    assert found.lying == {LiesWith.OFFICER: 2, LiesWith.COMPLAINANT: 1}
    assert [(one.officer, one.cases, one.late, one.unread) for one in found.load] == [
        ("OFFICER00001", 2, 1, 1),
        (None, 1, 0, 0),
    ]


def test_figures_are_compared_with_the_period_before(session: Session, sealer: Sealer) -> None:
    make_case(session, PERIOD.from_on)
    make_case(session, PERIOD.from_on - timedelta(days=1))
    length = PERIOD.to_on - PERIOD.from_on
    make_case(session, PERIOD.from_on - timedelta(days=2), decided_on=PERIOD.from_on - timedelta(days=1))
    make_case(session, PERIOD.from_on - length - timedelta(days=2))
    former = overview(session, IT, PERIOD, AT).former
    assert (former.complaints, former.spans.decided, former.spans.median) == (2, 1, 1)


def test_an_overview_takes_ten_queries_however_many_cases_there_are(session: Session, sealer: Sealer) -> None:
    for number in range(30):
        make_case(session, TODAY - timedelta(days=number), indicators=[Indicator.DECEPTION])
    session.flush()
    wanted: list[str] = []
    bind = session.get_bind()
    event.listen(bind, "before_cursor_execute", lambda *about: wanted.append(about[2]))
    overview(session, IT, PERIOD, AT)
    assert len(wanted) == 10


def tell(
    session: Session, sealer: Sealer, account: str, agency: str = "Invented Labour Export", **answers: str
) -> None:
    given = {"country": "IT", "deception": "yes", "account": account, "agency": {"name": agency}, **answers}
    file(session, sealer, given, at=AT)


def test_three_independent_complaints_are_a_pattern_of_this_unit_alone(session: Session, sealer: Sealer) -> None:
    for account in WORDS:
        tell(session, sealer, account)
    for account in WORDS[:2]:
        tell(session, sealer, account, agency="Another Agency")
    found = patterns(session, sealer, IT, *PERIOD)
    assert [(one.agency["name"], one.independent, one.complaints) for one in found] == [
        ("Invented Labour Export", 3, 3)
    ]
    assert patterns(session, sealer, CZ, *PERIOD) == []
    assert patterns(session, sealer, IT, PERIOD.from_on, TODAY - timedelta(days=1)) == []


def test_copies_of_one_complaint_are_no_pattern(session: Session, sealer: Sealer) -> None:
    for account in (WORDS[0], WORDS[0], WORDS[1]):
        tell(session, sealer, account)
    assert patterns(session, sealer, IT, *PERIOD) == []


def test_two_units_do_not_make_a_pattern_together(session: Session, sealer: Sealer) -> None:
    for account, country in zip(WORDS, ("IT", "IT", "CZ"), strict=True):
        tell(session, sealer, account, country=country)
    assert patterns(session, sealer, IT, *PERIOD) == []


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({}, (0, None, None)),
        ({5: 1}, (1, 5, 5)),
        ({1: 5, 10: 4, 99: 1}, (10, 1, 10)),
        ({1: 4, 10: 5, 99: 1}, (10, 10, 10)),
        ({1: 1, 2: 1}, (2, 1, 2)),
    ],
)
def test_the_middle_and_the_ninth_tenth_are_days_that_occurred(days: dict[int, int], said: object) -> None:
    assert spans(days) == said


def test_a_period_is_two_years_at_most_and_not_backwards() -> None:
    assert is_period(TODAY, TODAY)
    assert not is_period(TODAY, TODAY - timedelta(days=1))
    assert is_period(TODAY - timedelta(days=731), TODAY)
    assert not is_period(TODAY - timedelta(days=732), TODAY)
    assert usual(TODAY).weeks[-1] == monday(TODAY)
    assert len(usual(TODAY).weeks) in (12, 13)
