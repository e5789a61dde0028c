"""Held lists are ordered to be applied in the console."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    text = sa.String(60).with_variant(sa.String(60, collation="C"), "postgresql")
    op.add_column("pending_imports", sa.Column("ordered_by", text))
    op.add_column("pending_imports", sa.Column("ordered_at", sa.BigInteger))


def downgrade() -> None:
    op.drop_column("pending_imports", "ordered_at")
    op.drop_column("pending_imports", "ordered_by")
