"""Cases in danger are found by an index of the few that there are.

Data test: tests/migrations/test_0141_index_of_cases_in_danger.py.
"""

from migrations import steps

revision = "0141"
down_revision = "0140"
branch_labels = None
depends_on = None

NAME = "ix_cases_in_danger"


def upgrade() -> None:
    steps.create_index(NAME, "cases", ["unit_id", "in_danger_since"], where="in_danger_since IS NOT NULL")


def downgrade() -> None:
    steps.drop_index(NAME, "cases")
