"""Keys of range files that are gone are found by an index. Data test: tests/migrations/test_0131_range_keys_that_are_gone.py."""

from migrations import steps

revision = "0131"
down_revision = "0130"
branch_labels = None
depends_on = None

NAME = "ix_range_keys_gone"


def upgrade() -> None:
    steps.create_index(NAME, "range_keys", ["hash"], where="is_gone")


def downgrade() -> None:
    steps.drop_index(NAME, "range_keys")
