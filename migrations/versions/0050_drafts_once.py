"""A draft of an officer that is sent again leads to what was made the first time."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    name = sa.String(12).with_variant(sa.String(12, collation="C"), "postgresql")
    op.add_column("repeats", sa.Column("made", name))


def downgrade() -> None:
    op.drop_column("repeats", "made")
