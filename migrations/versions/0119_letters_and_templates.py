"""Tables of letters that wait for a translation, and of reply templates.

Data test: tests/migrations/test_0119_letters_and_templates.py.
"""

import sqlalchemy as sa
from alembic import op

from migrations.columns import own_id, text, words

revision = "0119"
down_revision = "0118"
branch_labels = None
depends_on = None

_ROLES = (
    "complainant",
    "registry",
    "triage",
    "investigator",
    "supervisor",
    "decider",
    "licensing",
)


def upgrade() -> None:
    op.create_table(
        "waiting_letters",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("written_by", text(200), nullable=False),
        sa.Column("written_on", sa.Date, nullable=False),
        sa.Column("role", words("caserole", *_ROLES), nullable=False),
        sa.Column("language", text(12), nullable=False),
        sa.Column("to_helper", sa.Boolean, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
    )
    op.create_table(
        "reply_templates",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("unit", text(40), nullable=False, index=True),
        sa.Column("name", text(80), nullable=False),
        sa.Column("states", sa.JSON, nullable=False),
        sa.Column("texts", sa.JSON, nullable=False),
        sa.Column("state", words("templatestate", "proposed", "approved", "withdrawn"), nullable=False),
        sa.Column("written_by", text(12), nullable=False),
        sa.Column("written_on", sa.Date, nullable=False),
        sa.Column("approved_by", text(12)),
        sa.Column("approved_on", sa.Date),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> written_by", name="two_persons"),
    )


def downgrade() -> None:
    op.drop_table("reply_templates")
    op.drop_table("waiting_letters")
