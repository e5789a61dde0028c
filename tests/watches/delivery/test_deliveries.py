"""Deliveries to a listening socket: signed, in order, each until it is taken, and repeated only under the same id."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from registry_client.webhooks import BadDelivery, Seen, verified
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import now
from registry.core.errors import NotFound, NotNow
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.vocabulary.register import LicenceStatus
from registry.vocabulary.watches import EventType, WebhookState
from registry.watches import webhooks
from registry.watches.delivery import dispatcher as sending
from registry.watches.delivery.connections import Caller
from registry.watches.delivery.dispatcher import WebhookDispatcher
from registry.watches.models import Delivery, Webhook
from registry.worker.scheduler import WatchLoop
from tests.make import organisation_call, suspend
from tests.serving import free_port
from tests.watches.delivery.making import make_watched, make_webhook, states_of
from tests.watches.making import BRAND, OTHER, fan_out_committed, types_of
from tests.watches.receiving import Listener, listening

pytestmark = pytest.mark.slow


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as server:
        yield server


@pytest.fixture
def dispatcher(session: Session, keyring: Keyring) -> Iterator[WebhookDispatcher]:
    made = WebhookDispatcher(sessionmaker(session.get_bind()), keyring, Caller(is_unsafe=True))
    yield made
    made.close()


SENDER = """
import pathlib, sys
from registry.watches.delivery.connections import Caller
from registry.watches.delivery.dispatcher import WebhookDispatcher
from registry.core.db.engine import engine_for, sessions_for
from registry.core.keyring import Keyring
WebhookDispatcher(sessions_for(engine_for(sys.argv[1])), Keyring(pathlib.Path(sys.argv[2])), Caller(is_unsafe=True)).deliver_due()
"""


def refused(listener: Listener, headers: dict[str, str], body: bytes, secret: str, **facts: float) -> str:
    with pytest.raises(BadDelivery) as bad:
        verified(headers, body, secret, **facts)  # type: ignore[arg-type]
    return str(bad.value)


def test_a_suspension_arrives_signed_and_a_forged_or_old_one_is_told_apart(
    session: Session, keyring: Keyring, settings: Settings, listener: Listener
) -> None:
    agency = make_watched(session, keyring)
    made = make_webhook(session, keyring, listener.url)
    session.commit()
    loop = WatchLoop(
        Settings(home=settings.home, database_url=settings.database_url, has_unsafe_webhooks=True),
        sessionmaker(session.get_bind()),
    )
    suspend(session, agency)
    session.commit()
    loop.fan_out(now())
    loop.deliver()
    loop.close()
    body, headers = listener.got[0]
    delivery = verified(headers, body, made.secret)
    assert delivery.json()["type"] == "licence.suspended"
    assert delivery.json()["id"] == delivery.id == headers["webhook-id"]
    assert set(headers) <= {
        "host", "accept-encoding", "content-length", "content-type", "user-agent", "webhook-id", "webhook-timestamp",
        "webhook-signature",
    }  # fmt: skip
    assert refused(listener, headers, body.replace(b"suspended", b"reinstated"), made.secret)
    assert refused(listener, headers, body, webhooks.secret_text(b"x" * 32))
    # A clock that is an hour off, here or there, refuses it; one of four minutes does not.
    assert refused(listener, headers, body, made.secret, at=time.time() + 3600)
    assert refused(listener, headers, body, made.secret, at=time.time() - 3600)
    assert verified(headers, body, made.secret, at=time.time() + 240)
    seen = Seen()
    assert [seen.is_new(delivery.id), seen.is_new(delivery.id)] == [True, False]


def test_a_socket_that_was_down_for_a_day_loses_nothing_doubles_nothing_and_keeps_the_order(
    session: Session, keyring: Keyring, dispatcher: WebhookDispatcher
) -> None:
    agencies = [make_watched(session, keyring) for _ in range(2)]
    port = free_port()
    make_webhook(session, keyring, f"http://127.0.0.1:{port}/")
    for status in (LicenceStatus.SUSPENDED, LicenceStatus.ACTIVE, LicenceStatus.REVOKED):
        for agency in agencies:
            suspend(session, agency, status)
    fan_out_committed(session, keyring)
    # Down: the first of each agency is tried, and nothing behind it.
    dispatcher.deliver_due()
    assert states_of(session) == [("waiting", 1), ("waiting", 1), *[("waiting", 0)] * 4]
    assert dispatcher.deliver_due() == 0
    with time_machine.travel(now() + timedelta(hours=23)):
        dispatcher.deliver_due()
    assert sum(attempts for _, attempts in states_of(session)) == 4
    with listening(port) as listener, time_machine.travel(now() + timedelta(hours=47)):
        listener.status = 500
        dispatcher.deliver_due()
        listener.got.clear()
        listener.status = 204
        with time_machine.travel(now() + timedelta(hours=8)):
            dispatcher.deliver_due()
        assert len(listener.ids()) == len(set(listener.ids())) == 6
        for agency in agencies:
            mine = [body.decode() for body, _ in listener.got if agency in body.decode()]
            assert ["suspended" in mine[0], "back_in_order" in mine[1], "revoked" in mine[2]] == [True] * 3
        assert dispatcher.deliver_due() == 0
    assert {state for state, _ in states_of(session)} == {"delivered"}


def test_who_is_killed_between_sending_and_noting_sends_again_under_the_same_id(
    session: Session,
    keyring: Keyring,
    dispatcher: WebhookDispatcher,
    listener: Listener,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    agency = make_watched(session, keyring)
    make_webhook(session, keyring, listener.url)
    suspend(session, agency)
    fan_out_committed(session, keyring)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(sending, "note", killed)
        with pytest.raises(KeyboardInterrupt):
            dispatcher.deliver_due()
    # While the claim of the dead one holds, no other worker sends it.
    assert dispatcher.deliver_due() == 0
    with time_machine.travel(now() + sending.LEASE + timedelta(seconds=1)):
        assert dispatcher.deliver_due() == 1
    first, second = listener.ids()
    assert first == second
    assert states_of(session) == [("delivered", 1)]


def test_three_days_of_failure_switch_a_webhook_off_and_its_owner_sends_again_by_hand(
    session: Session, keyring: Keyring, dispatcher: WebhookDispatcher, listener: Listener
) -> None:
    agency = make_watched(session, keyring)
    made = make_webhook(session, keyring, listener.url)
    reference = made.webhook.reference
    suspend(session, agency)
    fan_out_committed(session, keyring)
    listener.status, listener.headers["Location"] = 302, "http://127.0.0.1:1/"
    dispatcher.deliver_due()
    session.expire_all()
    tried = session.execute(select(Delivery)).scalar_one()
    assert tried.trouble == "it answers with a redirect, which is not followed: state the final address"
    session.commit()
    with time_machine.travel(now() + timedelta(days=3, seconds=1)):
        dispatcher.deliver_due()
    assert states_of(session) == [("failed", 2)]
    webhook = session.execute(select(Webhook)).scalar_one()
    assert (webhook.state, webhook.told_at) == (WebhookState.DISABLED, None)
    # What happens meanwhile is not queued, and is in the feed.
    suspend(session, agency, LicenceStatus.REVOKED)
    fan_out_committed(session, keyring)
    assert len(states_of(session)) == 1
    assert types_of(session) == ["licence.suspended", "licence.revoked"]
    with pytest.raises(NotNow, match="switched off"):
        webhooks.replay(organisation_call(session, BRAND), reference, 0)
    with pytest.raises(NotFound):
        webhooks.change(organisation_call(session, OTHER), reference, state=WebhookState.ENABLED)
    webhooks.change(organisation_call(session, BRAND), reference, state=WebhookState.ENABLED)
    for chosen, count in (([EventType.LICENCE_REVOKED], 1), ([EventType.LICENCE_EXPIRED], 0), ([], 2)):
        webhooks.change(organisation_call(session, BRAND), reference, types=chosen)
        assert webhooks.replay(organisation_call(session, BRAND), reference, 0) == count
    webhooks.ask_for_test(organisation_call(session, BRAND), reference)
    # Rotated: for a day both secrets are good, afterwards the new one alone.
    renewed = webhooks.rotate(organisation_call(session, BRAND), keyring, reference)
    session.commit()
    listener.status, before = 200, len(listener.got)
    dispatcher.deliver_due()
    sent = listener.got[before:]
    assert sorted(verified(headers, body, made.secret).json()["type"] for body, headers in sent) == [
        "licence.revoked", "licence.suspended", "webhook.test",
    ]  # fmt: skip
    assert all(verified(headers, body, renewed.secret) for body, headers in sent)
    webhooks.send_again(organisation_call(session, BRAND), reference, sent[0][1]["webhook-id"])
    session.execute(update(Webhook).values(before_until=now()))
    session.commit()
    dispatcher.deliver_due()
    body, headers = listener.got[-1]
    assert verified(headers, body, renewed.secret)
    assert refused(listener, headers, body, made.secret)
    assert made.secret[6:] not in str(session.execute(select(Webhook.sealed)).scalar_one())


def test_an_inner_network_is_not_called_though_the_name_leads_elsewhere_at_first(listener: Listener) -> None:
    """No database. The name is resolved once for each connection, and what was looked at is what is called."""
    answers = [
        ["93.184.215.14", "127.0.0.1"],
        ["127.0.0.1"],
        ["::ffff:127.0.0.1"],
        ["169.254.169.254"],
        ["64:ff9b::7f00:1"],
    ]
    wanted: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        wanted.append(host)
        return answers[len(wanted) - 1]

    caller = Caller(resolve=resolve)
    for _ in range(len(answers)):
        answered = caller.post(f"https://rebinding.example.org:{listener.server_port}/", b"{}", {})
        assert answered.trouble == "its name leads to an address that is not on the public internet"
    assert wanted == ["rebinding.example.org"] * len(answers)
    assert listener.got == []
    caller.close()


def test_a_slow_or_a_huge_answer_blocks_no_other(listener: Listener) -> None:
    listener.status, listener.body = 200, b"a" * 200_000
    caller = Caller(is_unsafe=True)
    assert "larger than 64 KiB" in str(caller.post(listener.url, b"{}", {}).trouble)
    caller.close()
    caller = Caller(is_unsafe=True, total=0.5)
    listener.drip = 0.05
    stopping = threading.Event()

    def cut() -> None:
        while not stopping.wait(0.05):
            caller.cut_overdue()

    thread = threading.Thread(target=cut)
    thread.start()
    began = time.monotonic()
    answered = caller.post(listener.url, b"{}", {})
    stopping.set()
    thread.join()
    assert answered.trouble == "it took longer than 0 seconds"
    # The answer itself goes on for minutes.
    assert time.monotonic() - began < 60
    caller.close()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_process_that_is_killed_while_it_sends_loses_nothing(
    session: Session, keyring: Keyring, dispatcher: WebhookDispatcher, listener: Listener, settings: Settings
) -> None:
    agency = make_watched(session, keyring)
    make_webhook(session, keyring, listener.url)
    suspend(session, agency)
    fan_out_committed(session, keyring)
    session.commit()
    # Its answer never ends: the process stands between sending and noting down when it is killed.
    listener.drip = 0.05
    sender = subprocess.Popen([sys.executable, "-c", SENDER, settings.database_url, str(settings.keys)])
    try:
        listener.wait_for(1)
    finally:
        sender.kill()
        sender.wait()
    listener.drip = 0.0
    assert sender.returncode == -signal.SIGKILL
    assert states_of(session) == [("waiting", 0)]
    session.commit()
    assert dispatcher.deliver_due() == 0
    with time_machine.travel(now() + sending.LEASE + timedelta(seconds=1)):
        assert dispatcher.deliver_due() == 1
    first, second = listener.ids()
    assert first == second
    assert states_of(session) == [("delivered", 1)]
