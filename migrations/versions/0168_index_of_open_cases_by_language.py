"""Open cases in a language that no officer reads are counted by priority from an index: of each the row was read before.

Data test: tests/migrations/test_0168_index_of_open_cases_by_language.py.
"""

from migrations import steps

revision = "0168"
down_revision = "0167"
branch_labels = None
depends_on = None

NAME = "ix_cases_open_by_language"


def upgrade() -> None:
    steps.create_index(NAME, "cases", ["unit_id", "is_open", "language", "priority"])


def downgrade() -> None:
    steps.drop_index(NAME, "cases")
