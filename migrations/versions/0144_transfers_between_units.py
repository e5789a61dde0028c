"""Transfers of cases between units, and which unit wrote a message before its case went to another.

The version before neither reads nor writes them: a message without a unit was written by the one that has the case. A case
that was transferred is another unit's for it too.

Data test: tests/migrations/test_0144_transfers_between_units.py.
"""

import sqlalchemy as sa
from alembic import op

from migrations.columns import own_id, text, where, words

revision = "0144"
down_revision = "0143"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "transfers",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("former", text(40), nullable=False, index=True),
        sa.Column("party", text(40), nullable=False, index=True),
        sa.Column("state", words("transferstate", "asked", "accepted", "declined", "taken_back"), nullable=False),
        sa.Column("asked_by", text(200), nullable=False),
        sa.Column("asked_on", sa.Date, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("decided_by", text(200)),
        sa.Column("decided_on", sa.Date),
        sa.Column("reason_sealed", sa.Text, nullable=False),
        sa.Column("answer_sealed", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("decided_by IS NULL OR state = 'taken_back' OR decided_by <> asked_by", name="two_persons"),
    )
    op.create_index("ix_transfers_asked", "transfers", ["case_id"], unique=True, **where("state = 'asked'"))
    op.add_column("messages", sa.Column("unit", text(40)))


def downgrade() -> None:
    op.drop_column("messages", "unit")
    op.drop_table("transfers")
