"""Time stamps of heads of the log by authorities of others (RFC 3161).

The version before knows nothing of the table.

Data test: tests/migrations/test_0153_timestamps.py.
"""

import sqlalchemy as sa
from alembic import op

from migrations.columns import LARGE, text

revision = "0153"
down_revision = "0152"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "timestamps",
        sa.Column("origin", text(200), primary_key=True),
        sa.Column("size", LARGE, primary_key=True, autoincrement=False),
        sa.Column("authority", text(200), primary_key=True),
        sa.Column("stamped_at", sa.BigInteger, nullable=False),
        sa.Column("token", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("timestamps")
