"""Delivers webhooks: signed, in order for each agency, retried for three days. Run by the worker.

A delivery is claimed in one transaction, sent outside of any, and recorded in another. If the worker is killed between
sending and recording, the claim expires and the delivery is sent again with the same webhook-id: at least once, and
distinguished by its id.
"""

import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from sqlalchemy import case, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased, sessionmaker
from standardwebhooks import Webhook as Signing

from registry.core import clock, errors
from registry.core.db import locking, reading
from registry.core.keyring import Keyring
from registry.vocabulary.watches import DeliveryState, WebhookState
from registry.watches import feed, rules
from registry.watches.delivery.connections import Caller, CallResult
from registry.watches.models import Delivery, WatchEvent, Webhook
from registry.watches.webhooks import give_up, secrets_of

log = structlog.get_logger()

THREADS = 32
MAX_CLAIMED = 256
EACH_AT_ONCE, FAILING_AT_ONCE = 4, 1
"""Deliveries of one webhook at a time: a slow one does not take all threads, and one that is away no more than one."""

LEASE = timedelta(seconds=60)
"""Longer than any call may take."""

MIN_LEFT = 35.0
"""Seconds of its lease that a delivery needs for being sent, by however slow a name, and noted down.

One that waited here too long is left to the next claim, so that no two workers send it, and none of an agency comes
behind a later one.
"""

GONE = 410
"""410 Gone: by Standard Webhooks the receiver wants no more deliveries."""


class ClaimedDelivery(NamedTuple):
    """A claimed delivery, ready to be sent."""

    delivery_id: int
    webhook_id: int
    url: str
    id: str
    body: str
    secrets: tuple[bytes, ...]
    send_before: float
    """By the monotonic clock."""


class Outcome(NamedTuple):
    delivery: ClaimedDelivery
    answered: CallResult
    at: datetime


class WebhookDispatcher:
    """Sends what is due until nothing is. One for a process."""

    def __init__(self, sessions: sessionmaker[Session], keyring: Keyring, caller: Caller) -> None:
        self._sessions = sessions
        self._keyring = keyring
        self._caller = caller
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="webhooks")
        self._in_flight: set[Future[Outcome | None]] = set()
        self._done: list[Outcome] = []
        self._noted_at = time.monotonic()

    def deliver_due(self, seconds: float | None = None) -> int:
        """Send all that is due now, at most for so long: calls that still go on then are left to the next time.

        Gives how many were begun.
        """
        until = None if seconds is None else time.monotonic() + seconds
        tried = 0
        while True:
            if len(self._in_flight) < MAX_CLAIMED // 2:
                claimed = self._claim(MAX_CLAIMED - len(self._in_flight))
                tried += len(claimed)
                self._in_flight |= {self._pool.submit(self._send, delivery) for delivery in claimed}
            if not self._in_flight and not self._done:
                return tried
            self._wait_and_note()
            if until is not None and time.monotonic() >= until:
                return tried

    def _wait_and_note(self) -> None:
        """Wait a moment for calls that go on, and note some times a second how those went that ended."""
        completed, self._in_flight = wait(self._in_flight, timeout=0.05, return_when=FIRST_COMPLETED)
        self._caller.cut_overdue()
        self._done += [outcome for one in completed if (outcome := one.result()) is not None]
        is_time = len(self._done) >= MAX_CLAIMED // 2 or not self._in_flight or time.monotonic() - self._noted_at > 0.1
        if self._done and is_time:
            done, self._done, self._noted_at = self._done, [], time.monotonic()
            # What cannot be noted is sent again once its lease is over.
            with self._sessions.begin() as session:
                note(session, done)

    def close(self) -> None:
        """Note how the calls went that go on, and begin none any more."""
        for waiting in self._in_flight:
            waiting.cancel()
        self._in_flight = {one for one in self._in_flight if not one.cancelled()}
        try:
            while self._in_flight or self._done:
                self._wait_and_note()
        finally:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._caller.close()

    def _claim(self, limit: int) -> list[ClaimedDelivery]:
        send_before = time.monotonic() + LEASE.total_seconds() - MIN_LEFT
        with self._sessions.begin() as session:
            # Machines whose clocks differ hold each other's leases all the same.
            at = reading.database_now(session)
            ids = _due_ids(session, at, limit)
            if not ids:
                return []
            found = session.execute(
                select(Delivery, Webhook, WatchEvent)
                .join(Webhook, Webhook.id == Delivery.webhook_id)
                .join(WatchEvent, WatchEvent.id == Delivery.event_id)
                .where(Delivery.id.in_(ids))
                .order_by(Delivery.id)
                .with_for_update(of=Delivery, skip_locked=True)
                .execution_options(populate_existing=True)
            ).all()
            found = [row for row in found if _is_unclaimed(row[0], at)]
            existing = [delivery.id for delivery, _, _ in found]
            session.execute(
                update(Delivery)
                .where(Delivery.id.in_(existing))
                .values(claimed_until=at + LEASE)
                .execution_options(synchronize_session=False)
            )
            return self._deliveries(found, at, send_before)

    def _deliveries(
        self, found: Iterable[tuple[Delivery, Webhook, WatchEvent]], at: datetime, send_before: float
    ) -> list[ClaimedDelivery]:
        bodies: dict[int, str] = {}
        deliveries = []
        for delivery, webhook, event in found:
            if event.id not in bodies:
                payload = feed.event_payload(event, clock.day_at(at, None))
                bodies[event.id] = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
            try:
                secrets = tuple(secrets_of(self._keyring, webhook, at))
            except errors.KeyTrouble as trouble:
                # An operator has to put this right; what waits is claimed again when the lease is over.
                log.error("webhook_not_signed", trouble=trouble.text)
                continue
            event_id = f"evt_{event.reference}"
            deliveries.append(
                ClaimedDelivery(delivery.id, webhook.id, webhook.url, event_id, bodies[event.id], secrets, send_before)
            )
        return deliveries

    def _send(self, delivery: ClaimedDelivery) -> Outcome | None:
        if time.monotonic() > delivery.send_before:
            return None
        try:
            answered = self._caller.post(delivery.url, delivery.body.encode(), headers_of(delivery, clock.now()))
        except errors.RegistryError:
            # It was looked at when it was stated; the rule may have become stricter since.
            answered = CallResult(None, "its address is one that is not called")
        except Exception as error:
            # Whatever an address does to its caller, it is tried again later and the others are called.
            log.error("webhook_raised", exc_info=error)
            answered = CallResult(None, "it could not be called: an operator has to look into the log")
        return Outcome(delivery, answered, clock.now())


def headers_of(delivery: ClaimedDelivery, at: datetime) -> dict[str, str]:
    """What a delivery is signed with; after a rotation there are two signatures for a day."""
    signatures = [Signing(secret).sign(delivery.id, at, delivery.body) for secret in delivery.secrets]
    return {
        "content-type": "application/json",
        "user-agent": "recruitment-registry",
        "webhook-id": delivery.id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _is_unclaimed(delivery: Delivery, at: datetime) -> bool:
    return delivery.state is DeliveryState.WAITING and (delivery.claimed_until is None or delivery.claimed_until <= at)


def _due_ids(session: Session, at: datetime, limit: int) -> list[int]:
    """Deliveries that are due: the first of each agency, a few of each webhook, none that is claimed.

    What is new comes before what is tried again, so that it never waits for it.
    """
    earlier = aliased(Delivery)
    in_flight = (
        select(Delivery.webhook_id, func.count().label("held"))
        .where(Delivery.state == DeliveryState.WAITING, Delivery.claimed_until > at)
        .group_by(Delivery.webhook_id)
        .subquery()
    )
    ranked = (
        select(
            Delivery.id,
            func.row_number()
            .over(partition_by=Delivery.webhook_id, order_by=(case((Delivery.attempts == 0, 0), else_=1), Delivery.id))
            .label("place"),
            func.coalesce(in_flight.c.held, 0).label("held"),
            case((Webhook.failing_since.is_(None), EACH_AT_ONCE), else_=FAILING_AT_ONCE).label("at_once"),
        )
        .join(Webhook, Webhook.id == Delivery.webhook_id)
        .outerjoin(in_flight, in_flight.c.webhook_id == Delivery.webhook_id)
        .where(
            Delivery.state == DeliveryState.WAITING,
            Delivery.due_at <= at,
            or_(Delivery.claimed_until.is_(None), Delivery.claimed_until <= at),
            Webhook.state == WebhookState.ENABLED,
            or_(Webhook.resting_until.is_(None), Webhook.resting_until <= at),
            ~exists().where(
                earlier.webhook_id == Delivery.webhook_id,
                earlier.agency_id == Delivery.agency_id,
                earlier.state == DeliveryState.WAITING,
                earlier.id < Delivery.id,
            ),
        )
        .subquery()
    )
    is_among = ranked.c.place + ranked.c.held <= ranked.c.at_once
    query = select(ranked.c.id).where(is_among).order_by(ranked.c.id).limit(limit)
    return list(session.execute(query).scalars())


def note(session: Session, outcomes: Sequence[Outcome]) -> None:
    """Write down how calls went, and what follows for the webhooks."""
    ids = sorted({one.delivery.webhook_id for one in outcomes})
    locked = locking.locking_select(Webhook, Webhook.id.in_(ids)).order_by(Webhook.id)
    webhooks = {webhook.id: webhook for webhook in session.scalars(locked)}
    sent = select(Delivery).where(Delivery.id.in_([one.delivery.delivery_id for one in outcomes]))
    deliveries = {row.id: row for row in session.scalars(sent.execution_options(populate_existing=True))}
    for outcome in outcomes:
        delivery, webhook = deliveries.get(outcome.delivery.delivery_id), webhooks.get(outcome.delivery.webhook_id)
        # It was ended meanwhile.
        if delivery is None or webhook is None or delivery.state is not DeliveryState.WAITING:
            continue
        delivery.attempts += 1
        delivery.claimed_until = None
        delivery.tried_at = outcome.at
        delivery.answered, delivery.trouble = outcome.answered.status, outcome.answered.trouble
        if outcome.answered.is_taken:
            _record_success(session, delivery, webhook, outcome.at)
        else:
            _record_failure(session, delivery, webhook, outcome)
    session.flush()
    for webhook in webhooks.values():
        _switch_off_if_dead(session, webhook, clock.now())
    kinds = Counter("taken" if one.answered.is_taken else "refused" for one in outcomes)
    log.debug("webhooks_called", **kinds)


def _record_success(session: Session, delivery: Delivery, webhook: Webhook, at: datetime) -> None:
    delivery.state, delivery.delivered_at = DeliveryState.DELIVERED, at
    if webhook.failing_since is not None:
        # It answers again: what waits for a later attempt goes now.
        webhook.failing_since = webhook.resting_until = webhook.failing_told_at = None
        session.flush()
        session.execute(
            update(Delivery)
            .where(Delivery.webhook_id == webhook.id, Delivery.state == DeliveryState.WAITING, Delivery.due_at > at)
            .values(due_at=at)
            .execution_options(synchronize_session=False)
        )


def _record_failure(session: Session, delivery: Delivery, webhook: Webhook, outcome: Outcome) -> None:
    webhook.failing_since = webhook.failing_since or outcome.at
    retry_after = outcome.answered.retry_after
    pause = rules.pause_after(delivery.attempts, retry_after, has_news=_has_news(session, delivery, outcome.at))
    delivery.due_at = outcome.at + pause
    if retry_after is not None:
        # It is there and asks for a rest: others wait with this one, but not for long.
        webhook.resting_until = outcome.at + min(pause, rules.NEWS_WITHIN)
    if outcome.answered.status == GONE:
        webhook.state, webhook.disabled_at = WebhookState.DISABLED, outcome.at
    if rules.is_given_up(delivery.queued_at, outcome.at):
        delivery.state = DeliveryState.FAILED


def _has_news(session: Session, delivery: Delivery, at: datetime) -> bool:
    """Whether something new of the same agency came while a delivery was on its way. What comes later wakes it itself."""
    later = select(Delivery.id).where(
        Delivery.webhook_id == delivery.webhook_id,
        Delivery.agency_id == delivery.agency_id,
        Delivery.state == DeliveryState.WAITING,
        Delivery.id > delivery.id,
        Delivery.queued_at >= at - LEASE,
    )
    return session.execute(later.limit(1)).first() is not None


def _switch_off_if_dead(session: Session, webhook: Webhook, at: datetime) -> None:
    """Switch off what took nothing for three days: the page and the API say so, and nothing more is queued for it."""
    if webhook.state is WebhookState.ENABLED and rules.is_disabled(webhook.failing_since, at):
        webhook.state, webhook.disabled_at = WebhookState.DISABLED, at
    if webhook.state is WebhookState.DISABLED:
        session.flush()
        give_up(session, webhook.id)
