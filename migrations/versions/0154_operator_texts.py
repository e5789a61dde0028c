"""What an operator states for all machines, and held lists, in tables of their own instead of files that machines exchanged.

The version before goes on with the files of REGISTRY_HOME, which each machine has; it finds no list that this one holds.

Data test: tests/migrations/test_0154_operator_texts.py.
"""

import sqlalchemy as sa
from alembic import op

from migrations.columns import text

revision = "0154"
down_revision = "0153"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "operator_texts",
        sa.Column("name", text(200), nullable=False),
        sa.Column("text", text(200_000), nullable=False),
        sa.Column("stated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_operator_texts")),
    )
    op.create_table(
        "held_lists",
        sa.Column("pending_id", sa.Integer, sa.ForeignKey("pending_imports.id"), primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    with op.batch_alter_table("pending_imports") as table:
        table.alter_column("file", existing_type=text(80), nullable=True)


def downgrade() -> None:
    op.execute(sa.text("UPDATE pending_imports SET file = 'fetch-again' WHERE file IS NULL"))
    with op.batch_alter_table("pending_imports") as table:
        table.alter_column("file", existing_type=text(80), nullable=False)
    op.drop_table("held_lists")
    op.drop_table("operator_texts")
