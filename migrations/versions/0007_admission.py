"""Proofs of work and of waiting that were used, and how many were let in on a day."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "used_challenges",
        sa.Column("digest", text(64), primary_key=True),
        sa.Column("expires_on", sa.Date, nullable=False),
    )
    op.create_index("ix_used_challenges_expires_on", "used_challenges", ["expires_on"])
    op.create_table(
        "daily_counts",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column(
            "purpose",
            sa.Enum("start", "open", native_enum=False, create_constraint=True, length=48, name="purpose"),
            primary_key=True,
        ),
        sa.Column("bucket", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.CheckConstraint("bucket >= 0 AND bucket < 64", name="bucket_in_range"),
    )


def downgrade() -> None:
    op.drop_table("daily_counts")
    op.drop_table("used_challenges")
