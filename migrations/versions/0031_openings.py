"""Openings: what two persons let one officer see of a case for a while."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

KINDS = ("break_glass", "identity", "original")
STATES = ("asked", "granted", "refused", "ended", "lapsed")


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def words(name: str, *of: str) -> sa.Enum:
    return sa.Enum(*of, native_enum=False, create_constraint=True, length=48, name=name)


def upgrade() -> None:
    op.create_table(
        "openings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("kind", words("openingkind", *KINDS), nullable=False),
        sa.Column("attachment", text(12), nullable=False),
        sa.Column("state", words("openingstate", *STATES), nullable=False),
        sa.Column("hours", sa.Integer, nullable=False),
        sa.Column("asked_by", text(200), nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("decided_by", text(200)),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("looked_at", sa.BigInteger),
        sa.Column("ended_by", text(200)),
        sa.Column("reason_sealed", sa.Text, nullable=False),
        sa.Column("answer_sealed", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="two_persons"),
    )
    op.create_index("ix_openings_case_id", "openings", ["case_id"])
    op.create_index("ix_openings_state_ends_at", "openings", ["state", "ends_at"])
    is_live = sa.text("state IN ('asked', 'granted')")
    op.create_index(
        "ix_openings_live", "openings", ["case_id", "kind", "attachment", "asked_by"],
        unique=True, sqlite_where=is_live, postgresql_where=is_live,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("openings")
