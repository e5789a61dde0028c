"""Owners get one mail when a webhook is disabled, in their language, without its address or what they watch."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.vocabulary.organisations import MemberRole, MemberState
from registry.vocabulary.watches import WebhookState
from registry.watches import mails, webhooks
from registry.watches.models import Webhook
from registry.worker.schedule import notify_disabled_webhooks
from tests.make import make_organisation, organisation_call
from tests.pages.organisations.conftest import make_member
from tests.post import Post

WORDS = mails.webhook_words("https://registry.example")


def test_owners_alone_are_told_once_of_what_was_switched_off_and_never_where_it_led(
    session: Session, keyring: Keyring
) -> None:
    ours, sessions, post = make_organisation(session), sessionmaker(session.get_bind()), Post()
    make_member(session, ours, email="owner@works.example")
    make_member(session, ours, email="titolare@works.example", language="it")
    make_member(session, ours, MemberRole.MEMBER, email="member@works.example")
    make_member(session, ours, email="gone@works.example", state=MemberState.CLOSED)
    make_member(session, make_organisation(session, "Invented Others"), email="other@others.example")
    for label in ("Ear of Invented Supplier", "Second"):
        webhooks.make(
            organisation_call(session, ours.id), keyring, "https://hooks.example.org/", label, is_unsafe=False
        )
    by_hand = webhooks.make(
        organisation_call(session, ours.id), keyring, "https://hooks.example.org/3", "x", is_unsafe=False
    ).webhook
    # An owner who disables a webhook gets no mail about it.
    webhooks.change(organisation_call(session, ours.id), by_hand.reference, state=WebhookState.DISABLED)
    session.execute(
        update(Webhook)
        .where(Webhook.id != by_hand.id)
        .values(state=WebhookState.DISABLED, disabled_at=now(), told_at=None)
    )
    session.commit()

    post.is_dead = True
    assert mails.notify_disabled_webhooks(sessions, WORDS, post, now()) == 0
    post.is_dead = False
    later = now() + timedelta(minutes=1)
    assert mails.notify_disabled_webhooks(sessions, WORDS, post, later) == 2
    assert mails.notify_disabled_webhooks(sessions, WORDS, post, later) == 0
    assert post.addresses == ["owner@works.example", "titolare@works.example"]
    (_, subject, text), (_, suo, _) = post.sent
    assert (subject, suo) == ("A webhook was switched off", "Un webhook è stato spento")
    assert "https://registry.example/account/webhooks" in text
    assert ": 2" in text
    for hidden in ("hooks.example.org", "Supplier", "whsec_", ours.name):
        assert hidden not in text


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_worker_tells_by_a_mail(session: Session, keyring: Keyring, settings: Settings) -> None:
    member = make_member(session)
    made = webhooks.make(
        organisation_call(session, member.organisation_id), keyring, "https://h.example.org/", "x", is_unsafe=False
    )
    made.webhook.state, made.webhook.disabled_at = WebhookState.DISABLED, now()
    session.commit()
    for _ in range(2):
        notify_disabled_webhooks(settings, sessionmaker(session.get_bind()))
    assert len(list((settings.home / "mail").glob("*.eml"))) == 1


def test_owners_hear_once_of_what_fails_for_an_hour_and_again_when_it_fails_again(
    session: Session, keyring: Keyring
) -> None:
    ours, sessions, post = make_organisation(session), sessionmaker(session.get_bind()), Post()
    make_member(session, ours, email="owner@works.example")
    made = webhooks.make(
        organisation_call(session, ours.id), keyring, "https://hooks.example.org/", "Ear", is_unsafe=False
    ).webhook
    made.failing_since = began = now()
    session.commit()
    words = mails.webhook_words("https://registry.example", "webhook_failing")

    def tell(after: timedelta) -> int:
        return mails.notify_failing_webhooks(sessions, words, post, began + after)

    assert tell(timedelta(minutes=59)) == 0
    post.is_dead = True
    assert tell(timedelta(minutes=60)) == 0
    post.is_dead = False
    assert [tell(timedelta(minutes=minutes)) for minutes in (61, 62, 500)] == [1, 0, 0]
    (_, subject, text) = post.sent[0]
    assert subject == "A webhook takes nothing"
    assert "https://registry.example/account/webhooks" in text
    for hidden in ("hooks.example.org", "Ear", ours.name):
        assert hidden not in text
    # It took something, and failed again later.
    session.execute(update(Webhook).values(failing_since=began + timedelta(hours=20), failing_told_at=None))
    session.commit()
    assert [tell(timedelta(hours=hours)) for hours in (20, 21, 22)] == [0, 1, 0]
