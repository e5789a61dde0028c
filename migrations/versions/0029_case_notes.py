"""What officers note in a case and have still to do, and translations of what was told."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

TABLES = ("case_notes", "case_tasks", "case_translations")


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def of_case() -> sa.Column[int]:
    return sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False)


def upgrade() -> None:
    op.create_table(
        "case_notes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        of_case(),
        sa.Column("written_by", text(200), nullable=False),
        sa.Column("written_on", sa.Date, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
    )
    op.create_table(
        "case_tasks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        of_case(),
        sa.Column("made_by", text(200), nullable=False),
        sa.Column("made_on", sa.Date, nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("done_by", text(200)),
        sa.Column("done_on", sa.Date),
        sa.Column("sealed", sa.Text, nullable=False),
    )
    op.create_table(
        "case_translations",
        sa.Column("id", sa.Integer, primary_key=True),
        of_case(),
        sa.Column("box_id", sa.Integer, sa.ForeignKey("boxes.id"), nullable=False),
        sa.Column("subject", text(60), nullable=False),
        sa.Column("language", text(12), nullable=False),
        sa.Column("written_by", text(200), nullable=False),
        sa.Column("written_on", sa.Date, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.UniqueConstraint("box_id", "subject", "language"),
    )
    for table in TABLES:
        op.create_index(f"ix_{table}_case_id", table, ["case_id"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
