"""The former index of open cases by language, which the one with the priority stands for.

Data test: tests/migrations/test_0169_no_former_index_of_open_cases.py.
"""

from migrations import steps

revision = "0169"
down_revision = "0168"
branch_labels = None
depends_on = None

NAME = "ix_cases_open_language"


def upgrade() -> None:
    steps.drop_index(NAME, "cases")


def downgrade() -> None:
    steps.create_index(NAME, "cases", ["unit_id", "is_open", "language"])
