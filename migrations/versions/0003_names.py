"""The name index: what can be found by name, and under which keys. All of it is derived: `registry reindex` fills it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "indexed_names",
        sa.Column("agency_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column(
            "kind",
            sa.Enum(
                "legal",
                "trade",
                "short",
                "former",
                native_enum=False,
                create_constraint=True,
                length=48,
                name="namekind",
            ),
            nullable=False,
        ),
        sa.Column("name", text(400), nullable=False),
        sa.Column("plain", text(400), nullable=False),
    )
    op.create_table(
        "name_buckets",
        sa.Column("bucket", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("postings", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "name_postings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.BigInteger, nullable=False),
        sa.Column("agency_id", sa.Integer, nullable=False),
    )
    op.create_index("ix_name_postings_key", "name_postings", ["key"])


def downgrade() -> None:
    for table in ("name_postings", "name_buckets", "indexed_names"):
        op.drop_table(table)
