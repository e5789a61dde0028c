"""While a list is compared no one waits for it: the log is held from the first change on, not from the beginning."""

import pytest
from sqlalchemy import select

from registry.core.db.engine import Limits, engine_for, sessions_for
from registry.log.actions import Draft, append
from registry.log.models import Entry
from tests.register.imports.lists import ListImporter, agency


@pytest.fixture
def database_kind() -> str:
    """SQLite has one writer at a time."""
    return "postgresql"


def test_others_publish_while_a_list_is_compared(importer: ListImporter) -> None:
    known = [agency(number) for number in range(1, 40)]
    importer.czech(*known)
    engine = engine_for(importer.settings.database_url, limits=Limits(statement=2.0, lock=1.0))
    published: list[int] = []

    def publish(stage: str, _share: float, _count: int) -> None:
        if stage != "publishing":
            return
        with sessions_for(engine).begin() as session:
            published.append(append(session, [Draft("agency/beside", "agency.registered", {"n": 1})]).first_index)

    report = importer.czech(agency(1, "Změněná agentura s.r.o."), *known[1:], progress=publish)
    assert published
    assert (report.counts.changed, report.counts.unchanged) == (1, 38)
    # What was published meanwhile stands before the list's own change.
    with importer.sessions() as session:
        last = session.execute(select(Entry.index).order_by(Entry.index.desc()).limit(1)).scalar_one()
    assert last > published[-1]
    engine.dispose()
