"""Sanctions: the money of a fine and the points of a points system stand in fields of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("sanctions", sa.Column("amount", text(24)))
    op.add_column("sanctions", sa.Column("currency", text(3)))
    op.add_column("sanctions", sa.Column("points", sa.Integer))


def downgrade() -> None:
    with op.batch_alter_table("sanctions") as batch:
        for column in ("amount", "currency", "points"):
            batch.drop_column(column)
