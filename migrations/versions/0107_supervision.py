"""What an authority does to a licence: collisions, proposals, deposits, sanctions, requests; statistics."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import LARGE, own_id, text, where, words
from migrations.steps import refuse_changes

revision = "0107"
down_revision = "0106"
branch_labels = None
depends_on = None

SIGN = (
    "near_name", "identifier", "bank_account", "phone", "wechat", "website", "email", "address",
    "registered_after",
)  # fmt: skip
LICENCE_ACT = (
    "apply", "issue", "refuse_application", "amend", "renew", "suspend", "reinstate", "revoke", "wind_down",
    "surrender", "correct", "register_agreement", "end_agreement", "register_intermediary", "end_intermediary",
)  # fmt: skip
PROPOSAL_STATE = ("open", "applied", "refused", "taken_back")
DEPOSIT_USE = ("refund_service_fee", "unpaid_remuneration", "compensation", "emergency_or_repatriation")
SANCTION_KIND = (
    "warning_letter", "conditions", "points", "fine", "deposit_forfeiture", "suspension", "revocation",
    "revocation_immediate", "refusal_of_renewal", "director_debarment", "blacklisting", "referral_to_prosecutor",
)  # fmt: skip
SANCTION_STATE = (
    "proposed", "legal_review", "approved", "in_force", "stayed_by_appeal", "lifted", "expired", "overturned",
    "dropped",
)  # fmt: skip
LICENCE_STATUS = (
    "applied", "refused", "provisional", "active", "active_with_conditions", "under_surveillance",
    "renewal_pending_deemed_valid", "revocation_pending_appeal", "suspended", "winding_down", "renewal_refused",
    "expired", "surrendered", "revoked", "revoked_immediate", "banned", "annulled_entity_dissolved", "delisted",
)  # fmt: skip
ENTRY_PART = ("name", "number", "place", "licence", "status", "channel", "other")

APPEND_ONLY = (
    "snapshots",
    "snapshot_cells",
)
TABLES = (
    "collisions", "collision_groups", "collision_keys", "collision_search", "licence_proposals", "deposit_lines",
    "sanctions", "sanction_moves", "workers_in_place", "entry_requests", "snapshots", "snapshot_cells",
)  # fmt: skip


def upgrade() -> None:
    create_collisions()
    create_licensing()
    create_sanctions()
    create_entry_requests()
    create_statistics()
    refuse_changes(*APPEND_ONLY)


def create_collisions() -> None:
    op.create_table(
        "collisions",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("first_id", sa.Integer, sa.ForeignKey("agencies.id"), nullable=False),
        sa.Column("second_id", sa.Integer, sa.ForeignKey("agencies.id"), nullable=False, index=True),
        sa.Column("signs", sa.JSON, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("state", words("collisionstate", "open", "confirmed", "dismissed"), nullable=False),
        sa.Column("found_at", sa.BigInteger, nullable=False),
        sa.Column("decided_by", text(200)),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("decision", text(1000)),
        sa.UniqueConstraint("first_id", "second_id"),
    )
    op.create_index("ix_collisions_state_rank", "collisions", ["state", "rank", "id"])
    op.create_table(
        "collision_groups",
        own_id(),
        sa.Column("sign", words("sign", *SIGN), nullable=False),
        sa.Column("digest", sa.BigInteger, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("example_id", sa.Integer, sa.ForeignKey("agencies.id"), nullable=False),
        sa.Column("found_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("sign", "digest"),
    )
    op.create_table(
        "collision_keys",
        own_id(),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agencies.id"), nullable=False, index=True),
        sa.Column("sign", words("sign", *SIGN), nullable=False),
        sa.Column("digest", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_collision_keys_digest", "collision_keys", ["digest", "sign", "agency_id"])
    op.create_table(
        "collision_search",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key_check", sa.BigInteger, nullable=False),
        sa.Column("read_to", LARGE, nullable=False),
        sa.Column("against", text(400), nullable=False),
        sa.Column("last_agency_id", sa.Integer, nullable=False),
        sa.Column("is_finished", sa.Boolean, nullable=False),
    )


def create_licensing() -> None:
    op.create_table(
        "licence_proposals",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("authority", text(40), nullable=False),
        sa.Column("act", words("licenceact", *LICENCE_ACT), nullable=False),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agencies.id"), index=True),
        sa.Column("subject", text(12), nullable=False, index=True),
        sa.Column("details", sa.JSON, nullable=False),
        sa.Column("legal_ground", text(400), nullable=False),
        sa.Column("effective_on", sa.Date, nullable=False),
        sa.Column("seen", text(16), nullable=False),
        sa.Column("has_second", sa.Boolean, nullable=False),
        sa.Column("state", words("proposalstate", *PROPOSAL_STATE), nullable=False),
        sa.Column("proposed_by", text(60), nullable=False),
        sa.Column("proposed_at", sa.BigInteger, nullable=False),
        sa.Column("decided_by", text(60)),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("reason", text(1000)),
        sa.Column("told_at", sa.BigInteger),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("state <> 'applied' OR decided_by <> proposed_by OR NOT has_second", name="two_persons"),
    )
    op.create_index("ix_licence_proposals_authority", "licence_proposals", ["authority", "state", "id"])
    op.create_index("ix_licence_proposals_state", "licence_proposals", ["state", "told_at"])
    op.create_table(
        "deposit_lines",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agencies.id"), nullable=False, index=True),
        sa.Column("authority", text(40), nullable=False, index=True),
        sa.Column("kind", words("depositlinekind", "paid_in", "drawn", "topped_up", "reversed"), nullable=False),
        sa.Column("amount", text(24), nullable=False),
        sa.Column("currency", text(3), nullable=False),
        sa.Column("deposit_use", words("deposituse", *DEPOSIT_USE)),
        sa.Column("reverses", text(12)),
        sa.Column("form", text(20)),
        sa.Column("held_by", text(200)),
        sa.Column("note", text(400), nullable=False),
        sa.Column("happened_on", sa.Date, nullable=False),
        sa.Column("state", words("proposalstate", *PROPOSAL_STATE), nullable=False),
        sa.Column("recorded_by", text(60), nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.Column("decided_by", text(60)),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("(kind = 'drawn') = (deposit_use IS NOT NULL)", name="drawn_for_a_use"),
        sa.CheckConstraint("(kind = 'reversed') = (reverses IS NOT NULL)", name="reverses_a_line"),
        sa.CheckConstraint(
            "state <> 'applied' OR kind NOT IN ('drawn', 'reversed') OR decided_by <> recorded_by", name="two_persons"
        ),
    )


def create_sanctions() -> None:
    op.create_table(
        "sanctions",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("agency", text(12), nullable=False, index=True),
        sa.Column("licence", text(12), nullable=False, index=True),
        sa.Column("authority", text(40), nullable=False, index=True),
        sa.Column("unit", text(40), nullable=False),
        sa.Column("decision", text(12), index=True),
        sa.Column("is_urgent", sa.Boolean, nullable=False),
        sa.Column("kind", words("sanctionkind", *SANCTION_KIND), nullable=False),
        sa.Column("state", words("sanctionstate", *SANCTION_STATE), nullable=False, index=True),
        sa.Column("legal_ground", text(400), nullable=False),
        sa.Column("amount", text(24)),
        sa.Column("currency", text(3)),
        sa.Column("points", sa.Integer),
        sa.Column("public_text", text(2000)),
        sa.Column("effective_from", sa.Date, nullable=False),
        sa.Column("until", sa.Date),
        sa.Column("appeal_deadline", sa.Date),
        sa.Column("publish_until", sa.Date),
        sa.Column("own_status", words("licencestatus", *LICENCE_STATUS)),
        sa.Column("in_force_on", sa.Date),
        sa.Column("proposed_by", text(200), nullable=False),
        sa.Column("proposed_on", sa.Date, nullable=False),
        sa.Column("approved_by", text(200)),
        sa.Column("approved_on", sa.Date),
        sa.Column("ending_to", words("ending_to", *SANCTION_STATE)),
        sa.Column("ending_ground", text(400)),
        sa.Column("ending_by", text(200)),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="two_persons"),
        sa.CheckConstraint("(ending_to IS NULL) = (ending_by IS NULL)", name="whole_ending"),
    )
    op.create_table(
        "sanction_moves",
        own_id(),
        sa.Column("sanction_id", sa.Integer, sa.ForeignKey("sanctions.id"), nullable=False, index=True),
        sa.Column("from_state", words("sanctionstate", *SANCTION_STATE), nullable=False),
        sa.Column("to_state", words("to_sanctionstate", *SANCTION_STATE), nullable=False),
        sa.Column("on_day", sa.Date, nullable=False),
        sa.Column("actor", text(200), nullable=False),
        sa.Column("ground", text(400)),
        sa.Column("entry", LARGE),
    )
    op.create_table(
        "workers_in_place",
        own_id(),
        sa.Column("sanction_id", sa.Integer, sa.ForeignKey("sanctions.id"), nullable=False, unique=True),
        sa.Column("workers", sa.Integer),
        sa.Column("permits_at_risk", sa.Integer),
        sa.Column("deposit_claims", sa.Integer),
        sa.Column("told", sa.JSON, nullable=False),
        sa.Column("teller", text(400), nullable=False),
        sa.Column("timing", words("timing", "no_complaint", "points_to_nobody", "could_point"), nullable=False),
        sa.Column("filled_by", text(200), nullable=False),
        sa.Column("filled_on", sa.Date, nullable=False),
    )


def create_entry_requests() -> None:
    op.create_table(
        "entry_requests",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("agency", text(12), nullable=False, index=True),
        sa.Column("kind", words("entryrequestkind", "correction", "clone_report", "reply"), nullable=False),
        sa.Column("state", words("entryrequeststate", "open", "accepted", "refused", "withdrawn"), nullable=False),
        sa.Column("part", words("entrypart", *ENTRY_PART)),
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
    op.create_index(
        "ix_entry_requests_only",
        "entry_requests",
        ["agency", "kind"],
        unique=True,
        **where("state = 'open' AND kind <> 'clone_report'"),
    )
    op.create_index("ix_entry_requests_state_due_on", "entry_requests", ["state", "due_on"])


def create_statistics() -> None:
    op.create_table(
        "snapshots",
        own_id(),
        sa.Column("quarter", text(7), nullable=False, unique=True),
        sa.Column("closed_on", sa.Date, nullable=False),
        sa.Column("rules", text(8), nullable=False),
    )
    op.create_table(
        "snapshot_cells",
        sa.Column("snapshot_id", sa.Integer, sa.ForeignKey("snapshots.id"), primary_key=True, autoincrement=False),
        sa.Column("dimension", words("dimension", "country", "sector", "indicator", "outcome"), primary_key=True),
        sa.Column("value", text(48), primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        sa.CheckConstraint("count >= 5 AND count % 5 = 0", name="count_is_rounded"),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
