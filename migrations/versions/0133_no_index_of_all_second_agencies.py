"""The index of all entries by their second agency goes: 0132 made one of those that have one.

Data test: tests/migrations/test_0133_no_index_of_all_second_agencies.py.
"""

from migrations import steps

revision = "0133"
down_revision = "0132"
branch_labels = None
depends_on = None


def upgrade() -> None:
    steps.drop_index("ix_entries_other_agency", "entries")


def downgrade() -> None:
    steps.create_index("ix_entries_other_agency", "entries", ["other_agency_id", "index"])
