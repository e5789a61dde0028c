"""Officers' saved views of the queue, and what they did to many cases at once."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("officer", text(12), nullable=False),
        sa.Column("name", text(60), nullable=False),
        sa.Column("filters", sa.JSON, nullable=False),
        sa.Column("made_on", sa.Date, nullable=False),
        sa.UniqueConstraint("officer", "name"),
    )
    kinds = sa.Enum(
        "assign", "triage", "quarantine", native_enum=False, create_constraint=True, length=48, name="bulkkind"
    )
    op.create_table(
        "bulk_acts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("unit", text(40), nullable=False),
        sa.Column("officer", text(12), nullable=False),
        sa.Column("kind", kinds, nullable=False),
        sa.Column("done_at", sa.BigInteger, nullable=False),
        sa.Column("undone_at", sa.BigInteger),
        sa.Column("rows", sa.JSON, nullable=False),
    )
    op.create_index("ix_bulk_acts_done_at", "bulk_acts", ["done_at"])


def downgrade() -> None:
    op.drop_table("bulk_acts")
    op.drop_table("saved_views")
