"""How each task of a worker fares, why an approved list was not applied, notices of danger, and owners told of failures.

Data test: tests/migrations/test_0135_how_each_task_fares.py.
"""

import sqlalchemy as sa
from alembic import op

from migrations.columns import text

revision = "0135"
down_revision = "0134"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "worker_tasks",
        sa.Column("worker", text(64), nullable=False),
        sa.Column("task", text(40), nullable=False),
        sa.Column("succeeded_at", sa.BigInteger(), nullable=True),
        sa.Column("failed_at", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("late_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("worker", "task", name=op.f("pk_worker_tasks")),
    )
    op.add_column("pending_imports", sa.Column("trouble", text(1000)))
    op.add_column("officer_notices", sa.Column("is_danger", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("webhooks", sa.Column("failing_told_at", sa.BigInteger()))


def downgrade() -> None:
    op.drop_column("webhooks", "failing_told_at")
    op.drop_column("officer_notices", "is_danger")
    op.drop_column("pending_imports", "trouble")
    op.drop_table("worker_tasks")
