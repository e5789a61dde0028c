"""Secret addresses of officers' calendars. Data test: tests/migrations/test_0120_calendars_of_officers.py."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import text

revision = "0120"
down_revision = "0119"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "officer_calendars",
        sa.Column("officer_id", sa.Integer, sa.ForeignKey("officers.id"), primary_key=True, autoincrement=False),
        sa.Column("digest", text(64), nullable=False, unique=True),
        sa.Column("made_on", sa.Date, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("officer_calendars")
