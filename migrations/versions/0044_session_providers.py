"""With whose word an officer's session began: signing out leads there too, and a password opens nothing where it should not."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("officer_sessions", sa.Column("provider", text(40)))


def downgrade() -> None:
    with op.batch_alter_table("officer_sessions") as table:
        table.drop_column("provider")
