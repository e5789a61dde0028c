"""The index of entries by instant goes: nothing is read by it, and every entry paid for it.

Data test: tests/migrations/test_0130_no_index_of_entries_by_instant.py.
"""

from migrations import steps

revision = "0130"
down_revision = "0129"
branch_labels = None
depends_on = None


def upgrade() -> None:
    steps.drop_index("ix_entries_at", "entries")


def downgrade() -> None:
    steps.create_index("ix_entries_at", "entries", ["at"])
