"""Complaints as they come in: admission, cases, encrypted boxes and their keys, answers, messages, attachments."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import own_id, text, words

revision = "0105"
down_revision = "0104"
branch_labels = None
depends_on = None

CASE_STATE = (
    "draft", "submitted", "in_triage", "waiting_complainant", "investigating", "agency_hearing", "decision_draft",
    "decided_upheld", "decided_partly", "decided_not_upheld", "sanction_pending", "closed", "reopened",
    "out_of_scope", "merged", "quarantined", "withdrawn", "purged",
)  # fmt: skip
KEY_HOLDER = ("mailbox", "unit", "custodian", "escrow")
CONSENT_KIND = ("agency", "labour_inspectorate", "union", "ngo", "police", "authority_in_china")
FILE_KIND = ("jpeg", "png", "webp", "heic", "pdf", "m4a", "mp3", "amr", "mp4", "txt")
NO_COPY = ("damaged", "locked", "too_large", "too_costly", "no_tool", "unconfined", "interrupted")

TABLES = (
    "used_challenges", "daily_counts", "repeats", "cases", "shingles", "paper_forms", "boxes", "box_wraps",
    "unit_keys", "visits", "answer_sheets", "consents", "messages", "attachments",
)  # fmt: skip


def upgrade() -> None:
    create_admission()
    create_cases()
    create_boxes()
    create_mailboxes()


def create_admission() -> None:
    op.create_table(
        "used_challenges",
        sa.Column("digest", text(64), primary_key=True),
        sa.Column("expires_on", sa.Date, nullable=False, index=True),
    )
    op.create_table(
        "daily_counts",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("purpose", words("purpose", "start", "open"), primary_key=True),
        sa.Column("bucket", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.CheckConstraint("bucket >= 0 AND bucket < 64", name="bucket_in_range"),
    )
    op.create_table(
        "repeats",
        own_id(),
        sa.Column("digest", text(64), nullable=False, unique=True),
        sa.Column("question", text(64), nullable=False),
        sa.Column("expires_on", sa.Date, nullable=False, index=True),
        sa.Column("made", text(12)),
    )


def create_cases() -> None:
    op.create_table(
        "cases",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("unit_id", sa.Integer, sa.ForeignKey("units.id")),
        sa.Column("country", text(2)),
        sa.Column("state", words("casestate", *CASE_STATE), nullable=False),
        sa.Column("priority", words("priority", "p0", "p1", "p2", "p3", "p4")),
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
        sa.Column("merged_into_id", sa.Integer, sa.ForeignKey("cases.id"), index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("assignee", text(12)),
        sa.Column("is_open", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("due_at", sa.BigInteger, nullable=False, server_default="253402214400000000"),
    )
    op.create_index("ix_cases_agency_digest_filed_on", "cases", ["agency_digest", "filed_on"])
    op.create_index("ix_cases_late", "cases", ["unit_id", "due_at"])
    op.create_index("ix_cases_queue_assignee", "cases", ["unit_id", "assignee", "priority", "due_at", "id"])
    op.create_index("ix_cases_queue_country", "cases", ["unit_id", "country", "priority", "due_at", "id"])
    op.create_index("ix_cases_queue_is_open", "cases", ["unit_id", "is_open", "priority", "due_at", "id"])
    op.create_index("ix_cases_queue_sector", "cases", ["unit_id", "sector", "priority", "due_at", "id"])
    op.create_index("ix_cases_queue_state", "cases", ["unit_id", "state", "priority", "due_at", "id"])
    op.create_table(
        "shingles",
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False),
        sa.Column("band", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("digest", text(32), primary_key=True),
    )
    op.create_index("ix_shingles_digest", "shingles", ["digest"])
    op.create_table(
        "paper_forms",
        own_id(),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, unique=True),
        sa.Column("unit", text(40), nullable=False, index=True),
        sa.Column("officer", text(12), nullable=False),
        sa.Column("received_on", sa.Date, nullable=False),
        sa.Column("saved_on", sa.Date, nullable=False),
        sa.Column("entered_on", sa.Date),
    )


def create_boxes() -> None:
    op.create_table(
        "boxes",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("role", words("boxrole", "worker", "helper"), nullable=False),
        sa.Column("tag", text(64), nullable=False, unique=True),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("state", words("boxstate", "unconfirmed", "open", "replaced", "cut_off"), nullable=False),
        sa.Column("made_on", sa.Date, nullable=False),
        sa.Column("last_visit_on", sa.Date),
        sa.Column("visit_before_on", sa.Date),
        sa.Column("replaces_id", sa.Integer, sa.ForeignKey("boxes.id"), index=True),
        sa.Column("answers_allowed", sa.Boolean, nullable=False),
        sa.Column("is_copy", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "box_wraps",
        own_id(),
        sa.Column("box_id", sa.Integer, sa.ForeignKey("boxes.id"), nullable=False),
        sa.Column("tier", sa.Integer, nullable=False),
        sa.Column("holder_kind", words("keyholder", *KEY_HOLDER), nullable=False),
        sa.Column("holder", text(40), nullable=False),
        sa.Column("kid", text(16), nullable=False, index=True),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("box_id", "tier", "holder_kind", "holder"),
    )
    op.create_table(
        "unit_keys",
        own_id(),
        sa.Column("holder_kind", words("keyholder", *KEY_HOLDER), nullable=False),
        sa.Column("unit", text(40), nullable=False),
        sa.Column("kid", text(16), nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("state", words("unitkeystate", "active", "retired"), nullable=False),
        sa.Column("made_on", sa.Date, nullable=False),
        sa.UniqueConstraint("holder_kind", "unit", "kid"),
    )
    op.create_table(
        "visits",
        own_id(),
        sa.Column("digest", text(64), nullable=False, unique=True),
        sa.Column("box_id", sa.Integer, sa.ForeignKey("boxes.id"), nullable=False, index=True),
        sa.Column("seed_sealed", sa.Text, nullable=False),
        sa.Column("code_sealed", sa.Text),
        sa.Column("is_mailbox", sa.Boolean, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
    )


def create_mailboxes() -> None:
    op.create_table(
        "answer_sheets",
        own_id(),
        sa.Column("box_id", sa.Integer, sa.ForeignKey("boxes.id"), nullable=False, unique=True),
        sa.Column("questionnaire", text(16), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("identity_sealed", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("submitted_on", sa.Date),
    )
    op.create_table(
        "consents",
        own_id(),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("box_id", sa.Integer, sa.ForeignKey("boxes.id"), nullable=False, index=True),
        sa.Column("kind", words("consentkind", *CONSENT_KIND), nullable=False),
        sa.Column("given_on", sa.Date, nullable=False),
        sa.Column("revoked_on", sa.Date),
    )
    op.create_table(
        "messages",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("box_id", sa.Integer, sa.ForeignKey("boxes.id"), nullable=False),
        sa.Column("author", words("author", "complainant", "officer"), nullable=False),
        sa.Column("written_on", sa.Date, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("read_on", sa.Date),
        sa.Column("once", text(64)),
        sa.UniqueConstraint("box_id", "once"),
        sa.UniqueConstraint("box_id", "place"),
    )
    op.create_table(
        "attachments",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("box_id", sa.Integer, sa.ForeignKey("boxes.id"), nullable=False),
        sa.Column("kept_on", sa.Date, nullable=False),
        sa.Column("kind", words("filekind", *FILE_KIND), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("once", text(64), nullable=False),
        sa.Column("facts_sealed", sa.Text, nullable=False),
        sa.Column("goes_with", words("handedwith", "answer", "objection")),
        sa.Column("original_name", text(32), unique=True),
        sa.Column("original_key", sa.Text),
        sa.Column(
            "state", words("attachmentstate", "kept", "cleaning", "clean", "no_clean_copy"), nullable=False, index=True
        ),
        sa.Column("no_copy", words("nocopy", *NO_COPY)),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("clean_name", text(32), unique=True),
        sa.Column("clean_key", sa.Text, nullable=False),
        sa.UniqueConstraint("box_id", "once"),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
