"""What agencies ask about their own entries: corrections, reports of clones, replies."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

KINDS = ("correction", "clone_report", "reply")
STATES = ("open", "accepted", "refused", "withdrawn")
PARTS = ("name", "number", "place", "licence", "status", "channel", "other")


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def words(name: str, *of: str) -> sa.Enum:
    return sa.Enum(*of, native_enum=False, create_constraint=True, length=48, name=name)


def upgrade() -> None:
    op.create_table(
        "entry_requests",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("agency", text(12), nullable=False),
        sa.Column("kind", words("entryrequestkind", *KINDS), nullable=False),
        sa.Column("state", words("entryrequeststate", *STATES), nullable=False),
        sa.Column("part", words("entrypart", *PARTS)),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("asked_by", text(200), nullable=False),
        sa.Column("asked_on", sa.Date, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("decided_by", text(200)),
        sa.Column("decided_on", sa.Date),
        sa.Column("answer", sa.Text),
        sa.Column("ended_on", sa.Date),
        sa.Column("version", sa.Integer, nullable=False),
    )
    is_only = sa.text("state = 'open' AND kind <> 'clone_report'")
    op.create_index("ix_entry_requests_agency", "entry_requests", ["agency"])
    op.create_index("ix_entry_requests_state_due_on", "entry_requests", ["state", "due_on"])
    op.create_index(
        "ix_entry_requests_only",
        "entry_requests",
        ["agency", "kind"],
        unique=True,
        sqlite_where=is_only,
        postgresql_where=is_only,
    )


def downgrade() -> None:
    op.drop_table("entry_requests")
