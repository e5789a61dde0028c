"""The table of who opened a case in the last half hour. Data test: tests/migrations/test_0124_who_has_a_case_open.py."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import own_id

revision = "0124"
down_revision = "0123"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_views",
        own_id(),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_views_case_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_case_views_officer_id")),
    )
    op.create_index(op.f("ix_case_views_case_id"), "case_views", ["case_id"])
    op.create_index(op.f("ix_case_views_seen_at"), "case_views", ["seen_at"])


def downgrade() -> None:
    op.drop_table("case_views")
