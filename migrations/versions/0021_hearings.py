"""Hearings of agencies: what an officer put to one, who checked it, and what it said."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

STATES = ("drafted", "reprisal_check", "approved", "served", "answered", "lapsed", "closed")
ENDS = ("heard", "officer", "consent_revoked", "withdrawn", "case_over")


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def words(name: str, *of: str) -> sa.Enum:
    return sa.Enum(*of, native_enum=False, create_constraint=True, length=48, name=name)


def upgrade() -> None:
    op.create_table(
        "hearings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("box_id", sa.Integer, sa.ForeignKey("boxes.id"), nullable=False, unique=True),
        sa.Column("agency", text(12), nullable=False),
        sa.Column("desk", text(40), nullable=False),
        sa.Column("state", words("hearingstate", *STATES), nullable=False),
        sa.Column("could_complain", sa.Integer),
        sa.Column("drafted_by", text(200), nullable=False),
        sa.Column("drafted_on", sa.Date, nullable=False),
        sa.Column("checked_by", text(200)),
        sa.Column("checked_on", sa.Date),
        sa.Column("served_by", text(200)),
        sa.Column("served_on", sa.Date),
        sa.Column("answer_by", sa.Date),
        sa.Column("answered_by", text(200)),
        sa.Column("answered_on", sa.Date),
        sa.Column("ended_on", sa.Date),
        sa.Column("ended_because", words("hearingend", *ENDS)),
        sa.Column("allegation_sealed", sa.Text, nullable=False),
        sa.Column("answer_sealed", sa.Text),
        sa.Column("draft_sealed", sa.Text),
        sa.Column("returned_sealed", sa.Text),
        sa.Column("few_sealed", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("checked_by IS NULL OR checked_by <> drafted_by", name="two_persons"),
    )
    for column in ("case_id", "desk", "state"):
        op.create_index(f"ix_hearings_{column}", "hearings", [column])
    is_open = sa.text("state <> 'closed'")
    op.create_index(
        "ix_hearings_open", "hearings", ["case_id"], unique=True, sqlite_where=is_open, postgresql_where=is_open
    )


def downgrade() -> None:
    # Whoever had only the key of such a box has nothing any more; those of referrals stay.
    boxes = "SELECT box_id FROM hearings"
    op.execute(f"DELETE FROM box_wraps WHERE box_id IN ({boxes})")
    op.execute("CREATE TABLE gone_boxes AS SELECT box_id FROM hearings")
    op.drop_table("hearings")
    op.execute("DELETE FROM boxes WHERE id IN (SELECT box_id FROM gone_boxes)")
    op.execute("DROP TABLE gone_boxes")
