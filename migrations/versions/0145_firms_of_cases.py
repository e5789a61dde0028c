"""Further agencies of a case, and the employers of a unit's cases. The version before neither reads nor writes the tables.

Data test: tests/migrations/test_0145_firms_of_cases.py.
"""

import sqlalchemy as sa
from alembic import op

from migrations.columns import own_id, text, words

revision = "0145"
down_revision = "0144"
branch_labels = None
depends_on = None

PARTS = ("recruiter", "sub_agent", "sender", "user_firm", "employer")


def upgrade() -> None:
    op.create_table(
        "case_agencies",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("part", words("firmpart", *PARTS), nullable=False),
        sa.Column("digest", text(64), nullable=False, index=True),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("added_by", text(12), nullable=False),
        sa.Column("added_on", sa.Date, nullable=False),
        sa.UniqueConstraint("case_id", "digest"),
    )
    op.create_table(
        "employers",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("unit", text(40), nullable=False),
        sa.Column("name_digest", text(64), nullable=False),
        sa.Column("number_digest", text(64)),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("made_by", text(12), nullable=False),
        sa.Column("made_on", sa.Date, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("ix_employers_unit_name_digest", "employers", ["unit", "name_digest"])
    op.create_table(
        "case_employers",
        own_id(),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("employer_id", sa.Integer, sa.ForeignKey("employers.id"), nullable=False, index=True),
        sa.Column("part", words("firmpart", *PARTS), nullable=False),
        sa.Column("linked_by", text(12), nullable=False),
        sa.Column("linked_on", sa.Date, nullable=False),
        sa.UniqueConstraint("case_id", "employer_id"),
    )


def downgrade() -> None:
    for table in ("case_employers", "employers", "case_agencies"):
        op.drop_table(table)
