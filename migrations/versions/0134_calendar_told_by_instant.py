"""Until when the calendar was told: an instant, since days begin elsewhere at other hours.

Data test: tests/migrations/test_0134_calendar_told_by_instant.py.
"""

import sqlalchemy as sa
from alembic import op

revision = "0134"
down_revision = "0133"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("watch_state", sa.Column("told_at", sa.BigInteger()))


def downgrade() -> None:
    op.drop_column("watch_state", "told_at")
