"""What came into a case and was not read, and since when somebody is in danger without an officer's word.

The version before neither reads nor writes the columns: where it says that something is unread, it is a message. Who was in
danger before is found by the case's priority, as before. Their index comes in 0141.

Data test: tests/migrations/test_0140_what_came_and_danger.py.
"""

import sqlalchemy as sa
from alembic import op

from migrations import columns

revision = "0140"
down_revision = "0139"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("unread_kind", columns.text(12)))
    op.add_column("cases", sa.Column("in_danger_since", sa.BigInteger()))


def downgrade() -> None:
    op.drop_column("cases", "in_danger_since")
    op.drop_column("cases", "unread_kind")
