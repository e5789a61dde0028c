"""When both units were told that a request to take a case over was not answered in time.

The version before neither reads nor writes the column: what is late then is told once more by the next.

Data test: tests/migrations/test_0155_late_transfers_are_told.py.
"""

import sqlalchemy as sa
from alembic import op

revision = "0155"
down_revision = "0154"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("transfers", sa.Column("told_late_at", sa.BigInteger()))


def downgrade() -> None:
    op.drop_column("transfers", "told_late_at")
