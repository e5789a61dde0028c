"""Visits, interviews, telephone calls and evidence of a case. The version before neither reads nor writes the table.

Data test: tests/migrations/test_0143_case_events.py.
"""

import sqlalchemy as sa
from alembic import op

from migrations.columns import own_id, text, words

revision = "0143"
down_revision = "0142"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_events",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("kind", words("eventkind", "visit", "interview", "call", "evidence"), nullable=False),
        sa.Column("state", words("eventstate", "planned", "held", "not_held"), nullable=False),
        sa.Column("on_day", sa.Date, nullable=False),
        sa.Column("owner", text(12), nullable=False),
        sa.Column("officers", sa.JSON, nullable=False),
        sa.Column("written_by", text(200), nullable=False),
        sa.Column("written_on", sa.Date, nullable=False),
        sa.Column("recorded_by", text(200)),
        sa.Column("recorded_on", sa.Date),
        sa.Column("sealed", sa.Text, nullable=False),
    )
    op.create_index("ix_case_events_state_on_day", "case_events", ["state", "on_day"])


def downgrade() -> None:
    op.drop_table("case_events")
