"""Overlays of the law, signed by an operator. Data test: tests/migrations/test_0112_law_overlays.py."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import LARGE, own_id, text, words

revision = "0112"
down_revision = "0111"
branch_labels = None
depends_on = None

STATE = ("proposed", "approved", "refused", "withdrawn")


def upgrade() -> None:
    op.create_table(
        "law_overlays",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("digest", text(64), nullable=False),
        sa.Column("kid", text(16), nullable=False),
        sa.Column("signature", text(86), nullable=False),
        sa.Column("state", words("overlaystate", *STATE), nullable=False),
        sa.Column("proposed_by", text(60), nullable=False),
        sa.Column("proposed_at", sa.BigInteger, nullable=False),
        sa.Column("decided_by", text(60)),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("log_index", LARGE),
        sa.Column("withdrawal_asked_by", text(60)),
        sa.Column("withdrawal_asked_at", sa.BigInteger),
        sa.Column("withdrawn_by", text(60)),
        sa.Column("withdrawn_at", sa.BigInteger),
        sa.Column("reason", text(400)),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("state NOT IN ('approved', 'withdrawn') OR decided_by <> proposed_by", name="two_persons"),
        sa.CheckConstraint("withdrawn_by IS NULL OR withdrawn_by <> withdrawal_asked_by", name="two_withdraw"),
    )
    op.create_index("ix_law_overlays_state", "law_overlays", ["state", "number"])


def downgrade() -> None:
    op.drop_table("law_overlays")
