"""Units, cases, mailboxes of receipts, and the sealed keys that open them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATES = (
    "draft", "submitted", "in_triage", "waiting_complainant", "investigating", "agency_hearing", "decision_draft",
    "decided_upheld", "decided_partly", "decided_not_upheld", "sanction_pending", "closed", "reopened", "out_of_scope",
    "merged", "quarantined", "withdrawn", "purged",
)  # fmt: skip
PRIORITIES = ("p0", "p1", "p2", "p3", "p4")
HOLDERS = ("mailbox", "unit", "custodian", "escrow")


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def words(name: str, *of: str) -> sa.Enum:
    return sa.Enum(*of, native_enum=False, create_constraint=True, length=48, name=name)


def upgrade() -> None:
    create_cases()
    create_boxes()


def create_cases() -> None:
    op.create_table(
        "units",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(40), nullable=False, unique=True),
        sa.Column("authority", text(40), nullable=False),
        sa.Column("country", text(2), nullable=False),
        sa.Column("names", sa.JSON, nullable=False),
        sa.Column("email", text(200)),
        sa.Column("is_default", sa.Boolean, nullable=False),
        sa.Column("closed_on", sa.Date),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("unit_id", sa.Integer, sa.ForeignKey("units.id")),
        sa.Column("country", text(2)),
        sa.Column("state", words("casestate", *STATES), nullable=False),
        sa.Column("priority", words("priority", *PRIORITIES)),
        sa.Column("sector", text(10)),
        sa.Column("indicators", sa.JSON, nullable=False),
        sa.Column("filed_on", sa.Date, nullable=False),
        sa.Column("language", text(12)),
        sa.Column("questionnaire", text(16)),
        sa.Column("triage_version", text(16)),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("agency_sealed", sa.Text),
        sa.Column("employer_sealed", sa.Text),
        sa.Column("region_sealed", sa.Text),
        sa.Column("amounts_sealed", sa.Text),
        sa.Column("agency_digest", text(64)),
        sa.Column("agency_is_registered", sa.Boolean),
        sa.Column("has_legal_hold", sa.Boolean, nullable=False),
        sa.Column("closed_on", sa.Date),
        sa.Column("purge_on", sa.Date, index=True),
        sa.Column("purged_on", sa.Date),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("ix_cases_agency_digest_filed_on", "cases", ["agency_digest", "filed_on"])
    op.create_index("ix_cases_unit_id_state_priority", "cases", ["unit_id", "state", "priority"])


def create_boxes() -> None:
    op.create_table(
        "boxes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("role", words("boxrole", "worker", "helper"), nullable=False),
        sa.Column("tag", text(64), nullable=False, unique=True),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("state", words("boxstate", "unconfirmed", "open", "replaced", "cut_off"), nullable=False),
        sa.Column("made_on", sa.Date, nullable=False),
        sa.Column("last_visit_on", sa.Date),
        sa.Column("answers_allowed", sa.Boolean, nullable=False),
    )
    op.create_table(
        "box_wraps",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("box_id", sa.Integer, sa.ForeignKey("boxes.id"), nullable=False),
        sa.Column("tier", sa.Integer, nullable=False),
        sa.Column("holder_kind", words("keyholder", *HOLDERS), nullable=False),
        sa.Column("holder", text(40), nullable=False),
        sa.Column("kid", text(16), nullable=False, index=True),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("box_id", "tier", "holder_kind", "holder"),
    )
    op.create_table(
        "unit_keys",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("holder_kind", words("keyholder", *HOLDERS), nullable=False),
        sa.Column("unit", text(40), nullable=False),
        sa.Column("kid", text(16), nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("state", words("unitkeystate", "active", "retired"), nullable=False),
        sa.Column("made_on", sa.Date, nullable=False),
        sa.UniqueConstraint("holder_kind", "unit", "kid"),
    )
    op.create_table(
        "visits",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("digest", text(64), nullable=False, unique=True),
        sa.Column("box_id", sa.Integer, sa.ForeignKey("boxes.id"), nullable=False, index=True),
        sa.Column("seed_sealed", sa.Text, nullable=False),
        sa.Column("code_sealed", sa.Text),
        sa.Column("is_mailbox", sa.Boolean, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    for table in ("visits", "unit_keys", "box_wraps", "boxes", "cases", "units"):
        op.drop_table(table)
