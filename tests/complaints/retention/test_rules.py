"""How long what was written is kept."""

from datetime import date, timedelta

import pytest

from registry.complaints.case.states import ENDING_STATES, REGRET, REOPENING
from registry.complaints.retention.rules import Periods, bare_before, draft_day, purge_day
from registry.vocabulary.cases import CaseState

DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("state", "days"),
    [
        (CaseState.QUARANTINED, 90),
        (CaseState.WITHDRAWN, 30),
        (CaseState.CLOSED, 365),
        (CaseState.OUT_OF_SCOPE, 365),
        (CaseState.MERGED, 365),
    ],
)
def test_days_until_destruction(state, days):
    assert purge_day(state, DAY) == DAY + timedelta(days=days)


def test_what_ends_has_a_day_and_what_goes_on_has_none():
    assert {state for state in CaseState if purge_day(state, DAY) is not None} == ENDING_STATES


def test_a_sanction_keeps_it_longer():
    assert purge_day(CaseState.CLOSED, DAY, has_sanction=True) > purge_day(CaseState.CLOSED, DAY)


def test_what_may_be_opened_again_is_still_there():
    assert purge_day(CaseState.CLOSED, DAY) >= DAY + REOPENING
    assert purge_day(CaseState.WITHDRAWN, DAY) >= DAY + REGRET


def test_a_unit_keeps_it_as_long_as_its_law_says():
    assert purge_day(CaseState.CLOSED, DAY, Periods(closed=730)) == DAY + timedelta(days=730)


def test_drafts_and_bare_cases():
    assert draft_day(DAY, is_confirmed=False) == DAY + timedelta(days=1)
    assert draft_day(DAY, is_confirmed=True) == DAY + timedelta(days=30)
    assert bare_before(DAY) == DAY - timedelta(days=1826)
