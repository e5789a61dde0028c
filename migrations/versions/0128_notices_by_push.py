"""Where an officer is told instead of by mail. Data test: tests/migrations/test_0128_notices_by_push.py."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import text

revision = "0128"
down_revision = "0127"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("officer_mailings", sa.Column("push", text(300)))


def downgrade() -> None:
    op.drop_column("officer_mailings", "push")
