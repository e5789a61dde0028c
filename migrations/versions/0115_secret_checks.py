"""A check value for each secret of the keys folder. Data test: tests/migrations/test_0115_secret_checks.py."""

import sqlalchemy as sa
from alembic import op

revision = "0115"
down_revision = "0114"
branch_labels = None
depends_on = None


def upgrade() -> None:
    words = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
    op.create_table(
        "secret_checks",
        sa.Column("purpose", words, nullable=False),
        sa.Column("check", words, nullable=False),
        sa.PrimaryKeyConstraint("purpose", name=op.f("pk_secret_checks")),
    )


def downgrade() -> None:
    op.drop_table("secret_checks")
