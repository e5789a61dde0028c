"""A quarter is counted once and stays as it was: in the database, by the worker and by the command."""

import itertools
from datetime import date

import pytest
import time_machine
from click.testing import CliRunner
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from registry.cli import main
from registry.core.errors import NotNow
from registry.core.settings import Settings
from registry.http.transaction import Services
from registry.oversight.open_statistics import (
    Release,
    Snapshot,
    SnapshotCell,
    close,
    close_due,
    closed_quarters,
    releases,
)
from registry.oversight.rules import MIN_CELL, Quarter
from registry.vocabulary.cases import CaseState, Dimension, Indicator
from tests.oversight.counted import CLOSING, IN_Q3, make_cases, move

Q3 = Quarter(2026, 3)


def cells(session: Session, quarter: Quarter = Q3) -> dict[str, dict[str, int]]:
    (release,) = releases(session, str(quarter))
    return {table.dimension.value: dict(table.cells) for table in release.tables}


def test_a_closed_quarter_counts_by_country_sector_and_indicator(session: Session):
    make_cases(session, 8, country="IT", sector="14.10", indicators=(Indicator.DECEPTION, Indicator.ISOLATION))
    make_cases(session, 6, country="CZ", sector=None, indicators=(Indicator.DECEPTION,))
    make_cases(session, 4, country="FR", sector="56.11")
    close(session, Q3, CLOSING)
    found = cells(session)
    assert found["country"] == {"IT": 10, "CZ": 5}
    assert found["sector"] == {"14.10": 10, "not_stated": 5}
    assert found["indicator"] == {"deception": 15, "isolation": 10}
    (release,) = releases(session, str(Q3))
    assert {table.dimension: table.total for table in release.tables} == {
        Dimension.COUNTRY: 15,
        Dimension.SECTOR: 15,
        Dimension.INDICATOR: None,
        Dimension.OUTCOME: 0,
    }


@pytest.mark.parametrize("state", [CaseState.DRAFT, CaseState.QUARANTINED, CaseState.MERGED])
def test_what_is_no_complaint_of_its_own_is_not_counted(session: Session, state: CaseState):
    make_cases(session, 50, state=state)
    close(session, Q3, CLOSING)
    assert not any(cells(session).values())


def test_only_the_days_of_the_quarter_count(session: Session):
    for day, count in (
        (date(2026, 6, 30), 100),
        (date(2026, 7, 1), 5),
        (date(2026, 9, 30), 5),
        (date(2026, 10, 1), 100),
    ):
        make_cases(session, count, on=day)
    close(session, Q3, CLOSING)
    assert cells(session)["country"] == {"IT": 10}


def test_outcomes_count_by_the_day_of_the_decision(session: Session):
    earlier = make_cases(session, 12, on=date(2026, 1, 5), state=CaseState.CLOSED)
    move(session, earlier, CaseState.DECIDED_UPHELD, on=IN_Q3)
    move(session, make_cases(session, 7), CaseState.WITHDRAWN, on=date(2026, 9, 30))
    move(session, make_cases(session, 30), CaseState.DECIDED_PARTLY, on=date(2026, 10, 1))
    move(session, make_cases(session, 4), CaseState.OUT_OF_SCOPE, on=IN_Q3)
    move(session, make_cases(session, 20, state=CaseState.QUARANTINED), CaseState.WITHDRAWN, on=IN_Q3)
    # Six of the twelve were reopened and decided otherwise in the same quarter: each counts once, by its last outcome.
    move(session, earlier[:6], CaseState.DECIDED_NOT_UPHELD, on=date(2026, 9, 1))
    close(session, Q3, CLOSING)
    assert cells(session)["outcome"] == {"decided_not_upheld": 5, "decided_upheld": 5, "withdrawn": 5}


def test_a_quarter_is_not_closed_before_its_time(session: Session):
    make_cases(session, 10)
    with pytest.raises(NotNow, match="2026-10-14"):
        close(session, Q3, date(2026, 10, 13))
    close(session, Q3, date(2026, 10, 14))


def test_a_closed_quarter_never_changes_whatever_comes_later(session: Session):
    cases = make_cases(session, 10)
    close(session, Q3, CLOSING)
    before = releases(session, str(Q3))
    make_cases(session, 90)
    for case in cases:
        case.country = "CZ"
    session.flush()
    assert close(session, Q3, date(2027, 1, 1)).closed_on == CLOSING
    session.expire_all()
    assert releases(session, str(Q3)) == before


@pytest.mark.parametrize("table", [Snapshot, SnapshotCell])
def test_the_database_itself_refuses_to_change_what_is_closed(session: Session, table: type[Snapshot | SnapshotCell]):
    make_cases(session, 10)
    close(session, Q3, CLOSING)
    session.commit()
    column = {"closed_on": date(2020, 1, 1)} if table is Snapshot else {"count": 500}
    for change in (update(table).values(column), delete(table)):
        with pytest.raises(DBAPIError):
            session.execute(change)
        session.rollback()
    assert cells(session)["country"] == {"IT": 10}


@pytest.mark.parametrize("count", [1, 4, 7, -5])
def test_the_database_itself_refuses_a_true_or_small_count(session: Session, count: int):
    close(session, Q3, CLOSING)
    snapshot = session.execute(select(Snapshot)).scalar_one()
    session.add(SnapshotCell(snapshot_id=snapshot.id, dimension=Dimension.COUNTRY, value="IT", count=count))
    with pytest.raises(DBAPIError):
        session.flush()
    session.rollback()


def test_true_counts_are_written_down_nowhere(session: Session):
    make_cases(session, 13)
    make_cases(session, 4, country="MT")
    close(session, Q3, CLOSING)
    rows = session.execute(select(SnapshotCell.value, SnapshotCell.count)).all()
    assert {count for _, count in rows} == {15}
    assert "MT" not in {value for value, _ in rows}


def test_nothing_is_counted_by_agency(session: Session):
    for case in make_cases(session, 20):
        case.agency_digest, case.agency_sealed = "d" * 64, "v1.sealed"
    close(session, Q3, CLOSING)
    assert set(cells(session)) == {"country", "sector", "indicator", "outcome"}
    assert "d" * 64 not in {value for table in cells(session).values() for value in table}


def subtracted(one: Release, other: Release) -> set[int]:
    """All differences between two releases: cell by cell, totals, and sums of cells within one."""
    differences = set()
    for before, after in itertools.product(one.tables, other.tables):
        values = before.cells.keys() | after.cells.keys()
        differences |= {abs(after.cells.get(value, 0) - before.cells.get(value, 0)) for value in values}
        sums = [table.total if table.total is not None else sum(table.cells.values()) for table in (before, after)]
        differences |= {abs(sums[0] - sums[1])}
        differences |= {abs(sums[0] - count) for count in after.cells.values()}
    return differences


def test_neighbouring_releases_subtracted_show_no_small_cell(session: Session):
    day = {1: date(2026, 2, 1), 2: date(2026, 5, 1), 3: IN_Q3}
    for number, count in ((1, 23), (2, 24), (3, 27)):
        make_cases(session, count, on=day[number], indicators=(Indicator.DECEPTION,))
        make_cases(session, number, on=day[number], country="MT", sector="56.11", indicators=(Indicator.ISOLATION,))
        make_cases(session, 6 + number, on=day[number], country="CZ", sector=None)
        close(session, Quarter(2026, number), CLOSING)
    found = releases(session)
    assert [str(release.quarter) for release in found] == ["2026-Q3", "2026-Q2", "2026-Q1"]
    for one, other in itertools.product(found, repeat=2):
        assert subtracted(one, other).isdisjoint(range(1, MIN_CELL))


def test_the_worker_closes_every_quarter_that_is_due_once(held_services: Services, session: Session):
    make_cases(session, 10, on=date(2026, 2, 3))
    make_cases(session, 10, on=IN_Q3)
    make_cases(session, 10, on=date(2025, 1, 1), state=CaseState.DRAFT)
    session.commit()
    sessions = held_services.sessions
    assert close_due(sessions, CLOSING) == ["2026-Q1", "2026-Q2", "2026-Q3"]
    assert close_due(sessions, CLOSING) == []
    assert closed_quarters(session) == ["2026-Q3", "2026-Q2", "2026-Q1"]
    assert not any(cells(session, Quarter(2026, 2)).values())


def test_without_a_complaint_nothing_is_closed(held_services: Services, session: Session):
    assert close_due(held_services.sessions, CLOSING) == []


def test_the_command_closes_and_lists(session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("REGISTRY_HOME", str(settings.home))
    monkeypatch.setenv("REGISTRY_DATABASE_URL", settings.database_url)
    make_cases(session, 9, indicators=(Indicator.DECEPTION,))
    session.commit()
    runner = CliRunner()

    def run(*arguments: str) -> str:
        result = runner.invoke(main, ["statistics", *arguments])
        return result.output + result.stderr

    assert "No quarter is closed yet" in run("list")
    with time_machine.travel("2026-10-20T12:00:00Z", tick=False):
        assert "can be closed from 2027-01-14 on" in run("close", "2026-Q4")
        assert "is no quarter" in run("close", "2026-3")
        assert run("close") == "Closed: 2026-Q3.\n"
        assert run("close") == "Nothing is due.\n"
        assert run("close", "2026q3") == "2026-Q3 was closed on 2026-10-20.\n"
    assert "country    IT 10" in run("list")
    assert session.execute(select(func.count()).select_from(Snapshot)).scalar_one() == 1
