"""What imports remember: listings, lists held for approval, and how fetching fares."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "listings",
        sa.Column("source_id", sa.Integer, sa.ForeignKey("sources.id"), primary_key=True, autoincrement=False),
        sa.Column("row_key", text(32), primary_key=True),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agencies.id"), nullable=False),
        sa.Column("digest", text(32), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger, nullable=False),
        sa.Column("is_delisted", sa.Boolean, nullable=False),
    )
    op.create_index("ix_listings_agency_id", "listings", ["agency_id"])
    op.create_table(
        "pending_imports",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("source_id", sa.Integer, sa.ForeignKey("sources.id"), nullable=False, index=True),
        sa.Column("file", text(80), nullable=False),
        sa.Column("digest", text(64), nullable=False),
        sa.Column("fetched_at", sa.BigInteger, nullable=False),
        sa.Column("etag", text(200), nullable=True),
        sa.Column("last_modified", text(80), nullable=True),
        sa.Column("reason", text(1000), nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
        sa.Column("decided_at", sa.BigInteger, nullable=True),
        sa.Column("is_approved", sa.Boolean, nullable=True),
    )
    op.create_table(
        "fetch_states",
        sa.Column("source_id", sa.Integer, sa.ForeignKey("sources.id"), primary_key=True, autoincrement=False),
        sa.Column("tried_at", sa.BigInteger, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("trouble", text(1000), nullable=True),
    )


def downgrade() -> None:
    for table in ("fetch_states", "pending_imports", "listings"):
        op.drop_table(table)
