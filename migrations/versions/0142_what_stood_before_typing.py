"""What stood in a field of a draft before words were typed into it that were not saved yet.

The version before neither reads nor writes the column: with it the quick exit takes no typed words out of a draft.

Data test: tests/migrations/test_0142_what_stood_before_typing.py.
"""

import sqlalchemy as sa
from alembic import op

revision = "0142"
down_revision = "0141"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("answer_sheets", sa.Column("before_typing", sa.Text()))


def downgrade() -> None:
    op.drop_column("answer_sheets", "before_typing")
