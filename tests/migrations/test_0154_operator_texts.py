"""Step 0154: a list that waits stays with the file it had, and one without a file can be fetched again after going back."""

from tests.conftest import Database
from tests.migrations.chain import Step, tables_of

AUTHORITY = {
    "id": 1, "reference": "zz-authority", "country": "DE", "time_zone": "UTC", "names": {"en": "Labour Office"}, "website": None,
}  # fmt: skip
SOURCE = {
    "id": 1, "reference": "zz-list", "authority_id": 1, "is_full": False, "is_national": False, "fresh_for_days": 30,
    "kinds": [], "prints": [], "mapping": {},
}  # fmt: skip


def pending(number: int, file: str | None) -> dict[str, object]:
    return {
        "id": number, "reference": f"P2345678900{number}", "source_id": 1, "file": file, "digest": "0" * 64, "fetched_at": 1,
        "reason": "rows are missing", "counts": {},
    }  # fmt: skip


def test_a_list_that_waits_keeps_its_file(database: Database) -> None:
    step = Step(database, "0154")
    step.insert("authorities", AUTHORITY)
    step.insert("sources", SOURCE)
    step.insert("pending_imports", pending(1, "one.list"))
    step.run()
    step.insert("operator_texts", {"name": "witness-policy", "text": "quorum none", "stated_at": 1})
    step.insert("pending_imports", pending(2, None))
    step.insert("held_lists", {"pending_id": 2, "sealed": b"x"})
    assert [row["file"] for row in step.rows("pending_imports")] == ["one.list", None]
    step.undo()
    assert not {"operator_texts", "held_lists"} & set(tables_of(database))
    assert [row["file"] for row in step.rows("pending_imports")] == ["one.list", "fetch-again"]
