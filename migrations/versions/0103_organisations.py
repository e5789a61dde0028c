"""Organisations with their members and API keys; bulk jobs and receipts; watches and webhooks."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import LARGE, own_id, text, words

revision = "0103"
down_revision = "0102"
branch_labels = None
depends_on = None

JOB_KIND = ("verification", "corridor", "supply_chain")
JOB_STATE = ("uploaded", "queued", "running", "writing", "done", "cancelled", "failed")
EVENT_TYPE = (
    "licence.issued", "licence.suspended", "licence.revoked", "licence.ended", "licence.winding_down",
    "licence.delisted", "licence.revocation_pending", "licence.back_in_order", "licence.status_changed",
    "licence.conditions_changed", "licence.scope_changed", "licence.term_changed", "licence.expiring",
    "licence.expired", "agency.registered", "agency.identifier_changed", "agency.name_changed",
    "agency.channel_changed", "agency.deposit_shortfall", "agency.deposit_restored", "agency.clone_warning",
    "agency.clone_warning_ended", "agency.dissolved", "sanction.in_force", "sanction.stayed", "sanction.lifted",
    "sanction.overturned", "agreement.registered", "agreement.changed", "agreement.ended", "source.stale",
    "source.fresh", "event.withheld", "webhook.test",
)  # fmt: skip

TABLES = (
    "organisations", "account_letters", "members", "member_apps", "member_recovery_codes", "member_sessions",
    "api_keys", "bulk_jobs", "receipt_settings", "kept_receipts", "kept_lists", "watches", "watch_targets",
    "watch_events", "watch_matches", "watch_digests", "watch_state", "feed_heads", "feed_rows", "webhooks",
    "webhook_deliveries",
)  # fmt: skip


def upgrade() -> None:
    create_accounts()
    create_bulk_jobs()
    create_receipts()
    create_watches()
    create_webhooks()


def create_accounts() -> None:
    op.create_table(
        "organisations",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("name", text(200), nullable=False),
        sa.Column("country", text(2), nullable=False),
        sa.Column("language", text(12), nullable=False),
        sa.Column("since_on", sa.Date, nullable=False),
        sa.Column("rate", sa.Integer),
        sa.Column("closed_on", sa.Date),
        sa.Column("keeps_every", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("needs_second_step", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "account_letters",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("kind", words("letterkind", "register", "invite", "reset"), nullable=False),
        sa.Column("email", text(200), nullable=False, index=True),
        sa.Column("language", text(12), nullable=False),
        sa.Column("organisation_id", sa.Integer, sa.ForeignKey("organisations.id"), index=True),
        sa.Column("details", sa.JSON, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("taken_until", sa.BigInteger),
        sa.Column("sent_at", sa.BigInteger),
        sa.Column("digest", text(64), unique=True),
        sa.Column("used_at", sa.BigInteger),
    )
    op.create_table(
        "members",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("organisation_id", sa.Integer, sa.ForeignKey("organisations.id"), nullable=False, index=True),
        sa.Column("name", text(120), nullable=False),
        sa.Column("email", text(200), nullable=False, unique=True),
        sa.Column("language", text(12), nullable=False),
        sa.Column("role", words("memberrole", "owner", "member"), nullable=False),
        sa.Column("state", words("memberstate", "invited", "active", "closed"), nullable=False),
        sa.Column("password", text(200)),
        sa.Column("password_on", sa.Date),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "member_apps",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("member_id", sa.Integer, sa.ForeignKey("members.id"), nullable=False, index=True),
        sa.Column("name", text(60), nullable=False),
        sa.Column("sealed", text(400), nullable=False),
        sa.Column("last_step", LARGE, nullable=False),
        sa.Column("since_on", sa.Date, nullable=False),
        sa.Column("last_used_on", sa.Date),
        sa.Column("is_confirmed", sa.Boolean, nullable=False),
    )
    op.create_table(
        "member_recovery_codes",
        own_id(),
        sa.Column("member_id", sa.Integer, sa.ForeignKey("members.id"), nullable=False, index=True),
        sa.Column("digest", text(64), nullable=False, unique=True),
        sa.Column("used_on", sa.Date),
    )
    op.create_table(
        "member_sessions",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("digest", text(64), nullable=False, unique=True),
        sa.Column("member_id", sa.Integer, sa.ForeignKey("members.id"), nullable=False, index=True),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False, index=True),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("is_full", sa.Boolean, nullable=False, server_default=sa.true()),
    )
    op.create_table(
        "api_keys",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("organisation_id", sa.Integer, sa.ForeignKey("organisations.id"), nullable=False, index=True),
        sa.Column("name", text(60), nullable=False),
        sa.Column("prefix", text(12), nullable=False),
        sa.Column("digest", text(64), nullable=False, unique=True),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("made_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("last_used_on", sa.Date),
        sa.Column("revoked_at", sa.BigInteger),
        sa.Column("replaced_by", text(12)),
        sa.Column("keeps_every", sa.Boolean),
    )


def create_bulk_jobs() -> None:
    op.create_table(
        "bulk_jobs",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("organisation_id", sa.Integer, sa.ForeignKey("organisations.id"), nullable=False),
        sa.Column("kind", words("jobkind", *JOB_KIND), nullable=False),
        sa.Column("state", words("jobstate", *JOB_STATE), nullable=False, index=True),
        sa.Column("name", text(200), nullable=False),
        sa.Column("language", text(12), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("digest", text(64), nullable=False),
        sa.Column("once", text(80)),
        sa.Column("headers", sa.JSON, nullable=False),
        sa.Column("columns", sa.JSON, nullable=False),
        sa.Column("constants", sa.JSON),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("rows_done", sa.Integer, nullable=False),
        sa.Column("sizes", sa.JSON, nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
        sa.Column("trouble", text(1000)),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("started_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("purge_on", sa.Date, nullable=False, index=True),
        sa.Column("is_kept", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("rows_done >= 0 AND rows_done <= rows", name="no_more_than_all"),
    )
    op.create_index("ix_bulk_jobs_organisation_id", "bulk_jobs", ["organisation_id", "id"])
    op.create_index("uq_bulk_jobs_organisation_id_once", "bulk_jobs", ["organisation_id", "once"], unique=True)


def create_receipts() -> None:
    op.create_table(
        "receipt_settings",
        sa.Column(
            "organisation_id", sa.Integer, sa.ForeignKey("organisations.id"), primary_key=True, autoincrement=False
        ),
        sa.Column("days", sa.Integer, nullable=False),
    )
    op.create_table(
        "kept_receipts",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("organisation_id", sa.Integer, sa.ForeignKey("organisations.id"), nullable=False),
        sa.Column("agency", text(12)),
        sa.Column("verdict", words("answer", "yes", "no", "unknown"), nullable=False),
        sa.Column("issued_at", sa.BigInteger, nullable=False),
        sa.Column("question", sa.JSON, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False, index=True),
    )
    op.create_index("ix_kept_receipts_organisation_id_id", "kept_receipts", ["organisation_id", "id"])
    op.create_table(
        "kept_lists",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("organisation_id", sa.Integer, sa.ForeignKey("organisations.id"), nullable=False),
        sa.Column("job_id", sa.Integer, sa.ForeignKey("bulk_jobs.id", ondelete="CASCADE"), unique=True),
        sa.Column("kind", words("jobkind", *JOB_KIND), nullable=False),
        sa.Column("name", text(200), nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
        sa.Column("issued_at", sa.BigInteger, nullable=False),
        sa.Column("manifest", sa.Text, nullable=False),
        sa.Column("statements", sa.LargeBinary),
        sa.Column("ends_on", sa.Date, nullable=False, index=True),
        sa.CheckConstraint("(job_id IS NULL) = (statements IS NOT NULL)", name="of_a_job_or_here"),
    )
    op.create_index("ix_kept_lists_organisation_id_id", "kept_lists", ["organisation_id", "id"])


def create_watches() -> None:
    op.create_table(
        "watches",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("organisation_id", sa.Integer, sa.ForeignKey("organisations.id"), nullable=False, index=True),
        sa.Column("label", text(120), nullable=False),
        sa.Column("kind", words("watchkind", "agency", "licence", "list", "search"), nullable=False),
        sa.Column("criteria", sa.JSON),
        sa.Column("is_paused", sa.Boolean, nullable=False),
        sa.Column("made_on", sa.Date, nullable=False),
        sa.Column("from_index", LARGE, nullable=False, server_default="0"),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("(kind = 'search') = (criteria IS NOT NULL)", name="search_has_criteria"),
    )
    op.create_table(
        "watch_targets",
        own_id(),
        sa.Column("watch_id", sa.Integer, sa.ForeignKey("watches.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agencies.id"), index=True),
        sa.Column("licence", text(12)),
        sa.Column("line", sa.Integer),
        sa.Column("digest", text(64), index=True),
        sa.CheckConstraint("(agency_id IS NULL) = (digest IS NOT NULL)", name="known_or_waited_for"),
    )
    op.create_table(
        "watch_events",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("type", words("eventtype", *EVENT_TYPE), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agencies.id"), index=True),
        sa.Column("agency", text(12)),
        sa.Column("licence", text(12)),
        sa.Column("source", text(40)),
        sa.Column("log_index", LARGE),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("publish_until", sa.Date),
        sa.Column("once", text(120), nullable=False, unique=True),
    )
    op.create_table(
        "watch_matches",
        sa.Column("event_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("organisation_id", sa.Integer, primary_key=True, autoincrement=False),
    )
    op.create_table(
        "watch_digests",
        sa.Column("member_id", sa.Integer, sa.ForeignKey("members.id"), primary_key=True, autoincrement=False),
        sa.Column("pace", words("digestpace", "none", "daily", "weekly"), nullable=False),
        sa.Column("position", LARGE, nullable=False),
        sa.Column("told_on", sa.Date, nullable=False),
    )
    op.create_table(
        "watch_state",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("next_index", LARGE, nullable=False),
        sa.Column("told_through", sa.Date),
    )
    op.create_table(
        "feed_heads",
        sa.Column(
            "organisation_id", sa.Integer, sa.ForeignKey("organisations.id"), primary_key=True, autoincrement=False
        ),
        sa.Column("last_position", LARGE, nullable=False),
    )
    op.create_table(
        "feed_rows",
        sa.Column(
            "organisation_id", sa.Integer, sa.ForeignKey("organisations.id"), primary_key=True, autoincrement=False
        ),
        sa.Column("position", LARGE, primary_key=True, autoincrement=False),
        sa.Column("event_id", sa.Integer, sa.ForeignKey("watch_events.id"), nullable=False),
        sa.UniqueConstraint("event_id", "organisation_id"),
    )
    op.execute("INSERT INTO watch_state (id, next_index) VALUES (1, 0)")


def create_webhooks() -> None:
    op.create_table(
        "webhooks",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("organisation_id", sa.Integer, sa.ForeignKey("organisations.id"), nullable=False, index=True),
        sa.Column("label", text(120), nullable=False),
        sa.Column("url", text(2000), nullable=False),
        sa.Column("state", words("webhookstate", "enabled", "disabled"), nullable=False),
        sa.Column("sealed", text(200), nullable=False),
        sa.Column("sealed_before", text(200)),
        sa.Column("before_until", sa.BigInteger),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("failing_since", sa.BigInteger),
        sa.Column("resting_until", sa.BigInteger),
        sa.Column("disabled_at", sa.BigInteger),
        sa.Column("told_at", sa.BigInteger),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "webhook_deliveries",
        own_id(),
        sa.Column("webhook_id", sa.Integer, sa.ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
        sa.Column("event_id", sa.Integer, sa.ForeignKey("watch_events.id"), nullable=False, index=True),
        sa.Column("agency_id", sa.Integer, nullable=False),
        sa.Column("state", words("deliverystate", "waiting", "delivered", "failed"), nullable=False),
        sa.Column("queued_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("claimed_until", sa.BigInteger),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("answered", sa.Integer),
        sa.Column("trouble", text(200)),
        sa.Column("tried_at", sa.BigInteger),
        sa.Column("delivered_at", sa.BigInteger),
        sa.UniqueConstraint("webhook_id", "event_id"),
    )
    op.create_index("ix_webhook_deliveries_due", "webhook_deliveries", ["state", "due_at"])
    op.create_index("ix_webhook_deliveries_order", "webhook_deliveries", ["webhook_id", "agency_id", "state", "id"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
