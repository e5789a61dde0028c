"""The former index of an officer's cases, which the one with the state stands for.

Data test: tests/migrations/test_0162_no_former_index_of_an_officers_cases.py.
"""

from migrations import steps

revision = "0162"
down_revision = "0161"
branch_labels = None
depends_on = None

NAME = "ix_cases_queue_of_officer"


def upgrade() -> None:
    steps.drop_index(NAME, "cases")


def downgrade() -> None:
    steps.create_index(NAME, "cases", ["unit_id", "assignee", "is_open", "priority", "due_at", "id"])
