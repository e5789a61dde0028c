"""An officer's cases, and those of none, are counted by state from an index alone: of each the row was read before.

Data test: tests/migrations/test_0161_index_of_officers_cases_by_state.py.
"""

from migrations import steps

revision = "0161"
down_revision = "0160"
branch_labels = None
depends_on = None

NAME = "ix_cases_of_officer"


def upgrade() -> None:
    steps.create_index(NAME, "cases", ["unit_id", "assignee", "is_open", "priority", "due_at", "id", "state"])


def downgrade() -> None:
    steps.drop_index(NAME, "cases")
