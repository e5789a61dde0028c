"""What an official compares with the file of a held list. Data test: tests/migrations/test_0139_overview_of_held_lists.py."""

import sqlalchemy as sa
from alembic import op

revision = "0139"
down_revision = "0138"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pending_imports", sa.Column("overview", sa.JSON))


def downgrade() -> None:
    op.drop_column("pending_imports", "overview")
