"""Columns for where a measure stands and for translated decisions, and the table of officers' unsent texts.

Data test: tests/migrations/test_0113_what_officers_need_at_the_desk.py.
"""

import sqlalchemy as sa
from alembic import op

from migrations.columns import own_id, text

revision = "0113"
down_revision = "0112"
branch_labels = None
depends_on = None


_COLUMNS = (
    ("cases", "measure", text(20)),
    ("cases", "measure_on", sa.Date),
    ("cases", "measure_until", sa.Date),
    ("decisions", "language", text(12)),
    ("decisions", "translated_by", text(200)),
    ("decisions", "translation_sealed", sa.Text),
)


def upgrade() -> None:
    for table, name, type_ in _COLUMNS:
        op.add_column(table, sa.Column(name, type_))
    op.create_table(
        "officer_drafts",
        own_id(),
        sa.Column("officer_id", sa.Integer, sa.ForeignKey("officers.id"), nullable=False),
        sa.Column("page", text(200), nullable=False),
        sa.Column("action", text(200), nullable=False),
        sa.Column("kept_at", sa.BigInteger, nullable=False, index=True),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.UniqueConstraint("officer_id", "page", "action"),
    )


def downgrade() -> None:
    op.drop_table("officer_drafts")
    for table, name, _ in reversed(_COLUMNS):
        op.drop_column(table, name)
