"""Step 0164: receipts of before stay and wait for a batch; the step back drops batches and nothing else."""

from datetime import date

from tests.conftest import Database
from tests.migrations.chain import Step, tables_of

RECEIPT = {
    "id": 1, "reference": "RECEIPT00001", "organisation_id": 1, "verdict": "yes", "issued_at": 1_796_000_000_000_000,
    "question": {}, "token": "signed", "ends_on": date(2033, 11, 30),
}  # fmt: skip
ORGANISATION = {
    "id": 1, "reference": "ORGANISATION", "name": "Invented", "country": "IT", "language": "en",
    "since_on": date(2026, 11, 30), "version": 1,
}  # fmt: skip


def test_a_receipt_of_before_waits_for_a_batch(database: Database) -> None:
    step = Step(database, "0164")
    step.insert("organisations", ORGANISATION)
    step.insert("kept_receipts", RECEIPT)
    step.run()
    step.insert("stamped_batches", {"id": 1, "made_at": 1_796_000_000_000_000, "head": "three lines"})
    stamp = {"batch_id": 1, "authority": "https://tsa.example/tsr", "stamped_at": 1_796_000_000_000_000, "token": b"0"}
    step.insert("batch_stamps", stamp)
    placed = {"batch_id": 1, "batch_index": 0, "batch_path": b""}
    step.insert("kept_receipts", RECEIPT | {"id": 2, "reference": "RECEIPT00002"} | placed)
    assert [row["batch_id"] for row in step.rows("kept_receipts")] == [None, 1]
    step.undo()
    assert [row["token"] for row in step.rows("kept_receipts")] == ["signed", "signed"]
    assert tables_of(database).isdisjoint({"stamped_batches", "batch_stamps"})
