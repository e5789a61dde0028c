"""Cases know whether a message waits for their assignee. Data test: tests/migrations/test_0108_unread_messages.py."""

import sqlalchemy as sa
from alembic import op

revision = "0108"
down_revision = "0107"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("has_unread", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("cases", "has_unread")
