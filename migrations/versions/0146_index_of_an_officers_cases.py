"""An officer's open cases are one range of an index; before, those that were closed stood among them.

Data test: tests/migrations/test_0146_index_of_an_officers_cases.py.
"""

from migrations import steps

revision = "0146"
down_revision = "0145"
branch_labels = None
depends_on = None

NAME = "ix_cases_queue_of_officer"


def upgrade() -> None:
    steps.create_index(NAME, "cases", ["unit_id", "assignee", "is_open", "priority", "due_at", "id"])


def downgrade() -> None:
    steps.drop_index(NAME, "cases")
