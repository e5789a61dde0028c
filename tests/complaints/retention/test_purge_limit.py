"""What a purge destroys by itself in a round: one day's cases, and none where it was away for more than a week."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.retention import purging
from registry.complaints.retention.purging import cases_purged, last_day_of_round, purge_backlog, purged_through
from registry.complaints.sealing.models import WrappedKey
from registry.core.db.engine import sessions_for
from registry.vocabulary.cases import CaseState
from tests.complaints.filing import AT, file, make_units
from tests.complaints.officers import CARLA, go

DAY = timedelta(days=1)
YEAR = 365 * DAY
"""For so long a closed case is kept."""

DUE = AT + YEAR


@pytest.fixture(autouse=True)
def offices(session: Session, sealer):
    return make_units(session, sealer)


@pytest.fixture
def sessions(session: Session) -> sessionmaker[Session]:
    return sessions_for(session.get_bind())


@pytest.fixture
def close_each_day(session, sealer):
    """Cases that end on so many days, one after another."""

    def close(days: int) -> None:
        for number in range(days):
            at = AT + number * DAY
            filed = file(session, sealer, at=at)
            go(
                session,
                sealer,
                CARLA,
                filed.case,
                CaseState.IN_TRIAGE,
                CaseState.INVESTIGATING,
                CaseState.CLOSED,
                at=at,
            )

    return close


def purge_round(session, sessions, sealer, at):
    session.commit()
    done = purging.purge_round(sessions, sealer, at)
    session.expire_all()
    return done.closed


def test_a_round_goes_one_day_further_than_the_last():
    today = date(2026, 11, 29)
    assert last_day_of_round(today, None) == today
    assert last_day_of_round(today, today) == today
    assert last_day_of_round(today, today - DAY) == today
    assert last_day_of_round(today, today - 2 * DAY) == today - DAY
    assert last_day_of_round(today, today - 8 * DAY) == today - 7 * DAY
    assert last_day_of_round(today, today - 9 * DAY) is None
    # A clock that was ahead counts for nothing once it is right.
    assert last_day_of_round(today, today + 400 * DAY) == today


def test_a_home_that_was_off_for_a_week_catches_up_a_day_each_round(session, sessions, sealer, close_each_day):
    close_each_day(7)
    assert purge_round(session, sessions, sealer, DUE - DAY) == 0
    back = DUE + 6 * DAY
    assert purge_backlog(session, back.date()) == (7, None)
    assert [purge_round(session, sessions, sealer, back) for _ in range(8)] == [1] * 7 + [0]
    assert purge_backlog(session, back.date()) == (0, None)
    assert purged_through(session) == back.date()
    assert cases_purged(session) == 7


def test_after_more_than_a_week_an_operator_says_so(session, sessions, sealer, close_each_day):
    close_each_day(2)
    assert purge_round(session, sessions, sealer, DUE - DAY) == 0
    # A week is over, and so far the clock is believed. It may be what is wrong.
    late = DUE + 9 * DAY
    keys = session.scalar(select(func.count()).select_from(WrappedKey))
    assert purge_round(session, sessions, sealer, late) == 0
    assert session.scalar(select(func.count()).select_from(WrappedKey)) == keys
    waiting, trouble = purge_backlog(session, late.date())
    assert waiting == 2
    assert "registry cases purge" in trouble
    session.commit()
    assert purging.purge(sessions, sealer, late).closed == 2
    session.expire_all()
    assert purge_backlog(session, late.date()) == (0, None)
    assert purge_round(session, sessions, sealer, late + DAY) == 0
    assert purged_through(session) == (late + DAY).date()


def test_nothing_waits_where_nothing_is_due(session, sessions, sealer):
    assert purge_round(session, sessions, sealer, AT) == 0
    assert purge_backlog(session, (AT + YEAR).date()) == (0, None)
    # No case was due meanwhile: no one is asked.
    assert purge_round(session, sessions, sealer, AT + YEAR) == 0
    assert purge_backlog(session, (AT + YEAR).date()) == (0, None)
