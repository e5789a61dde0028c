"""Batches of archived receipts and lists that authorities stamp. The version before leaves them empty.

Data test: tests/migrations/test_0164_stamped_batches.py.
"""

import sqlalchemy as sa
from alembic import op

from migrations.columns import text

revision = "0164"
down_revision = "0163"
branch_labels = None
depends_on = None

MEMBERS = ("kept_receipts", "kept_lists")


def upgrade() -> None:
    op.create_table(
        "stamped_batches",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("head", sa.Text, nullable=False),
    )
    op.create_table(
        "batch_stamps",
        sa.Column("batch_id", sa.Integer, sa.ForeignKey("stamped_batches.id"), primary_key=True, autoincrement=False),
        sa.Column("authority", text(200), primary_key=True),
        sa.Column("stamped_at", sa.BigInteger, nullable=False),
        sa.Column("token", sa.LargeBinary, nullable=False),
    )
    for member in MEMBERS:
        with op.batch_alter_table(member) as table:
            batch = sa.ForeignKey("stamped_batches.id", name=op.f(f"fk_{member}_batch_id"))
            table.add_column(sa.Column("batch_id", sa.Integer, batch))
            table.add_column(sa.Column("batch_index", sa.Integer))
            table.add_column(sa.Column("batch_path", sa.LargeBinary))


def downgrade() -> None:
    for member in MEMBERS:
        with op.batch_alter_table(member) as table:
            for column in ("batch_id", "batch_index", "batch_path"):
                table.drop_column(column)
    op.drop_table("batch_stamps")
    op.drop_table("stamped_batches")
