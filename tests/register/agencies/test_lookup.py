"""Many keys in one pass: records go with the ground that stood while they were read."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from registry.core.db.engine import engine_for
from registry.core.db.prepared import ThreadLocalReader
from registry.register.agencies.lookup import TIMES, ManyLookup
from tests import make
from tests.conftest import Database


@pytest.fixture
def lookup(database: Database):
    reader = ThreadLocalReader(engine_for(database.url))
    yield ManyLookup(reader)
    reader.let_go()
    reader.engine.dispose()


def test_all_is_read_again_where_the_ground_became_another_meanwhile(
    session: Session, lookup: ManyLookup, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.make_licence(session, number="VYMYSL/1")
    for country in ("CZ", "DE"):
        make.make_licence(session, country=country, number="VYMYSL/BOTH")
    session.commit()
    existing = lookup.by_keys("licence_number", ["VYMYSL/1", "VYMYSL/BOTH", "NOBODY"])
    assert [len(existing.found(key).records) for key in ("VYMYSL/1", "VYMYSL/BOTH", "NOBODY")] == [1, 2, 0]
    reads: list[Any] = []
    whole = lookup._rows
    monkeypatch.setattr(lookup, "_rows", lambda *given: reads.append(given) or whole(*given))
    versions = iter([1, 2, 2])
    monkeypatch.setattr(lookup, "_version_now", lambda: next(versions))
    assert lookup.by_keys("licence_number", ["VYMYSL/1"]).snapshot_version == 2
    assert len(reads) == 2
    restless = iter(range(100))
    monkeypatch.setattr(lookup, "_version_now", lambda: next(restless))
    assert lookup.by_keys("licence_number", ["VYMYSL/1"]).snapshot_version == TIMES
