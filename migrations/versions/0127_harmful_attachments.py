"""An attachment may have no copy because a scanner knows it. Data test: tests/migrations/test_0127_harmful_attachments.py."""

from alembic import op

from migrations import steps

revision = "0127"
down_revision = "0126"
branch_labels = None
depends_on = None

_BEFORE = ("damaged", "locked", "too_large", "too_costly", "no_tool", "unconfined", "interrupted")
_AFTER = (*_BEFORE, "harmful")


def upgrade() -> None:
    steps.replace_words("attachments", "no_copy", "nocopy", _BEFORE, _AFTER)


def downgrade() -> None:
    # It has no copy in the former version either.
    op.execute("UPDATE attachments SET no_copy = 'damaged' WHERE no_copy = 'harmful'")
    steps.replace_words("attachments", "no_copy", "nocopy", _AFTER, _BEFORE)
