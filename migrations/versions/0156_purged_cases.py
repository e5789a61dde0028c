"""How many cases were purged, for the metrics: a purge that destroys far more than usual is noticed.

The version before writes its row without the column: what it purges meanwhile is not counted.

Data test: tests/migrations/test_0156_purged_cases.py.
"""

import sqlalchemy as sa
from alembic import op

from migrations.columns import LARGE

revision = "0156"
down_revision = "0155"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("purge_progress", sa.Column("cases", LARGE, server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("purge_progress", "cases")
