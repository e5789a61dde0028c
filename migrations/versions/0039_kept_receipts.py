"""Receipts that organisations keep of their own checks."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    answers = sa.Enum("yes", "no", "unknown", native_enum=False, create_constraint=True, length=48, name="answer")
    op.create_table(
        "kept_receipts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("organisation_id", sa.Integer, sa.ForeignKey("organisations.id"), nullable=False),
        sa.Column("agency", text(12)),
        sa.Column("verdict", answers, nullable=False),
        sa.Column("issued_at", sa.BigInteger, nullable=False),
        sa.Column("question", sa.JSON, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False, index=True),
    )
    op.create_index("ix_kept_receipts_organisation_id_id", "kept_receipts", ["organisation_id", "id"])
    op.create_table(
        "receipt_settings",
        sa.Column(
            "organisation_id", sa.Integer, sa.ForeignKey("organisations.id"), primary_key=True, autoincrement=False
        ),
        sa.Column("days", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("receipt_settings")
    op.drop_table("kept_receipts")
