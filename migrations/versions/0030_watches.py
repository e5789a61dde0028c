"""Watches of organisations, what happened to what is watched, feeds, and webhooks with their deliveries."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

KINDS = ("agency", "licence", "list", "search")
WEBHOOK_STATES = ("enabled", "disabled")
DELIVERY_STATES = ("waiting", "delivered", "failed")
LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TYPES = (
    "licence.issued", "licence.suspended", "licence.revoked", "licence.ended", "licence.winding_down",
    "licence.delisted", "licence.revocation_pending", "licence.back_in_order", "licence.status_changed",
    "licence.conditions_changed", "licence.scope_changed", "licence.term_changed", "licence.expiring",
    "licence.expired", "agency.registered", "agency.identifier_changed", "agency.name_changed",
    "agency.channel_changed", "agency.deposit_shortfall", "agency.deposit_restored", "agency.clone_warning",
    "agency.clone_warning_ended", "agency.dissolved", "sanction.in_force", "sanction.stayed", "sanction.lifted",
    "sanction.overturned", "agreement.registered", "agreement.changed", "agreement.ended", "source.stale",
    "source.fresh", "event.withheld", "webhook.test",
)  # fmt: skip


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def words(name: str, *of: str) -> sa.Enum:
    return sa.Enum(*of, native_enum=False, create_constraint=True, length=48, name=name)


def upgrade() -> None:
    op.create_table(
        "watches",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("organisation_id", sa.Integer, nullable=False),
        sa.Column("label", text(120), nullable=False),
        sa.Column("kind", words("watchkind", *KINDS), nullable=False),
        sa.Column("criteria", sa.JSON),
        sa.Column("is_paused", sa.Boolean, nullable=False),
        sa.Column("made_on", sa.Date, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("(kind = 'search') = (criteria IS NOT NULL)", name="search_has_criteria"),
    )
    op.create_index("ix_watches_organisation_id", "watches", ["organisation_id"])
    op.create_table(
        "watch_targets",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("watch_id", sa.Integer, sa.ForeignKey("watches.id", ondelete="CASCADE"), nullable=False),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agencies.id")),
        sa.Column("licence", text(12)),
        sa.Column("line", sa.Integer),
        sa.Column("digest", text(64)),
        sa.CheckConstraint("(agency_id IS NULL) = (digest IS NOT NULL)", name="known_or_waited_for"),
    )
    for column in ("watch_id", "agency_id", "digest"):
        op.create_index(f"ix_watch_targets_{column}", "watch_targets", [column])
    op.create_table(
        "watch_events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("type", words("eventtype", *TYPES), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agencies.id")),
        sa.Column("agency", text(12)),
        sa.Column("licence", text(12)),
        sa.Column("source", text(40)),
        sa.Column("log_index", LARGE),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("publish_until", sa.Date),
        sa.Column("once", text(120), nullable=False, unique=True),
    )
    op.create_index("ix_watch_events_agency_id", "watch_events", ["agency_id"])
    op.create_table(
        "watch_matches",
        sa.Column("event_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("organisation_id", sa.Integer, primary_key=True, autoincrement=False),
    )
    op.create_table(
        "feed_heads",
        sa.Column("organisation_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last_position", LARGE, nullable=False),
    )
    op.create_table(
        "feed_rows",
        sa.Column("organisation_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", LARGE, primary_key=True, autoincrement=False),
        sa.Column("event_id", sa.Integer, sa.ForeignKey("watch_events.id"), nullable=False),
        sa.UniqueConstraint("event_id", "organisation_id"),
    )
    op.create_table(
        "watch_state",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("next_index", LARGE, nullable=False),
        sa.Column("told_through", sa.Date),
    )
    # What was published before anybody could watch is told to nobody.
    op.execute("INSERT INTO watch_state (id, next_index) SELECT 1, coalesce((SELECT max(size) FROM log_state), 0)")
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("organisation_id", sa.Integer, nullable=False),
        sa.Column("label", text(120), nullable=False),
        sa.Column("url", text(2000), nullable=False),
        sa.Column("state", words("webhookstate", *WEBHOOK_STATES), nullable=False),
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
    op.create_index("ix_webhooks_organisation_id", "webhooks", ["organisation_id"])
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("webhook_id", sa.Integer, sa.ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
        sa.Column("event_id", sa.Integer, sa.ForeignKey("watch_events.id"), nullable=False),
        sa.Column("agency_id", sa.Integer, nullable=False),
        sa.Column("state", words("deliverystate", *DELIVERY_STATES), nullable=False),
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
    op.create_index("ix_webhook_deliveries_event_id", "webhook_deliveries", ["event_id"])
    op.create_index("ix_webhook_deliveries_order", "webhook_deliveries", ["webhook_id", "agency_id", "state", "id"])
    op.create_index("ix_webhook_deliveries_due", "webhook_deliveries", ["state", "due_at"])


TABLES = (
    "webhook_deliveries", "webhooks", "watch_state", "feed_rows", "feed_heads", "watch_matches", "watch_events",
    "watch_targets", "watches",
)  # fmt: skip


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
