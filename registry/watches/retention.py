"""How long watching is kept: until the organisation is closed, deliveries for 30 days, what happened for 400.

Each round is a transaction of its own and finds by itself what is left to do, so the worker may be killed at any time.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Delete, delete, func, or_, select
from sqlalchemy.orm import Session, sessionmaker

from registry.organisations.models import Organisation
from registry.vocabulary.watches import DeliveryState
from registry.watches.fan_out import lock_watch_state
from registry.watches.models import Delivery, FeedHead, FeedRow, Watch, WatchEvent, WatchTarget, Webhook

DELIVERIES_FOR = timedelta(days=30)
EVENTS_FOR = timedelta(days=400)

MAX_AT_ONCE = 5000
"""Events, or deliveries, that one transaction removes: others write meanwhile."""


class Purged(NamedTuple):
    """How many rows went."""

    deliveries: int
    places: int
    events: int


def forget(session: Session, organisation_id: int) -> None:
    """Delete an organisation's watches and feed, and stop calling its webhooks."""
    # The worker locks this row to fan out: nothing is put into a feed that is being removed.
    lock_watch_state(session)
    hooks = select(Webhook.id).where(Webhook.organisation_id == organisation_id)
    watches = select(Watch.id).where(Watch.organisation_id == organisation_id)
    for gone in (
        delete(Delivery).where(Delivery.webhook_id.in_(hooks)),
        delete(Webhook).where(Webhook.organisation_id == organisation_id),
        delete(WatchTarget).where(WatchTarget.watch_id.in_(watches)),
        delete(Watch).where(Watch.organisation_id == organisation_id),
        delete(FeedRow).where(FeedRow.organisation_id == organisation_id),
        delete(FeedHead).where(FeedHead.organisation_id == organisation_id),
    ):
        session.execute(gone.execution_options(synchronize_session=False))
    session.expire_all()


def purge(sessions: sessionmaker[Session], at: datetime) -> Purged:
    """Remove what is kept long enough, and whatever a closed organisation still has. By the worker."""
    with sessions.begin() as session:
        _forget_closed(session)
    return Purged(
        _purge_in_rounds(sessions, _purge_deliveries, at - DELIVERIES_FOR),
        _purge_in_rounds(sessions, _purge_places, at - EVENTS_FOR),
        _purge_in_rounds(sessions, _purge_events, at - EVENTS_FOR),
    )


def _purge_in_rounds(
    sessions: sessionmaker[Session], work: Callable[[Session, datetime], int], before: datetime
) -> int:
    """Do the work, each time in a transaction of its own, until nothing is left. Gives how many rows went."""
    total = 0
    while True:
        with sessions.begin() as session:
            count = work(session, before)
        if not count:
            return total
        total += count


def _forget_closed(session: Session) -> None:
    """A request that had begun before the organisation was closed may have made a watch after it."""
    closed = select(Organisation.id).where(Organisation.closed_on.is_not(None))
    left = closed.where(
        or_(
            select(Watch.id).where(Watch.organisation_id == Organisation.id).exists(),
            select(Webhook.id).where(Webhook.organisation_id == Organisation.id).exists(),
            select(FeedHead.organisation_id).where(FeedHead.organisation_id == Organisation.id).exists(),
        )
    )
    for organisation_id in session.execute(left).scalars().all():
        forget(session, organisation_id)


def _purge_deliveries(session: Session, before: datetime) -> int:
    """What waits is never too old: it is taken or given up after three days."""
    old = (
        select(Delivery.id)
        .where(Delivery.state != DeliveryState.WAITING, Delivery.queued_at < before)
        .order_by(Delivery.id)
        .limit(MAX_AT_ONCE)
    )
    return _delete_rows(session, delete(Delivery).where(Delivery.id.in_(old)))


def _purge_places(session: Session, before: datetime) -> int:
    """From the front of each feed: events are numbered in the order in which they were told."""
    last: int | None = session.execute(select(func.max(WatchEvent.id)).where(WatchEvent.at < before)).scalar_one()
    if last is None:
        return 0
    old = select(FeedRow.event_id).where(FeedRow.event_id <= last).distinct().order_by(FeedRow.event_id)
    return _delete_rows(session, delete(FeedRow).where(FeedRow.event_id.in_(old.limit(MAX_AT_ONCE))))


def _purge_events(session: Session, before: datetime) -> int:
    """Events that stand in no feed and are on no way any more.

    Of each list the last one stays: by it its state is known.
    """
    last_of_lists = select(func.max(WatchEvent.id)).where(WatchEvent.source.is_not(None)).group_by(WatchEvent.source)
    old = (
        select(WatchEvent.id)
        .where(
            or_(WatchEvent.source.is_(None), WatchEvent.at < before),
            WatchEvent.id.not_in(last_of_lists),
            ~select(FeedRow.event_id).where(FeedRow.event_id == WatchEvent.id).exists(),
            ~select(Delivery.id).where(Delivery.event_id == WatchEvent.id).exists(),
        )
        .order_by(WatchEvent.id)
        .limit(MAX_AT_ONCE)
    )
    return _delete_rows(session, delete(WatchEvent).where(WatchEvent.id.in_(old)))


def _delete_rows(session: Session, statement: Delete) -> int:
    found = session.execute(statement.execution_options(synchronize_session=False))
    return int(found.rowcount)  # type: ignore[attr-defined]
