"""Where an officer is told instead of by mail. Data test: tests/migrations/test_0132_notices_by_push.py."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import text

revision = "0132"
down_revision = "0131"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("officer_mailings", sa.Column("push", text(300)))


def downgrade() -> None:
    op.drop_column("officer_mailings", "push")
