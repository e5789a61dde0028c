"""Organisations are told how their requests to wallets ended: a type of event, and what the outbox needs for it.

The version before reads neither such an event nor such a row of the outbox, and leaves them alone.

Data test: tests/migrations/test_0166_presentations_are_told.py.
"""

import sqlalchemy as sa
from alembic import op

from migrations import steps

revision = "0166"
down_revision = "0165"
branch_labels = None
depends_on = None

FINISHED = "presentation.finished"
EVENTS = (
    "licence.issued", "licence.suspended", "licence.revoked", "licence.ended", "licence.winding_down",
    "licence.delisted", "licence.revocation_pending", "licence.back_in_order", "licence.status_changed",
    "licence.conditions_changed", "licence.scope_changed", "licence.term_changed", "licence.expiring",
    "licence.expired", "agency.registered", "agency.identifier_changed", "agency.name_changed",
    "agency.channel_changed", "agency.deposit_shortfall", "agency.deposit_restored", "agency.clone_warning",
    "agency.clone_warning_ended", "agency.dissolved", "sanction.in_force", "sanction.stayed", "sanction.lifted",
    "sanction.overturned", "agreement.registered", "agreement.changed", "agreement.ended", "source.stale",
    "source.fresh", "event.withheld", "webhook.test",
)  # fmt: skip
EVENTS_AFTER = (*EVENTS[:-2], FINISHED, *EVENTS[-2:])
QUEUED = ("sanction.in_force", "sanction.stayed_by_appeal", "sanction.lifted", "sanction.overturned")


def upgrade() -> None:
    steps.replace_words("watch_events", "type", "eventtype", EVENTS, EVENTS_AFTER)
    steps.replace_words("outbox", "type", "outboxtype", QUEUED, (*QUEUED, FINISHED))
    op.add_column("outbox", sa.Column("details", sa.JSON))


def downgrade() -> None:
    op.drop_column("outbox", "details")
    # The version before knows no such event; positions of the others in the feeds stay as they are.
    told = "(SELECT id FROM watch_events WHERE type = 'presentation.finished')"
    for table in ("webhook_deliveries", "feed_rows"):
        op.execute(f"DELETE FROM {table} WHERE event_id IN {told}")
    for table in ("watch_events", "outbox"):
        op.execute(f"DELETE FROM {table} WHERE type = 'presentation.finished'")
    steps.replace_words("outbox", "type", "outboxtype", (*QUEUED, FINISHED), QUEUED)
    steps.replace_words("watch_events", "type", "eventtype", EVENTS_AFTER, EVENTS)
