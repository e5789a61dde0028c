"""When each worker was last at work. Data test: tests/migrations/test_0116_worker_beats.py."""

import sqlalchemy as sa
from alembic import op

revision = "0116"
down_revision = "0115"
branch_labels = None
depends_on = None


def upgrade() -> None:
    words = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
    op.create_table(
        "worker_beats",
        sa.Column("worker", words, nullable=False),
        sa.Column("beat_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_worker_beats")),
    )


def downgrade() -> None:
    op.drop_table("worker_beats")
