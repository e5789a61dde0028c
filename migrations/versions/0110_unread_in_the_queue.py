"""The queue of unread messages is read from an index. Data test: tests/migrations/test_0110_unread_in_the_queue.py."""

from migrations import steps

revision = "0110"
down_revision = "0109"
branch_labels = None
depends_on = None

NAME = "ix_cases_queue_has_unread"


def upgrade() -> None:
    steps.create_index(NAME, "cases", ["unit_id", "has_unread", "priority", "due_at", "id"])


def downgrade() -> None:
    steps.drop_index(NAME, "cases")
