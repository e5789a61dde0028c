"""Which types of events a watch or webhook tells; which key made a key, from where it opens, and how much it asks by day.

The version before reads and writes none of it: to it every choice is of all, and every key opens from anywhere.

Data test: tests/migrations/test_0157_choices_of_types_and_keys.py.
"""

import sqlalchemy as sa
from alembic import op

from migrations import columns

revision = "0157"
down_revision = "0156"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("watches", sa.Column("types", sa.JSON))
    op.add_column("webhooks", sa.Column("types", sa.JSON))
    op.add_column("api_keys", sa.Column("made_by", columns.text(12)))
    op.add_column("api_keys", sa.Column("networks", sa.JSON))
    op.create_table(
        "api_key_usage",
        sa.Column("key_id", sa.Integer, sa.ForeignKey("api_keys.id"), primary_key=True, autoincrement=False),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("requests", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("api_key_usage")
    for table, column in (
        ("api_keys", "networks"),
        ("api_keys", "made_by"),
        ("webhooks", "types"),
        ("watches", "types"),
    ):
        op.drop_column(table, column)
