"""Where deliveries lead and who answers: bad certificates, redirects inward, senders beside each other."""

import json
import threading
from collections import defaultdict
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.organisations.models import Organisation
from registry.vocabulary.organisations import MemberRole
from registry.vocabulary.register import LicenceStatus
from registry.vocabulary.watches import WebhookState
from registry.watches.delivery import dispatcher as sending
from registry.watches.delivery.connections import Caller, CallResult
from registry.watches.delivery.dispatcher import WebhookDispatcher
from registry.watches.models import Webhook
from registry.worker.schedule import notify_disabled_webhooks
from tests.make import suspend
from tests.pages.organisations.conftest import make_member
from tests.watches.delivery.certifying import NAME, Authority
from tests.watches.delivery.making import make_watched, make_webhook, states_of
from tests.watches.making import BRAND, fan_out_committed
from tests.watches.receiving import listening


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def caller(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Caller:
    """It trusts the test's authority alone, and finds every name on this machine."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    monkeypatch.setenv("SSL_CERT_DIR", str(authority.folder))
    return Caller(is_unsafe=True, resolve=lambda _host, _port: ["127.0.0.1"])


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({}, None),
        ({"name": "other.works.example"}, "its certificate is for another name"),
        ({"days": -1}, "its certificate has run out"),
        ({"days": 6}, "its certificate is not valid yet"),
        ({"is_own": True}, "its certificate is signed by itself, and by no authority that is trusted here"),
        (None, "it does not speak TLS, or none that is spoken here"),
    ],
)
def test_only_a_receiver_with_a_good_certificate_gets_deliveries(
    authority: Authority, caller: Caller, facts: dict[str, object] | None, says: str | None
) -> None:
    with listening(tls=None if facts is None else authority.serving(**facts)) as listener:  # type: ignore[arg-type]
        answered = caller.post(f"https://{NAME}:{listener.server_port}/hook", b"{}", {"webhook-id": "evt_1"})
        caller.close()
    assert answered.trouble == says
    assert [body for body, _ in listener.got] == ([b"{}"] if says is None else [])


def test_a_certificate_of_an_untrusted_issuer_is_refused_by_default(authority: Authority) -> None:
    caller = Caller(is_unsafe=True, resolve=lambda _host, _port: ["127.0.0.1"])
    with listening(tls=authority.serving()) as listener:
        answered = caller.post(f"https://{NAME}:{listener.server_port}/", b"{}", {})
        caller.close()
    assert "by no authority that is trusted here" in str(answered.trouble)
    assert listener.got == []


def test_a_redirect_inward_is_not_followed(authority: Authority, caller: Caller) -> None:
    with listening() as inner, listening(tls=authority.serving()) as listener:
        for status in (301, 302, 303, 307, 308):
            listener.status, listener.headers = status, {"Location": inner.url}
            answered = caller.post(f"https://{NAME}:{listener.server_port}/", b"{}", {})
            assert (answered.status, answered.is_taken) == (status, False)
            assert answered.trouble == "it answers with a redirect, which is not followed: state the final address"
        caller.close()
    assert inner.got == []
    assert len(listener.got) == 5


def test_a_name_that_is_answered_late_leaves_no_time_for_a_call() -> None:
    def late(_host: str, _port: int) -> list[str]:
        threading.Event().wait(0.2)
        return ["127.0.0.1"]

    with listening() as listener:
        caller = Caller(is_unsafe=True, resolve=late, total=0.1)
        answered = caller.post(f"http://{NAME}:{listener.server_port}/", b"{}", {})
        caller.close()
    assert answered.trouble == "it took longer than 0 seconds"
    assert listener.got == []


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_two_senders_at_once_send_each_once_and_in_the_order_of_each_agency(
    session: Session, keyring: Keyring, settings: Settings
) -> None:
    agencies = [make_watched(session, keyring) for _ in range(3)]
    with listening() as listener:
        make_webhook(session, keyring, listener.url)
        for _ in range(4):
            for agency in agencies:
                for status in (LicenceStatus.SUSPENDED, LicenceStatus.ACTIVE):
                    suspend(session, agency, status)
        fan_out_committed(session, keyring)
        # Long enough that each finds what the other holds.
        listener.pause = 0.03
        begin = threading.Barrier(2)

        def send() -> None:
            dispatcher = WebhookDispatcher(sessionmaker(session.get_bind()), keyring, Caller(is_unsafe=True))
            begin.wait()
            dispatcher.deliver_due()
            dispatcher.close()

        senders = [threading.Thread(target=send) for _ in range(2)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
    assert len(listener.ids()) == len(set(listener.ids())) == 24
    came = defaultdict(list)
    for body, _ in listener.got:
        agency = next(one for one in agencies if one in body.decode())
        came[agency].append(json.loads(body)["data"]["status"] == "suspended")
    assert list(came.values()) == [[True, False] * 4] * 3
    assert {state for state, _ in states_of(session)} == {"delivered"}


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_webhook_that_answers_gone_is_called_no_more_and_its_owners_are_notified(
    session: Session, keyring: Keyring, settings: Settings
) -> None:
    agencies = [make_watched(session, keyring) for _ in range(2)]
    organisation = session.get_one(Organisation, BRAND)
    make_member(session, organisation, MemberRole.OWNER)
    dispatcher = WebhookDispatcher(sessionmaker(session.get_bind()), keyring, Caller(is_unsafe=True))
    with listening() as listener:
        listener.status = 410
        make_webhook(session, keyring, listener.url)
        suspend(session, agencies[0])
        fan_out_committed(session, keyring)
        dispatcher.deliver_due()
        assert session.execute(select(Webhook.state)).scalar_one() is WebhookState.DISABLED
        suspend(session, agencies[1])
        fan_out_committed(session, keyring)
        dispatcher.deliver_due()
        dispatcher.close()
    assert len(listener.got) == 1
    assert states_of(session) == [("failed", 1)]
    notify_disabled_webhooks(settings, sessionmaker(session.get_bind()))
    (mail,) = (settings.home / "mail").glob("*.eml")
    assert "/hook" not in mail.read_text()


@pytest.mark.real_clock
@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_lease_goes_by_the_databases_clock(session: Session, keyring: Keyring) -> None:
    agency = make_watched(session, keyring)
    make_webhook(session, keyring, "http://127.0.0.1:9/")
    suspend(session, agency)
    fan_out_committed(session, keyring)
    dispatcher = WebhookDispatcher(sessionmaker(session.get_bind()), keyring, Slow(is_unsafe=True))
    # A machine whose clock is behind claims it, and one whose clock is ahead leaves it alone.
    with time_machine.travel(now() - timedelta(hours=1)):
        assert len(dispatcher._claim(10)) == 1
    with time_machine.travel(now() + timedelta(hours=1)):
        assert dispatcher._claim(10) == []
    dispatcher.close()


class Slow(Caller):
    """Notes what was posted, and when its turn came."""

    posted = 0

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> CallResult:
        self.posted += 1
        return CallResult(204)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_waited_here_until_its_lease_was_nearly_over_is_left_to_the_next(
    session: Session, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    agency = make_watched(session, keyring)
    make_webhook(session, keyring, "http://127.0.0.1:9/")
    suspend(session, agency)
    fan_out_committed(session, keyring)
    slow = Slow(is_unsafe=True)
    dispatcher = WebhookDispatcher(sessionmaker(session.get_bind()), keyring, slow)
    with monkeypatch.context() as patched:
        # As if all threads had been busy with others for longer than that.
        patched.setattr(sending, "MIN_LEFT", sending.LEASE.total_seconds() + 1)
        assert dispatcher.deliver_due() == 1
    assert slow.posted == 0
    assert states_of(session) == [("waiting", 0)]
    dispatcher.close()
