"""Which open cases no officer of the unit can read is found in an index, without reading each case.

Data test: tests/migrations/test_0149_index_of_languages_of_open_cases.py.
"""

from migrations import steps

revision = "0149"
down_revision = "0148"
branch_labels = None
depends_on = None

NAME = "ix_cases_open_language"


def upgrade() -> None:
    steps.create_index(NAME, "cases", ["unit_id", "is_open", "language"])


def downgrade() -> None:
    steps.drop_index(NAME, "cases")
