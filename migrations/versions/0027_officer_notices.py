"""What officers are told by mail: an outbox, and how each wants to be told."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def words(name: str, *of: str) -> sa.Enum:
    return sa.Enum(*of, native_enum=False, create_constraint=True, length=48, name=name)


def upgrade() -> None:
    op.create_table(
        "officer_notices",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("officer_id", sa.Integer, sa.ForeignKey("officers.id"), nullable=False, index=True),
        sa.Column("kind", words("noticekind", "second_person", "decided", "assigned", "lent"), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("taken_until", sa.BigInteger),
    )
    op.create_table(
        "officer_mailings",
        sa.Column("officer_id", sa.Integer, sa.ForeignKey("officers.id"), primary_key=True, autoincrement=False),
        sa.Column("choice", words("noticechoice", "at_once", "daily", "none"), nullable=False),
        sa.Column("told_at", sa.BigInteger),
    )


def downgrade() -> None:
    op.drop_table("officer_mailings")
    op.drop_table("officer_notices")
