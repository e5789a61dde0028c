"""A webhook that was away hears of what is new within a minute, whatever failed before; other agencies never wait."""

from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime

import pytest
import structlog
import time_machine
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.vocabulary.register import LicenceStatus
from registry.watches.delivery import dispatcher as sending
from registry.watches.delivery.connections import Caller, CallResult
from registry.watches.delivery.dispatcher import WebhookDispatcher
from registry.watches.models import Delivery, Webhook
from registry.watches.rules import is_disabled, is_given_up, pause_after, read_retry_after
from tests.make import suspend
from tests.watches.delivery.making import make_watched, make_webhook, states_of
from tests.watches.making import fan_out_committed
from tests.watches.receiving import Listener, listening

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


class Receiver(Caller):
    """Answers as it is told, without any network; `got` are the bodies, in their order."""

    def __init__(self) -> None:
        super().__init__(is_unsafe=True)
        self.answer: CallResult | Exception = CallResult(None, "it takes no connection")
        self.got: list[str] = []

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> CallResult:
        self.got.append(body.decode())
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def dispatcher(session: Session, keyring: Keyring, receiver: Receiver) -> Iterator[WebhookDispatcher]:
    made = WebhookDispatcher(sessionmaker(session.get_bind()), keyring, receiver)
    yield made
    made.close()


def failed(session: Session, keyring: Keyring, dispatcher: WebhookDispatcher, tried: timedelta) -> str:
    """An agency whose suspension could not be delivered so long ago, and is tried again in six hours."""
    agency = make_watched(session, keyring)
    make_webhook(session, keyring, "http://127.0.0.1:1/")
    suspend(session, agency)
    fan_out_committed(session, keyring)
    dispatcher.deliver_due()
    session.execute(update(Delivery).values(attempts=9, tried_at=now() - tried, due_at=now() + 6 * HOUR))
    session.execute(update(Webhook).values(failing_since=now() - HOUR))
    session.commit()
    return agency


def test_what_is_new_of_another_agency_goes_at_once_and_takes_along_what_waits(
    session: Session, keyring: Keyring, dispatcher: WebhookDispatcher, receiver: Receiver
) -> None:
    first, second = failed(session, keyring, dispatcher, SECOND), make_watched(session, keyring)
    receiver.answer = CallResult(204)
    receiver.got.clear()
    suspend(session, second)
    fan_out_committed(session, keyring)
    dispatcher.deliver_due()
    assert [agency in body for agency, body in zip((second, first), receiver.got, strict=True)] == [True, True]
    assert [state for state, _ in states_of(session)] == ["delivered"] * 2


@pytest.mark.parametrize(("tried", "wakes_after"), [(5 * MINUTE, timedelta(0)), (10 * SECOND, MINUTE)])
def test_what_is_new_of_the_same_agency_wakes_what_lies_before_it(
    session: Session,
    keyring: Keyring,
    dispatcher: WebhookDispatcher,
    receiver: Receiver,
    tried: timedelta,
    wakes_after: timedelta,
) -> None:
    agency = failed(session, keyring, dispatcher, tried)
    receiver.answer = CallResult(204)
    receiver.got.clear()
    suspend(session, agency, LicenceStatus.ACTIVE)
    fan_out_committed(session, keyring)
    if wakes_after:
        assert dispatcher.deliver_due() == 0
    with time_machine.travel(now() + wakes_after + SECOND):
        assert dispatcher.deliver_due() == 2
    # In their order.
    assert ["suspended" in receiver.got[0], "back_in_order" in receiver.got[1]] == [True, True]


def test_what_came_while_it_was_tried_wakes_it_too(
    session: Session, keyring: Keyring, dispatcher: WebhookDispatcher
) -> None:
    agency = failed(session, keyring, dispatcher, 5 * MINUTE)
    session.execute(update(Delivery).values(due_at=now()))
    session.commit()
    # Fanned out between the call and its being noted down.
    claimed = dispatcher._claim(1)
    suspend(session, agency, LicenceStatus.ACTIVE)
    fan_out_committed(session, keyring)
    session.commit()
    sending.note(session, [sending.Outcome(claimed[0], CallResult(None, "away"), now())])
    session.commit()
    session.expire_all()
    first = session.execute(select(Delivery).order_by(Delivery.id)).scalars().first()
    assert first is not None
    assert first.attempts == 10
    assert first.due_at <= now() + MINUTE


def test_one_that_is_away_is_called_once_at_a_time(
    session: Session, keyring: Keyring, dispatcher: WebhookDispatcher
) -> None:
    failed(session, keyring, dispatcher, MINUTE)
    for _ in range(3):
        suspend(session, make_watched(session, keyring))
    fan_out_committed(session, keyring)
    session.commit()
    assert len(dispatcher._claim(256)) == 1
    assert dispatcher._claim(256) == []


@pytest.mark.parametrize(("retry_after", "seconds"), [(None, 135), (7, 7), (0, 5), (120, 120), (99_999, 3600)], ids=str)
def test_a_pause_is_as_long_as_the_receiver_says_within_bounds(
    session: Session,
    keyring: Keyring,
    dispatcher: WebhookDispatcher,
    receiver: Receiver,
    retry_after: int | None,
    seconds: int,
) -> None:
    failed(session, keyring, dispatcher, MINUTE)
    session.execute(update(Delivery).values(due_at=now(), attempts=3))
    session.commit()
    receiver.answer = CallResult(429, "it answers 429", retry_after)
    dispatcher.deliver_due()
    session.expire_all()
    delivery, webhook = session.execute(
        select(Delivery, Webhook).join(Webhook, Webhook.id == Delivery.webhook_id)
    ).one()
    assert delivery.due_at - delivery.tried_at == timedelta(seconds=seconds)
    # Others wait with it for a minute at most, and for none that only failed.
    rest = None if webhook.resting_until is None else webhook.resting_until - delivery.tried_at
    assert rest == (None if retry_after is None else min(timedelta(seconds=seconds), MINUTE))


def test_a_receiver_names_the_pause_in_seconds_or_as_a_date() -> None:
    with listening() as listener:
        caller = Caller(is_unsafe=True)
        listener.status = 503
        listener.headers = {"Retry-After": format_datetime(now() + 2 * MINUTE, usegmt=True)}
        asked = caller.post(listener.url, b"{}", {"webhook-id": "evt_1"}).retry_after
        caller.close()
    assert asked is not None
    assert 110 < asked <= 121
    at = now().replace(microsecond=0)
    for text, seconds in (
        ("90", 90),
        (format_datetime(at + HOUR, usegmt=True), 3600),
        (format_datetime(at - HOUR, usegmt=True), 0),
        ("9" * 5000, 999_999_999),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("Mon, 30 Nov 2026 00:00:00 +99999999999999999999", None),
    ):
        assert read_retry_after(text, at) == seconds, text


def test_a_pause_is_six_hours_at_most_and_a_minute_with_news() -> None:
    assert pause_after(50) == 6 * HOUR
    assert pause_after(50, has_news=True) == MINUTE
    assert pause_after(1, has_news=True) == 5 * SECOND


def test_pauses_grow_and_end_after_three_days() -> None:
    pauses = [pause_after(attempts) for attempts in range(1, 30)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=5)
    assert max(pauses) <= timedelta(hours=6)
    at = now()
    assert not is_given_up(at - timedelta(days=3) + timedelta(seconds=1), at)
    assert is_given_up(at - timedelta(days=3), at)
    assert not is_disabled(None, at)


def test_one_whose_call_raises_is_noted_down_and_the_others_are_called(
    session: Session, keyring: Keyring, dispatcher: WebhookDispatcher, receiver: Receiver
) -> None:
    receiver.answer = UnicodeError("secret")
    agency = make_watched(session, keyring)
    make_webhook(session, keyring, "http://127.0.0.1:1/")
    suspend(session, agency)
    fan_out_committed(session, keyring)
    with structlog.testing.capture_logs() as lines:
        dispatcher.deliver_due()
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["webhook_raised"]
    assert states_of(session) == [("waiting", 1)]


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as server:
        yield server


def test_a_slow_receiver_keeps_the_dispatcher_no_longer_than_it_was_given(
    session: Session, keyring: Keyring, listener: Listener
) -> None:
    dispatcher = WebhookDispatcher(sessionmaker(session.get_bind()), keyring, Caller(is_unsafe=True, total=0.5))
    agency = make_watched(session, keyring)
    make_webhook(session, keyring, listener.url)
    suspend(session, agency)
    fan_out_committed(session, keyring)
    listener.drip = 0.05
    assert dispatcher.deliver_due(0.0) == 1
    assert states_of(session) == [("waiting", 0)]
    session.commit()
    dispatcher.close()
    # What was under way at the end is noted down.
    assert states_of(session) == [("waiting", 1)]
