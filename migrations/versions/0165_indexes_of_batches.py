"""What waits for a stamp is found by an index, and so are the members of a batch.

Data test: tests/migrations/test_0165_indexes_of_batches.py.
"""

from migrations import steps

revision = "0165"
down_revision = "0164"
branch_labels = None
depends_on = None

TABLES = ("kept_receipts", "kept_lists")


def upgrade() -> None:
    for table in TABLES:
        steps.create_index(f"ix_{table}_batch_id", table, ["batch_id"])


def downgrade() -> None:
    for table in TABLES:
        steps.drop_index(f"ix_{table}_batch_id", table)
