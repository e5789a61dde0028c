"""Several lists at once on PostgreSQL, where a file's one writer does not put them in order: no deadlock, and no long queue."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from registry.log import actions
from registry.log.actions import lock_log, take_turn
from registry.log.models import Entry
from registry.log.signing import sign_committed
from registry.register.authorities.actions import coverage_changed
from registry.register.imports.mapping import SourceMapping, read_mapping
from registry.register.imports.report import Report
from tests.register.imports.lists import ListImporter, plain_list, plain_text
from tests.waiting import until

pytestmark = [pytest.mark.both_databases, pytest.mark.parametrize("database_kind", ["postgresql"])]


def mapping_of(number: int) -> SourceMapping:
    """The description of one list of several, each of an authority of its own."""
    own = plain_text().replace("zz-labour", f"zz-labour-{number}").replace("zz-list", f"zz-list-{number}")
    return read_mapping(own, "the test's mapping")


def imported(importer: ListImporter, folder: Path, number: int, status: str = "valid", count: int = 3) -> Report:
    """A list of agencies whose numbers no other list has."""
    rows = [
        f"Agency {number}-{row} Ltd,{number}{row:03},L{number}{row:03},{status},2025-01-01," for row in range(count)
    ]
    path = plain_list(folder / f"list-{number}.csv", *rows)
    return importer.take(path, mapping_of(number))


def waits_for(importer: ListImporter, event: str) -> Callable[[], bool]:
    """Whether anybody waits for a lock of that kind: `advisory` for a turn, `transactionid` or `tuple` for a row."""

    def looked() -> bool:
        with importer.sessions() as session:
            session.connection(execution_options={"registry_reading": True})
            return bool(
                session.execute(
                    text(
                        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND wait_event = :event "
                        "AND datname = current_database()"
                    ),
                    {"event": event},
                ).scalar_one()
            )

    return looked


def test_a_first_list_does_not_hold_what_one_who_publishes_needs_next(importer: ListImporter, tmp_path: Path) -> None:
    """The row that says that the lists have changed was once locked before the log: each waited for the other."""
    imported(importer, tmp_path, 1)
    with ThreadPoolExecutor(1) as pool, importer.sessions() as session:
        lock_log(session)
        other = pool.submit(imported, importer, tmp_path, 2)
        until(waits_for(importer, "transactionid"))
        coverage_changed(session)
        session.commit()
        assert other.result(60).is_applied
    assert len(importer.records()) == 6


def test_who_imports_waits_for_a_turn_and_not_before_an_officer(importer: ListImporter, tmp_path: Path) -> None:
    imported(importer, tmp_path, 1)
    imported(importer, tmp_path, 2)
    with ThreadPoolExecutor(2) as pool, importer.sessions() as session:
        take_turn(session)
        changed = [pool.submit(imported, importer, tmp_path, number, "on hold") for number in (1, 2)]
        until(waits_for(importer, "advisory"))
        # No one is before the officer.
        with importer.sessions() as officer:
            officer.execute(text("SET LOCAL lock_timeout = '10s'"))
            lock_log(officer)
            officer.commit()
        session.commit()
        assert all(one.result(60).counts.changed == 3 for one in changed)


def test_one_who_froze_while_holding_the_log_loses_it_and_what_it_wrote(
    importer: ListImporter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(importer, tmp_path, 1)
    monkeypatch.setattr(actions, "IDLE_SECONDS", 1)
    with importer.sessions() as frozen:
        lock_log(frozen).next_status_place += 1000
        frozen.flush()
        with importer.sessions() as other:
            other.execute(text("SET LOCAL lock_timeout = '30s'"))
            assert lock_log(other).next_status_place < 1000
            other.commit()
        with pytest.raises(DBAPIError):
            frozen.commit()


def test_many_lists_at_once_leave_a_log_that_agrees(importer: ListImporter, tmp_path: Path) -> None:
    lists = range(5)
    barrier = threading.Barrier(len(lists))

    def day(number: int, status: str) -> Report:
        barrier.wait(60)
        return imported(importer, tmp_path, number, status, count=20)

    with ThreadPoolExecutor(len(lists)) as pool:
        first = list(pool.map(lambda number: day(number, "valid"), lists))
        second = list(pool.map(lambda number: day(number, "on hold"), lists))
    assert [report.counts.new for report in first] == [20] * 5
    assert [report.counts.changed for report in second] == [20] * 5
    with importer.sessions() as session:
        indexes = list(session.execute(select(Entry.index).order_by(Entry.index)).scalars())
        instants = list(session.execute(select(Entry.at).order_by(Entry.index)).scalars())
    assert indexes == list(range(len(indexes)))
    assert instants == sorted(instants)
    signed = sign_committed(importer.settings, importer.sessions)
    assert signed is not None
    assert signed.size >= len(indexes)
    # Read again, nothing is new: each list's rows stand as they were last said.
    again = [imported(importer, tmp_path, number, "on hold", count=20) for number in lists]
    assert [report.counts.unchanged for report in again] == [20] * 5
