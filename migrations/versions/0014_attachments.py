"""Attachments of complaints: where a sealed file lies, and how far its clean copy is."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KINDS = ("jpeg", "png", "webp", "heic", "pdf", "m4a", "mp3", "amr", "mp4", "txt")
STATES = ("kept", "cleaning", "clean", "no_clean_copy")
NO_COPY = ("damaged", "locked", "too_large", "too_costly", "no_tool", "unconfined", "interrupted")


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def words(name: str, *of: str) -> sa.Enum:
    return sa.Enum(*of, native_enum=False, create_constraint=True, length=48, name=name)


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("box_id", sa.Integer, sa.ForeignKey("boxes.id"), nullable=False),
        sa.Column("kept_on", sa.Date, nullable=False),
        sa.Column("kind", words("filekind", *KINDS), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("once", text(64), nullable=False),
        sa.Column("facts_sealed", sa.Text, nullable=False),
        sa.Column("original_name", text(32), nullable=False, unique=True),
        sa.Column("original_key", sa.Text, nullable=False),
        sa.Column("state", words("attachmentstate", *STATES), nullable=False),
        sa.Column("no_copy", words("nocopy", *NO_COPY)),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("clean_name", text(32), unique=True),
        sa.Column("clean_key", sa.Text, nullable=False),
        sa.UniqueConstraint("box_id", "once"),
    )
    op.create_index("ix_attachments_case_id", "attachments", ["case_id"])
    op.create_index("ix_attachments_state", "attachments", ["state"])


def downgrade() -> None:
    op.drop_table("attachments")
