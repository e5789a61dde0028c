"""Decisions of cases: what was found, who wrote it and who decided."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def words(name: str, *of: str) -> sa.Enum:
    return sa.Enum(*of, native_enum=False, create_constraint=True, length=48, name=name)


def upgrade() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("box_id", sa.Integer, sa.ForeignKey("boxes.id"), nullable=False, unique=True),
        sa.Column("outcome", words("decisionoutcome", "upheld", "partly", "not_upheld"), nullable=False),
        sa.Column("state", words("decisionstate", "drafted", "sent_back", "made"), nullable=False),
        sa.Column("object_days", sa.Integer, nullable=False),
        sa.Column("object_until", sa.Date),
        sa.Column("drafted_by", text(200), nullable=False),
        sa.Column("written_by", sa.JSON, nullable=False),
        sa.Column("drafted_on", sa.Date, nullable=False),
        sa.Column("decided_by", text(200)),
        sa.Column("decided_on", sa.Date),
        sa.Column("reasons_sealed", sa.Text, nullable=False),
        sa.Column("summary_sealed", sa.Text, nullable=False),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> drafted_by", name="two_persons"),
    )
    op.create_index("ix_decisions_case_id", "decisions", ["case_id"])


def downgrade() -> None:
    connection = op.get_bind()
    boxes = list(connection.execute(sa.text("SELECT box_id FROM decisions")).scalars())
    op.drop_table("decisions")
    # Their words were sealed in boxes of their own, in which nothing else stands.
    for box in boxes:
        connection.execute(sa.text("DELETE FROM box_wraps WHERE box_id = :box"), {"box": box})
        connection.execute(sa.text("DELETE FROM boxes WHERE id = :box"), {"box": box})
