"""Which officer wrote a message to a complainant: colleagues read the name, the complainant does not.

The version before neither reads nor writes the column: what it writes meanwhile is signed "Officer".

Data test: tests/migrations/test_0152_who_wrote_a_message.py.
"""

import sqlalchemy as sa
from alembic import op

from migrations.columns import text

revision = "0152"
down_revision = "0151"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("written_by", text(40)))


def downgrade() -> None:
    op.drop_column("messages", "written_by")
