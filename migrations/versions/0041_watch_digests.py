"""At which pace members are told by mail how much happened to what their organisation watches."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    paces = sa.Enum("none", "daily", "weekly", native_enum=False, create_constraint=True, length=48, name="digestpace")
    op.create_table(
        "watch_digests",
        sa.Column("member_id", sa.Integer, sa.ForeignKey("members.id"), primary_key=True, autoincrement=False),
        sa.Column("pace", paces, nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("told_on", sa.Date, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("watch_digests")
