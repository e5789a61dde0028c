"""Keyed digests by which complaints that say nearly the same are noticed."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "shingles",
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("band", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("digest", text(32), primary_key=True),
    )
    op.create_index("ix_shingles_digest", "shingles", ["digest"])


def downgrade() -> None:
    op.drop_table("shingles")
