"""What clocks were compared with, and how far purging came: a wrong clock destroys and dates nothing.

The version before reads none of these columns and writes rows without them.

Data test: tests/migrations/test_0137_clocks.py.
"""

import sqlalchemy as sa
from alembic import op

from migrations.columns import LARGE

revision = "0137"
down_revision = "0136"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Instants are whole microseconds since 1970.
    op.add_column("log_state", sa.Column("clock_accepted_at", sa.BigInteger()))
    op.add_column("log_state", sa.Column("clock_disregards", sa.BigInteger()))
    op.add_column("worker_beats", sa.Column("clock_offset", LARGE))
    op.create_table(
        "purge_progress",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("purged_through", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purge_progress")),
    )


def downgrade() -> None:
    op.drop_table("purge_progress")
    op.drop_column("worker_beats", "clock_offset")
    op.drop_column("log_state", "clock_disregards")
    op.drop_column("log_state", "clock_accepted_at")
