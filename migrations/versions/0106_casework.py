"""Work on cases: moves, clocks, views, notes, translations, access grants, decisions, hearings, referrals."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import own_id, text, where, words

revision = "0106"
down_revision = "0105"
branch_labels = None
depends_on = None

CASE_STATE = (
    "draft", "submitted", "in_triage", "waiting_complainant", "investigating", "agency_hearing", "decision_draft",
    "decided_upheld", "decided_partly", "decided_not_upheld", "sanction_pending", "closed", "reopened",
    "out_of_scope", "merged", "quarantined", "withdrawn", "purged",
)  # fmt: skip
CASE_ROLE = ("complainant", "registry", "triage", "investigator", "supervisor", "decider", "licensing")
CLOCK_KIND = ("triage", "acknowledge", "answer", "waiting", "objection")
PRIORITY = ("p0", "p1", "p2", "p3", "p4")
HEARING_STATE = ("drafted", "reprisal_check", "approved", "served", "answered", "lapsed", "closed")
HEARING_END = ("heard", "officer", "consent_revoked", "withdrawn", "case_over")
PARTNER_KIND = ("labour_inspectorate", "ngo", "union", "police", "prosecutor")
REFERRAL_STATE = ("proposed", "consented", "overridden", "sent", "accepted", "declined", "done", "revoked")

TABLES = (
    "case_moves", "clocks", "priority_changes", "saved_views", "bulk_acts", "case_notes", "case_tasks",
    "case_translations", "openings", "decisions", "hearings", "referrals", "referral_reports",
)  # fmt: skip


def upgrade() -> None:
    create_moves()
    create_queue()
    create_notes()
    create_access_grants()
    create_decisions()
    create_hearings()
    create_referrals()


def create_moves() -> None:
    op.create_table(
        "case_moves",
        own_id(),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("from_state", words("casestate", *CASE_STATE), nullable=False),
        sa.Column("to_state", words("to_casestate", *CASE_STATE), nullable=False),
        sa.Column("on_day", sa.Date, nullable=False),
        sa.Column("role", words("caserole", *CASE_ROLE), nullable=False),
        sa.Column("actor", text(200), nullable=False),
        sa.Column("reason_sealed", sa.Text),
    )
    op.create_table(
        "clocks",
        own_id(),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("kind", words("clockkind", *CLOCK_KIND), nullable=False),
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
        own_id(),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("from_priority", words("priority", *PRIORITY), nullable=False),
        sa.Column("to_priority", words("to_priority", *PRIORITY), nullable=False),
        sa.Column("asked_by", text(200), nullable=False),
        sa.Column("asked_on", sa.Date, nullable=False),
        sa.Column("reason_sealed", sa.Text, nullable=False),
        sa.Column("decided_by", text(200)),
        sa.Column("decided_on", sa.Date),
        sa.Column("is_approved", sa.Boolean),
    )


def create_queue() -> None:
    op.create_table(
        "saved_views",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("officer", text(12), nullable=False),
        sa.Column("name", text(60), nullable=False),
        sa.Column("filters", sa.JSON, nullable=False),
        sa.Column("made_on", sa.Date, nullable=False),
        sa.UniqueConstraint("officer", "name"),
    )
    op.create_table(
        "bulk_acts",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("unit", text(40), nullable=False),
        sa.Column("officer", text(12), nullable=False),
        sa.Column("kind", words("bulkkind", "assign", "triage", "quarantine"), nullable=False),
        sa.Column("done_at", sa.BigInteger, nullable=False),
        sa.Column("undone_at", sa.BigInteger),
        sa.Column("rows", sa.JSON, nullable=False),
    )
    op.create_index("ix_bulk_acts_done_at", "bulk_acts", ["done_at"])


def create_notes() -> None:
    op.create_table(
        "case_notes",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("written_by", text(200), nullable=False),
        sa.Column("written_on", sa.Date, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
    )
    op.create_table(
        "case_tasks",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("made_by", text(200), nullable=False),
        sa.Column("made_on", sa.Date, nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("done_by", text(200)),
        sa.Column("done_on", sa.Date),
        sa.Column("sealed", sa.Text, nullable=False),
    )
    op.create_table(
        "case_translations",
        own_id(),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("box_id", sa.Integer, sa.ForeignKey("boxes.id"), nullable=False),
        sa.Column("subject", text(60), nullable=False),
        sa.Column("language", text(12), nullable=False),
        sa.Column("written_by", text(200), nullable=False),
        sa.Column("written_on", sa.Date, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.UniqueConstraint("box_id", "subject", "language"),
    )


def create_access_grants() -> None:
    op.create_table(
        "openings",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("kind", words("openingkind", "break_glass", "identity", "original"), nullable=False),
        sa.Column("attachment", text(12), nullable=False),
        sa.Column("state", words("openingstate", "asked", "granted", "refused", "ended", "lapsed"), nullable=False),
        sa.Column("hours", sa.Integer, nullable=False),
        sa.Column("asked_by", text(200), nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("decided_by", text(200)),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("looked_at", sa.BigInteger),
        sa.Column("ended_by", text(200)),
        sa.Column("reason_sealed", sa.Text, nullable=False),
        sa.Column("answer_sealed", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="two_persons"),
    )
    op.create_index(
        "ix_openings_live",
        "openings",
        ["case_id", "kind", "attachment", "asked_by"],
        unique=True,
        **where("state IN ('asked', 'granted')"),
    )
    op.create_index("ix_openings_state_ends_at", "openings", ["state", "ends_at"])


def create_decisions() -> None:
    op.create_table(
        "decisions",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, index=True),
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


def create_hearings() -> None:
    op.create_table(
        "hearings",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("box_id", sa.Integer, sa.ForeignKey("boxes.id"), nullable=False, unique=True),
        sa.Column("agency", text(12), nullable=False),
        sa.Column("desk", text(40), nullable=False, index=True),
        sa.Column("state", words("hearingstate", *HEARING_STATE), nullable=False, index=True),
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
        sa.Column("ended_because", words("hearingend", *HEARING_END)),
        sa.Column("allegation_sealed", sa.Text, nullable=False),
        sa.Column("answer_sealed", sa.Text),
        sa.Column("draft_sealed", sa.Text),
        sa.Column("returned_sealed", sa.Text),
        sa.Column("few_sealed", sa.Text),
        sa.Column("longer_asked_on", sa.Date),
        sa.Column("longer_sealed", sa.Text),
        sa.Column("extended_by", text(200)),
        sa.Column("extended_on", sa.Date),
        sa.Column("extended_sealed", sa.Text),
        sa.Column("told_by", text(200)),
        sa.Column("told_on", sa.Date),
        sa.Column("object_until", sa.Date),
        sa.Column("outcome_sealed", sa.Text),
        sa.Column("objected_by", text(200)),
        sa.Column("objected_on", sa.Date),
        sa.Column("objection_sealed", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("checked_by IS NULL OR checked_by <> drafted_by", name="two_persons"),
    )
    op.create_index("ix_hearings_open", "hearings", ["case_id"], unique=True, **where("state <> 'closed'"))


def create_referrals() -> None:
    op.create_table(
        "referrals",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("box_id", sa.Integer, sa.ForeignKey("boxes.id"), nullable=False, unique=True),
        sa.Column("partner", text(40), nullable=False, index=True),
        sa.Column("partner_kind", words("partnerkind", *PARTNER_KIND), nullable=False),
        sa.Column("country", text(2), nullable=False),
        sa.Column("state", words("referralstate", *REFERRAL_STATE), nullable=False, index=True),
        sa.Column("basis", words("referralbasis", "consent", "override")),
        sa.Column("expires_on", sa.Date, nullable=False),
        sa.Column("proposed_by", text(200), nullable=False),
        sa.Column("proposed_on", sa.Date, nullable=False),
        sa.Column("decided_by", text(200)),
        sa.Column("decided_on", sa.Date),
        sa.Column("sent_by", text(200)),
        sa.Column("sent_on", sa.Date),
        sa.Column("answered_by", text(200)),
        sa.Column("answered_on", sa.Date),
        sa.Column("ended_on", sa.Date),
        sa.Column("ended_because", words("referralend", "officer", "consent_revoked", "withdrawn", "expired")),
        sa.Column("identity_said_in", text(12)),
        sa.Column("identity_by", text(200)),
        sa.Column("copy_sealed", sa.Text, nullable=False),
        sa.Column("identity_sealed", sa.Text),
        sa.Column("legal_basis_sealed", sa.Text),
        sa.Column("reason_sealed", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint(
            "decided_by IS NULL OR basis <> 'override' OR decided_by <> proposed_by", name="two_persons"
        ),
    )
    op.create_table(
        "referral_reports",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("referral_id", sa.Integer, sa.ForeignKey("referrals.id"), nullable=False, index=True),
        sa.Column("written_by", text(200), nullable=False),
        sa.Column("written_on", sa.Date, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
