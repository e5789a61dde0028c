"""The tree over the entries and its signed heads. Entries from before are hashed by the next append, or by the worker."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0003"
branch_labels = None
depends_on = None

LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "log_tiles",
        sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", LARGE, primary_key=True, autoincrement=False),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "checkpoints",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("origin", text(200), nullable=False),
        sa.Column("size", LARGE, nullable=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("signed_at", sa.BigInteger, nullable=False),
        sa.Column("is_witnessed", sa.Boolean, nullable=False),
    )
    op.create_index("ix_checkpoints_origin_size", "checkpoints", ["origin", "size"], unique=True)
    # The old code inserts no row here and leaves these columns alone: entries it appends are hashed later.
    op.add_column("log_state", sa.Column("hashed", LARGE, nullable=False, server_default=sa.text("0")))
    op.add_column("log_state", sa.Column("frontier", sa.LargeBinary, nullable=True))
    op.add_column("log_state", sa.Column("closed_at", sa.BigInteger, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("log_state") as batch:
        for column in ("closed_at", "frontier", "hashed"):
            batch.drop_column(column)
    for table in ("checkpoints", "log_tiles"):
        op.drop_table(table)
