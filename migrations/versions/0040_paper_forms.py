"""Forms of paper that officers type in."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "paper_forms",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, unique=True),
        sa.Column("unit", text(40), nullable=False, index=True),
        sa.Column("officer", text(12), nullable=False),
        sa.Column("received_on", sa.Date, nullable=False),
        sa.Column("saved_on", sa.Date, nullable=False),
        sa.Column("entered_on", sa.Date),
    )


def downgrade() -> None:
    op.drop_table("paper_forms")
