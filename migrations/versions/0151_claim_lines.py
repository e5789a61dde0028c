"""Lines of what a worker is owed. The version before neither reads nor writes the table.

Data test: tests/migrations/test_0151_claim_lines.py.
"""

import sqlalchemy as sa
from alembic import op

from migrations.columns import own_id, text

revision = "0151"
down_revision = "0150"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "claim_lines",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("written_by", text(12), nullable=False),
        sa.Column("written_on", sa.Date, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("claim_lines")
