"""${message}. How to write a step: docs/maintainers/migrations.md; its data test: tests/migrations/test_template.py."""

import sqlalchemy as sa
from alembic import op

from migrations import columns, steps

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
