"""The region that a licence is for: where licences go by region, that of one permits nothing in another.

The version before neither reads nor writes the column.

Data test: tests/migrations/test_0138_licence_region.py.
"""

import sqlalchemy as sa
from alembic import op

from migrations import columns

revision = "0138"
down_revision = "0137"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("licence_terms", sa.Column("region", columns.text(400)))


def downgrade() -> None:
    op.drop_column("licence_terms", "region")
