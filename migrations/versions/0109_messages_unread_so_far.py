"""Messages that no officer has opened yet are unread. Data test: tests/migrations/test_0109_messages_unread_so_far.py."""

from migrations import steps

revision = "0109"
down_revision = "0108"
branch_labels = None
depends_on = None


def upgrade() -> None:
    steps.backfill(
        "cases",
        "UPDATE cases SET has_unread = true WHERE NOT has_unread AND id > :after AND id <= :last AND state NOT IN "
        "('draft', 'purged', 'withdrawn') AND EXISTS (SELECT 1 FROM messages JOIN boxes ON boxes.id = messages.box_id "
        "WHERE boxes.case_id = cases.id AND messages.author = 'complainant' AND messages.read_on IS NULL)",
    )


def downgrade() -> None:
    pass
