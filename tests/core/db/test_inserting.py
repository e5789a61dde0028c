"""Many rows in the transaction of an import: they are there, or refused, as one by one, and what may be undone is in memory."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.core.db.engine import bulk_insert, bulk_transaction, reserve_ids
from registry.core.ids import new_reference
from registry.register.agencies.models import Agency, AgencyName
from tests.make import make_agency

pytestmark = pytest.mark.both_databases

COLUMNS = ("agency_id", "name", "script", "kind", "recorded_at", "source", "retrieved_at")


@pytest.fixture
def owner(session: Session) -> Iterator[int]:
    make_agency(session)
    found: int = session.execute(text("SELECT min(id) FROM agencies")).scalar_one()
    session.commit()
    with bulk_transaction(session):
        yield found


def name_row(owner: int, number: int, kind: str | None = "legal") -> tuple[object, ...]:
    return owner, f"Many {number}", "hans", kind, number, "invented", 0


@pytest.mark.both_databases
@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 250])
def test_every_row_is_there_once_and_in_order(session: Session, owner: int, count: int) -> None:
    rows = [name_row(owner, number) for number in range(count)]
    bulk_insert(session, AgencyName, COLUMNS, rows)
    query = select(AgencyName.name).where(AgencyName.name.like("Many %")).order_by(AgencyName.id)
    assert list(session.execute(query).scalars()) == [name for _, name, *_ in rows]


@pytest.mark.one_database
@pytest.mark.parametrize("count", [1, 60, 250])
def test_a_row_is_refused_among_many_as_it_is_alone(session: Session, owner: int, count: int) -> None:
    rows = [name_row(owner, number) for number in range(count - 1)]
    for wrong in (name_row(owner, count, "no such kind"), name_row(owner, count, None), name_row(owner + 99, count)):
        with pytest.raises(IntegrityError) as refused, session.begin_nested():
            bulk_insert(session, AgencyName, COLUMNS, [*rows, wrong])
        assert "Many" not in str(refused.value)
        assert session.execute(text("SELECT count(*) FROM agency_names WHERE name LIKE 'Many %'")).scalar_one() == 0


@pytest.mark.one_database
def test_what_a_statement_may_have_to_undo_is_not_written_into_a_file(session: Session) -> None:
    for _ in range(2):
        with bulk_transaction(session):
            # At random places of an index, so that each statement changes more pages than SQLite keeps by itself.
            rows = [(row_id, new_reference()) for row_id in reserve_ids(session, Agency, 5_000)]
            bulk_insert(session, Agency, ("id", "reference"), rows)
            assert temporary_files_of_sqlite() == []
        assert session.execute(text("PRAGMA temp_store")).scalar_one() == 0
        session.commit()


def temporary_files_of_sqlite() -> list[str]:
    """The unnamed files that this process holds open for SQLite."""
    found = []
    for opened in Path("/proc/self/fd").iterdir():
        try:
            found.append(os.readlink(opened))
        except FileNotFoundError:
            # The listing itself.
            continue
    return [name for name in found if "etilqs_" in name]
