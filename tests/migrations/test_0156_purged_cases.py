"""Step 0156: a home that has purged begins to count, and what the version before writes is counted as none."""

from datetime import date

from tests.conftest import Database
from tests.migrations.chain import Step


def test_the_day_stays_and_the_count_begins(database: Database) -> None:
    step = Step(database, "0156")
    step.insert("purge_progress", {"id": 1, "purged_through": date(2026, 11, 29)})
    step.run()
    (row,) = step.rows("purge_progress")
    assert (str(row["purged_through"]), row["cases"]) == ("2026-11-29", 0)
    step.undo()
    (row,) = step.rows("purge_progress")
    assert str(row["purged_through"]) == "2026-11-29"
