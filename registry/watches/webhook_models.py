"""Tables of webhooks and their deliveries: what waits, how often it was tried, what was answered."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import Base, Instant, Text, one_of
from registry.vocabulary.watches import DeliveryState, WebhookState


class Webhook(Base):
    """An address of an organisation.

    Its secret is sealed under a key that is in no dump; during a rotation there are two.

    `failing_since` is when the first delivery failed that no good one followed, `failing_told_at` when its owners heard of
    that. `resting_until` spares an address that does not answer at all.
    """

    __tablename__ = "webhooks"
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Text(12), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    label: Mapped[str] = mapped_column(Text(120))
    url: Mapped[str] = mapped_column(Text(2000))
    state: Mapped[WebhookState] = mapped_column(one_of(WebhookState))
    sealed: Mapped[str] = mapped_column(Text(200))
    sealed_before: Mapped[str | None] = mapped_column(Text(200))
    before_until: Mapped[datetime | None] = mapped_column(Instant)
    made_at: Mapped[datetime] = mapped_column(Instant)
    failing_since: Mapped[datetime | None] = mapped_column(Instant)
    resting_until: Mapped[datetime | None] = mapped_column(Instant)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)
    told_at: Mapped[datetime | None] = mapped_column(Instant)
    failing_told_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int]


class Delivery(Base):
    """One event on its way to one webhook. Those of one agency (`agency_id`, 0 where there is none) go in their order.

    `claimed_until` is the lease of its sender: one that is killed between sending and recording leaves it to be sent
    again, with the same id.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("webhook_id", "event_id"),
        Index("ix_webhook_deliveries_order", "webhook_id", "agency_id", "state", "id"),
        Index("ix_webhook_deliveries_due", "state", "due_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    event_id: Mapped[int] = mapped_column(ForeignKey("watch_events.id"), index=True)
    agency_id: Mapped[int]
    state: Mapped[DeliveryState] = mapped_column(one_of(DeliveryState))
    queued_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    claimed_until: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int]
    answered: Mapped[int | None]
    trouble: Mapped[str | None] = mapped_column(Text(200))
    tried_at: Mapped[datetime | None] = mapped_column(Instant)
    delivered_at: Mapped[datetime | None] = mapped_column(Instant)
