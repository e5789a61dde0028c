"""Range files: keys by hash, files and tiles, epochs. Data test: tests/migrations/test_0122_range_files.py."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import LARGE, text

revision = "0122"
down_revision = "0121"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "range_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("kind", text(20), nullable=False),
        sa.Column("value", text(400), nullable=False),
        sa.Column("licence", text(12), nullable=True),
        sa.Column("has_failed_check", sa.Boolean(), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_range_keys_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_range_keys")),
    )
    op.create_index("ix_range_keys_hash", "range_keys", ["hash"])
    op.create_index(op.f("ix_range_keys_agency_id"), "range_keys", ["agency_id"])
    op.create_table(
        "range_files",
        sa.Column("prefix", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("key_count", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_range_files")),
    )
    op.create_index(op.f("ix_range_files_due_on"), "range_files", ["due_on"])
    op.create_table(
        "range_objects",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_range_objects")),
    )
    op.create_index(op.f("ix_range_objects_ended_at"), "range_objects", ["ended_at"])
    op.create_table(
        "range_epochs",
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("log_index", LARGE, nullable=False),
        sa.Column("seen_size", LARGE, nullable=False),
        sa.Column("ground", text(64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("ended", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("epoch", name=op.f("pk_range_epochs")),
    )


def downgrade() -> None:
    for table in ("range_epochs", "range_objects", "range_files", "range_keys"):
        op.drop_table(table)
