"""Decisions that wait for a second person are found by an index of the few that there are.

Data test: tests/migrations/test_0148_index_of_drafted_decisions.py.
"""

from migrations import steps

revision = "0148"
down_revision = "0147"
branch_labels = None
depends_on = None

NAME = "ix_decisions_drafted"


def upgrade() -> None:
    steps.create_index(NAME, "decisions", ["case_id"], where="state = 'drafted'")


def downgrade() -> None:
    steps.drop_index(NAME, "decisions")
