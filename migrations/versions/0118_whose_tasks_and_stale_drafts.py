"""Columns for tasks' owners, for the case and version of an unsent text, and for when a partner was reminded.

Data test: tests/migrations/test_0118_whose_tasks_and_stale_drafts.py.
"""

import sqlalchemy as sa
from alembic import op

from migrations.columns import text

revision = "0118"
down_revision = "0117"
branch_labels = None
depends_on = None


_COLUMNS = (
    ("case_tasks", "owner", text(12)),
    ("officer_drafts", "about", text(12)),
    ("officer_drafts", "version", sa.Integer),
    ("referrals", "reminded_on", sa.Date),
)


def upgrade() -> None:
    for table, name, type_ in _COLUMNS:
        op.add_column(table, sa.Column(name, type_))


def downgrade() -> None:
    for table, name, _ in reversed(_COLUMNS):
        op.drop_column(table, name)
