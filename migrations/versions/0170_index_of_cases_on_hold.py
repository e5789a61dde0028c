"""Cases that a legal hold keeps beyond their last day are found by an index of their own, few as they are.

Data test: tests/migrations/test_0170_index_of_cases_on_hold.py.
"""

from migrations import steps

revision = "0170"
down_revision = "0169"
branch_labels = None
depends_on = None

NAME = "ix_cases_held"


def upgrade() -> None:
    steps.create_index(NAME, "cases", ["unit_id", "purge_on"], where="has_legal_hold")


def downgrade() -> None:
    steps.drop_index(NAME, "cases")
