"""What stands in mailboxes and what officers do with a case; an outbox event may belong to no entry of the log."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

STATES = (
    "draft", "submitted", "in_triage", "waiting_complainant", "investigating", "agency_hearing", "decision_draft",
    "decided_upheld", "decided_partly", "decided_not_upheld", "sanction_pending", "closed", "reopened", "out_of_scope",
    "merged", "quarantined", "withdrawn", "purged",
)  # fmt: skip
PRIORITIES = ("p0", "p1", "p2", "p3", "p4")
ROLES = ("complainant", "registry", "triage", "investigator", "supervisor", "decider", "licensing")
CONSENTS = ("agency", "labour_inspectorate", "union", "ngo", "police", "authority_in_china")
CLOCKS = ("triage", "acknowledge", "answer", "waiting")
LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def words(name: str, *of: str) -> sa.Enum:
    return sa.Enum(*of, native_enum=False, create_constraint=True, length=48, name=name)


def upgrade() -> None:
    extend()
    create_mailboxes()
    create_casework()


def extend() -> None:
    with op.batch_alter_table("units") as batch:
        batch.add_column(sa.Column("supervisor_email", text(200)))
        batch.add_column(sa.Column("periods", sa.JSON))
    with op.batch_alter_table("cases") as batch:
        batch.add_column(sa.Column("merged_into_id", sa.Integer))
        batch.create_foreign_key("fk_cases_merged_into_id", "cases", ["merged_into_id"], ["id"])
        batch.create_index("ix_cases_merged_into_id", ["merged_into_id"])
    with op.batch_alter_table("boxes") as batch:
        batch.add_column(sa.Column("visit_before_on", sa.Date))
        batch.add_column(sa.Column("replaces_id", sa.Integer))
        batch.create_foreign_key("fk_boxes_replaces_id", "boxes", ["replaces_id"], ["id"])
        batch.create_index("ix_boxes_replaces_id", ["replaces_id"])
    with op.batch_alter_table("outbox") as batch:
        batch.alter_column("first_index", existing_type=LARGE, nullable=True)
        batch.alter_column("last_index", existing_type=LARGE, nullable=True)


def create_mailboxes() -> None:
    op.create_table(
        "answer_sheets",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("box_id", sa.Integer, sa.ForeignKey("boxes.id"), nullable=False),
        sa.Column("questionnaire", text(16), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("identity_sealed", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("submitted_on", sa.Date),
        sa.UniqueConstraint("box_id"),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False),
        sa.Column("box_id", sa.Integer, sa.ForeignKey("boxes.id"), nullable=False),
        sa.Column("author", words("author", "complainant", "officer"), nullable=False),
        sa.Column("written_on", sa.Date, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("read_on", sa.Date),
        sa.Column("once", text(64)),
        sa.UniqueConstraint("reference"),
        sa.UniqueConstraint("box_id", "place"),
        sa.UniqueConstraint("box_id", "once"),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("box_id", sa.Integer, sa.ForeignKey("boxes.id"), nullable=False, index=True),
        sa.Column("kind", words("consentkind", *CONSENTS), nullable=False),
        sa.Column("given_on", sa.Date, nullable=False),
        sa.Column("revoked_on", sa.Date),
    )


def create_casework() -> None:
    op.create_table(
        "case_moves",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("from_state", words("casestate", *STATES), nullable=False),
        sa.Column("to_state", words("to_casestate", *STATES), nullable=False),
        sa.Column("on_day", sa.Date, nullable=False),
        sa.Column("role", words("caserole", *ROLES), nullable=False),
        sa.Column("actor", text(200), nullable=False),
        sa.Column("reason_sealed", sa.Text),
    )
    op.create_table(
        "clocks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("kind", words("clockkind", *CLOCKS), nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("remind_at", sa.BigInteger, index=True),
        sa.Column("paused_on", sa.Date),
        sa.Column("met_on", sa.Date),
        sa.Column("reminded_at", sa.BigInteger),
        sa.Column("escalated_at", sa.BigInteger),
        sa.UniqueConstraint("case_id", "kind"),
    )
    op.create_index("ix_clocks_due_at", "clocks", ["due_at"])
    op.create_table(
        "priority_changes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("from_priority", words("priority", *PRIORITIES), nullable=False),
        sa.Column("to_priority", words("to_priority", *PRIORITIES), nullable=False),
        sa.Column("asked_by", text(200), nullable=False),
        sa.Column("asked_on", sa.Date, nullable=False),
        sa.Column("reason_sealed", sa.Text, nullable=False),
        sa.Column("decided_by", text(200)),
        sa.Column("decided_on", sa.Date),
        sa.Column("is_approved", sa.Boolean),
    )


def downgrade() -> None:
    for table in ("priority_changes", "clocks", "case_moves", "consents", "messages", "answer_sheets"):
        op.drop_table(table)
    # What belongs to no entry of the log is of no use to the code before.
    op.execute("DELETE FROM outbox WHERE first_index IS NULL")
    with op.batch_alter_table("outbox") as batch:
        batch.alter_column("first_index", existing_type=LARGE, nullable=False)
        batch.alter_column("last_index", existing_type=LARGE, nullable=False)
    with op.batch_alter_table("boxes") as batch:
        batch.drop_index("ix_boxes_replaces_id")
        batch.drop_constraint("fk_boxes_replaces_id", type_="foreignkey")
        batch.drop_column("replaces_id")
        batch.drop_column("visit_before_on")
    with op.batch_alter_table("cases") as batch:
        batch.drop_index("ix_cases_merged_into_id")
        batch.drop_constraint("fk_cases_merged_into_id", type_="foreignkey")
        batch.drop_column("merged_into_id")
    with op.batch_alter_table("units") as batch:
        batch.drop_column("periods")
        batch.drop_column("supervisor_email")
