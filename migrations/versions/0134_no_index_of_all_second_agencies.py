"""The index of all entries by their second agency goes: 0133 made one of those that have one.

Data test: tests/migrations/test_0134_no_index_of_all_second_agencies.py.
"""

from migrations import steps

revision = "0134"
down_revision = "0133"
branch_labels = None
depends_on = None


def upgrade() -> None:
    steps.drop_index("ix_entries_other_agency", "entries")


def downgrade() -> None:
    steps.create_index("ix_entries_other_agency", "entries", ["other_agency_id", "index"])
