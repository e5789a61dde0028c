"""Step 0132: entries of a second agency are found by an index of few, and all entries stay."""

from sqlalchemy import text

from registry.core.db.engine import engine_for
from tests.conftest import Database
from tests.migrations.chain import Step

NAME = "ix_entries_shared"
ENTRY = {"type": "agreement.registered", "at": 1_700_000_000_000_000, "v": 1, "leaf": b"{}"}
OF_ONE = (
    "SELECT count(*) FROM entries WHERE agency_id = 1 OR (other_agency_id = 1 AND key LIKE 'agreement/%')",
    "SELECT count(*) FROM entries WHERE agency_id IN (1, 2) OR other_agency_id IN (1, 2)",
)


def test_shared_entries_have_an_index_of_their_own(database: Database) -> None:
    step = Step(database, "0132")
    shared = {"index": 0, "key": "agreement/1", "agency_id": 2, "other_agency_id": 1}
    own = {"index": 1, "key": "agency/1", "agency_id": 1, "other_agency_id": None}
    step.insert("entries", ENTRY | shared, ENTRY | own)
    before = step.indexes("entries")
    step.run()
    assert step.indexes("entries") == before | {NAME}
    step.undo()
    assert step.indexes("entries") == before
    assert [row["other_agency_id"] for row in step.rows("entries")] == [1, None]


def test_what_asks_for_one_agency_reads_by_it(database: Database) -> None:
    Step(database, "0133").run()
    engine = engine_for(database.url)
    with engine.begin() as connection:
        is_postgresql = connection.dialect.name == "postgresql"
        if is_postgresql:
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        for query in OF_ONE:
            explained = f"{'EXPLAIN' if is_postgresql else 'EXPLAIN QUERY PLAN'} {query}"
            assert NAME in str(connection.execute(text(explained)).all()), query
    engine.dispose()
