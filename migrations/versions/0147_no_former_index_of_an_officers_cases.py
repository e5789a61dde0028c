"""The former index of an officer's cases, which serves nothing any more.

Data test: tests/migrations/test_0147_no_former_index_of_an_officers_cases.py.
"""

from migrations import steps

revision = "0147"
down_revision = "0146"
branch_labels = None
depends_on = None

NAME = "ix_cases_queue_assignee"


def upgrade() -> None:
    steps.drop_index(NAME, "cases")


def downgrade() -> None:
    steps.create_index(NAME, "cases", ["unit_id", "assignee", "priority", "due_at", "id"])
