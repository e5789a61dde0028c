"""A watch is told of nothing that was published before it was made."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    large = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("watches", sa.Column("from_index", large, server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("watches", "from_index")
