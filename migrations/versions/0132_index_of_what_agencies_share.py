"""Entries of a second agency get an index of their own; few entries have one, and the others no longer pay for it.

Data test: tests/migrations/test_0132_index_of_what_agencies_share.py. The index of all entries goes in 0133.
"""

from migrations import steps

revision = "0132"
down_revision = "0131"
branch_labels = None
depends_on = None

NAME = "ix_entries_shared"


def upgrade() -> None:
    steps.create_index(NAME, "entries", ["other_agency_id", "index"], where="other_agency_id IS NOT NULL")


def downgrade() -> None:
    steps.drop_index(NAME, "entries")
