"""Files of the data folder that every machine needs alike. Data test: tests/migrations/test_0121_files_of_the_home.py."""

import sqlalchemy as sa
from alembic import op

revision = "0121"
down_revision = "0120"
branch_labels = None
depends_on = None


def upgrade() -> None:
    def words(length: int) -> sa.String:
        return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")

    op.create_table(
        "home_files",
        sa.Column("name", words(200), nullable=False),
        sa.Column("digest", words(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_home_files")),
    )


def downgrade() -> None:
    op.drop_table("home_files")
