"""Where a wallet's provider says that it does not vouch for the wallet any more, and when that was read.

The version before writes its rows without: what it issues meanwhile is not looked at.

Data test: tests/migrations/test_0163_status_lists_of_wallet_providers.py.
"""

import sqlalchemy as sa
from alembic import op

revision = "0163"
down_revision = "0162"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("wallet_grants", sa.Column("listed", sa.JSON))
    op.add_column("wallet_grants", sa.Column("lists_read_at", sa.BigInteger))


def downgrade() -> None:
    for column in ("lists_read_at", "listed"):
        op.drop_column("wallet_grants", column)
