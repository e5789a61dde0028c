"""Tables of watches, of events on what is watched, of each organisation's feed, and of webhooks and their deliveries.

Who watches is never disclosed. An event is written once, and only where an organisation watches; a feed row records
that one organisation got it, at a place in its own feed.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import LARGE, Base, Instant, NumberedRow, ReferencedRow, Text, one_of
from registry.vocabulary.watches import DeliveryState, DigestPace, EventType, WatchKind, WebhookState


class Watch(ReferencedRow):
    """What an organisation watches. `criteria` are those of a saved search, None for every other kind.

    `from_index` is how long the log was when it was made, for as long as older entries wait to be told of; 0 after
    that, so that nothing remains of the moment. `types`: of which events it tells; None for all.
    """

    __tablename__ = "watches"
    __table_args__ = (CheckConstraint("(kind = 'search') = (criteria IS NOT NULL)", name="search_has_criteria"),)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    label: Mapped[str] = mapped_column(Text(120))
    kind: Mapped[WatchKind] = mapped_column(one_of(WatchKind))
    criteria: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    types: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    is_paused: Mapped[bool]
    made_on: Mapped[date]
    from_index: Mapped[int] = mapped_column(LARGE, default=0, server_default="0")
    version: Mapped[int]


class WatchTarget(NumberedRow):
    """One thing that a watch leads to.

    `line` is its place in an uploaded list, so that the number itself need not be stored: for a number that no agency
    bears yet there is a keyed digest (Keyring.digest), by which it is recognised when an agency is entered under it.
    """

    __tablename__ = "watch_targets"
    __table_args__ = (CheckConstraint("(agency_id IS NULL) = (digest IS NOT NULL)", name="known_or_waited_for"),)
    watch_id: Mapped[int] = mapped_column(ForeignKey("watches.id", ondelete="CASCADE"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"), index=True)
    licence: Mapped[str | None] = mapped_column(Text(12))
    line: Mapped[int | None]
    digest: Mapped[str | None] = mapped_column(Text(64), index=True)


class WatchEvent(ReferencedRow):
    """One event. It names no person: its readers look the agency up.

    `event_key` keeps it from being written twice. `log_index` is the entry it was read from, None for what the calendar
    brings. After `publish_until` the law forbids to disclose what it was.
    """

    __tablename__ = "watch_events"
    type: Mapped[EventType] = mapped_column(one_of(EventType))
    at: Mapped[datetime] = mapped_column(Instant)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"), index=True)
    agency: Mapped[str | None] = mapped_column(Text(12))
    licence: Mapped[str | None] = mapped_column(Text(12))
    source: Mapped[str | None] = mapped_column(Text(40))
    log_index: Mapped[int | None] = mapped_column(LARGE)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    publish_until: Mapped[date | None]
    event_key: Mapped[str] = mapped_column("once", Text(120), unique=True)


class WatchMatch(Base):
    """Organisations that get the events of one round; empty outside its transaction."""

    __tablename__ = "watch_matches"
    event_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    organisation_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class FeedHead(Base):
    """How far an organisation's feed reaches: 1, 2, 3, ... without a gap."""

    __tablename__ = "feed_heads"
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True, autoincrement=False)
    last_position: Mapped[int] = mapped_column(LARGE)


class FeedRow(Base):
    """An event at its place in one organisation's feed.

    Positions are given under one lock: none appears behind a reader.
    """

    __tablename__ = "feed_rows"
    __table_args__ = (UniqueConstraint("event_id", "organisation_id"),)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(LARGE, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(ForeignKey("watch_events.id"))


class Digest(Base):
    """How often a member gets a mail digest, and up to which day and place in the feed the last one went."""

    __tablename__ = "watch_digests"
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, autoincrement=False)
    pace: Mapped[DigestPace] = mapped_column(one_of(DigestPace), default=DigestPace.NONE)
    position: Mapped[int] = mapped_column(LARGE, default=0)
    told_on: Mapped[date]


class WatchState(Base):
    """The fan-out state, one row that the worker locks: up to which log entry, and to which instant, events were made.

    `told_through` is the day of `told_at` in UTC, for a worker of a former version.
    """

    __tablename__ = "watch_state"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    next_index: Mapped[int] = mapped_column(LARGE)
    told_through: Mapped[date | None]
    told_at: Mapped[datetime | None] = mapped_column(Instant)


class Webhook(ReferencedRow):
    """An address of an organisation.

    Its secret is sealed under a key that is in no dump; during a rotation there are two.

    `failing_since` is when the first delivery failed that no good one followed, `failing_told_at` when its owners heard of
    that. `resting_until` spares an address that does not answer at all. `types` as of a watch.
    """

    __tablename__ = "webhooks"
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    label: Mapped[str] = mapped_column(Text(120))
    url: Mapped[str] = mapped_column(Text(2000))
    types: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
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


class Delivery(NumberedRow):
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
