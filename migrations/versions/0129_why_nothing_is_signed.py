"""Why a worker signs nothing, for `/ready`. Data test: tests/migrations/test_0129_why_nothing_is_signed.py."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import text

revision = "0129"
down_revision = "0128"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("worker_beats", sa.Column("not_signed", text(400)))


def downgrade() -> None:
    op.drop_column("worker_beats", "not_signed")
