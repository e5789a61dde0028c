"""Mails to addresses that a stranger types: few from one network, few to one address, few in all within a day."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.http import limits
from registry.organisations import letters
from registry.organisations.models import Letter
from tests.officers.making import PASSWORD
from tests.pages.organisations.conftest import MemberClient, make_member

WORKS = {"organisation": "Invented Works", "country": "IT", "name": "A. Person"}

Ask = Callable[..., int]


@pytest.fixture
def ask(client: FlaskClient) -> Ask:
    """Asks for a mail and gives the status of the answer."""

    def ask(page: str, email: str, sender: str = "192.0.2.1") -> int:
        fields = {"email": email} | (WORKS if page == "register" else {})
        answer = client.post(f"/account/{page}", data=fields, environ_overrides={"REMOTE_ADDR": sender})
        return answer.status_code

    return ask


def waiting(session: Session) -> int:
    return session.scalars(select(func.count(Letter.id))).one()


def test_one_network_has_few_mails_sent_in_a_day_and_others_go_on(
    ask: Ask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAILS_A_DAY", 4)
    statuses = [ask(page, f"{page}{n}@works.example") for n in range(3) for page in ("register", "forgotten")]
    assert statuses == [200] * 4 + [429] * 2
    assert waiting(session) == 4
    assert ask("register", "other@works.example", "192.0.2.2") == 200


def test_addresses_of_one_customer_are_one_network(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAILS_A_DAY", 2)
    statuses = [ask("register", f"a{n}@works.example", f"2001:db8:7:{n:x}::1") for n in range(3)]
    assert statuses == [200, 200, 429]
    assert ask("register", "other@works.example", "2001:db8:8::1") == 200


def test_the_answer_says_when_to_ask_again(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAILS_A_DAY", 1)
    client.post("/account/forgotten", data={"email": "a@works.example"})
    refused = client.post("/account/forgotten", data={"email": "b@works.example"})
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 86_400


def test_what_is_refused_for_its_form_costs_no_mail(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAILS_A_DAY", 1)
    assert [ask(page, "no address") for page in ("register", "forgotten", "register")] == [400] * 3
    assert ask("register", "a@works.example") == 200


def test_one_address_gets_few_mails_in_a_day_and_nothing_says_so(ask: Ask, session: Session) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        for _ in range(4):
            assert [ask("forgotten", "victim@works.example") for _ in range(3)] == [200] * 3
            clock.shift(timedelta(hours=1))
        assert waiting(session) == letters.MAX_A_DAY
        clock.shift(timedelta(days=1))
        ask("forgotten", "victim@works.example")
        assert waiting(session) == letters.MAX_A_DAY + 1


def test_all_networks_together_register_no_flood(ask: Ask, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "MAX_REGISTRATIONS_A_DAY", 3)
    with time_machine.travel(now(), tick=False) as clock:
        statuses = [ask("register", f"a{n}@works.example", f"192.0.2.{n}") for n in range(5)]
        assert statuses == [200] * 3 + [429] * 2
        # Who has an account is not kept out of it.
        assert ask("forgotten", "owner@works.example") == 200
        clock.shift(timedelta(days=1))
        assert ask("register", "a9@works.example") == 200


def test_an_organisation_that_takes_invitations_back_invites_no_flood(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "MAX_INVITATIONS_A_DAY", 3)
    member_client = MemberClient(client, session, make_member(session), now())
    for number in range(3):
        assert (
            member_client.post(
                "/account/people", old=PASSWORD, email=f"a{number}@works.example", role="member"
            ).status_code
            == 200
        )
        (letter,) = session.scalars(select(Letter).where(Letter.used_at.is_(None))).all()
        member_client.post(f"/account/invitations/{letter.reference}/take-back")
    refused = member_client.post("/account/people", old=PASSWORD, email="a3@works.example", role="member").get_data(
        as_text=True
    )
    assert "100 invitations were sent within a day" in refused
    assert waiting(session) == 3
