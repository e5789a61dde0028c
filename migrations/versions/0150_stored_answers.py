"""What a program was answered, sealed beside its idempotency key. The version before neither reads nor writes it.

A key that the version before used has no answer: it is refused as done, as before.

Data test: tests/migrations/test_0150_stored_answers.py.
"""

import sqlalchemy as sa
from alembic import op

revision = "0150"
down_revision = "0149"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("repeats", sa.Column("answer_sealed", sa.Text))


def downgrade() -> None:
    op.drop_column("repeats", "answer_sealed")
