"""Requests that are to count once: keyed digests of their keys."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "repeats",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("digest", text(64), nullable=False),
        sa.Column("question", text(64), nullable=False),
        sa.Column("expires_on", sa.Date, nullable=False),
        sa.UniqueConstraint("digest"),
    )
    op.create_index("ix_repeats_expires_on", "repeats", ["expires_on"])


def downgrade() -> None:
    op.drop_table("repeats")
