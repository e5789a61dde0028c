"""Organisations register themselves by mail, and sign in apart from officers."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts.passwords import FREE_FAILURES
from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.http.portals import UnguardedRoute
from registry.officers.rights import Role
from registry.organisations.models import Letter, Member, MemberSession, Organisation
from registry.pages.organisations import edge
from registry.vocabulary.organisations import MemberRole
from tests.officers.making import PASSWORD, make_officer, make_unit
from tests.pages.officers.signed_in import desk_of, with_console
from tests.pages.organisations.conftest import MemberClient, link_in, make_member


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return with_console(settings)


Mails = Callable[[], list[tuple[str, str, str]]]
WORKS = {"organisation": "Invented Works", "country": "IT", "name": "A. Person", "email": "A.Person@works.example"}
CHOSEN = {"password": PASSWORD, "again": PASSWORD}


def test_an_organisation_begins_with_a_mailed_link_good_once(
    client: FlaskClient, session: Session, mails: Mails
) -> None:
    given = client.post("/account/register", data=WORKS, headers={"Accept-Language": "it"}).get_data(as_text=True)
    assert "sta arrivando un&#39;e-mail" in given
    assert session.scalars(select(Organisation)).all() == []
    ((to, subject, text),) = mails()
    assert (to, subject) == ("a.person@works.example", "Confermi la Sua organizzazione")
    link = link_in(text)
    # Mail programs look into links: that uses nothing up. The secret is in no row.
    assert [client.get(link).status_code for _ in range(2)] == [200, 200]
    (letter,) = session.scalars(select(Letter)).all()
    assert link.rpartition("/")[2] not in repr(vars(letter))
    weak = client.post(link, data={"password": "password12345", "again": "password12345"})
    assert (weak.status_code, "easily guessed" in weak.get_data(as_text=True)) == (400, True)
    assert client.post(link, data={"password": PASSWORD, "again": "other"}).status_code == 400
    begun = client.post(link, data=CHOSEN)
    assert begun.status_code == 303
    cookie = begun.headers["Set-Cookie"]
    assert cookie.startswith("account=")
    assert all(stated in cookie for stated in ("HttpOnly", "SameSite=Strict", "Path=/account"))
    page = client.get("/account/keys").get_data(as_text=True)
    assert "Invented Works" in page
    member = session.scalars(select(Member)).one()
    assert (member.email, member.role, member.language) == ("a.person@works.example", MemberRole.OWNER, "it")
    again = client.post(link, data=CHOSEN)
    assert (again.status_code, session.scalars(select(Member)).all()) == (400, [member])


def test_a_link_ends(client: FlaskClient, session: Session, mails: Mails) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        client.post("/account/register", data=WORKS)
        link = link_in(mails()[0][2])
        clock.shift(timedelta(hours=24, seconds=1))
        refused = client.post(link, data=CHOSEN)
    assert (refused.status_code, session.scalars(select(Member)).all()) == (400, [])
    assert "too old" in refused.get_data(as_text=True)


def test_nothing_tells_whether_an_address_is_known(client: FlaskClient, session: Session, mails: Mails) -> None:
    owner = make_member(session)
    member_client = MemberClient(client, session, owner, now())
    for path, fields in (("register", WORKS), ("forgotten", {})):
        answers = {
            client.post(f"/account/{path}", data={**fields, "email": address}).get_data()
            for address in (owner.email, "nobody@works.example")
        }
        assert len(answers) == 1
    invited = {
        member_client.post("/account/people", old=PASSWORD, email=address, role="member")
        .get_data(as_text=True)
        .replace(address, "-")
        for address in (make_member(session, email="other@others.example").email,)
    }
    assert all("a mail is on its way" in one for one in invited)
    assert sorted((to, subject) for to, subject, _ in mails()) == [
        ("nobody@works.example", "Confirm your organisation"),
        ("other@others.example", "You have an account already"),
        ("owner@works.example", "Choose another password"),
        ("owner@works.example", "You have an account already"),
    ]
    # A stranger who knows an address cannot fill its mailbox.
    for _ in range(5):
        client.post("/account/forgotten", data={"email": owner.email})
    assert len(mails()) == 2


def test_signing_in_says_not_what_was_wrong_and_makes_wait(client: FlaskClient, session: Session) -> None:
    owner = make_member(session)
    for address in (owner.email, "nobody@works.example"):
        tries = [
            client.post("/account/sign-in", data={"email": address, "password": "wrong"}) for _ in range(FREE_FAILURES)
        ]
        assert {one.status_code for one in tries} == {403}
        waits = client.post("/account/sign-in", data={"email": address, "password": PASSWORD})
        assert waits.status_code == 429
        assert int(waits.headers["Retry-After"]) > 0
    assert session.scalars(select(MemberSession)).all() == []


def test_another_password_ends_every_session(client: FlaskClient, session: Session, mails: Mails) -> None:
    owner = make_member(session)
    member_client = MemberClient(client, session, owner, now())
    client.post("/account/forgotten", data={"email": owner.email})
    fresh = "cobalt seventeen lantern walnut"
    assert client.post(link_in(mails()[0][2]), data={"password": fresh, "again": fresh}).status_code == 303
    assert member_client.get("/account/own").status_code == 303
    refused = client.post("/account/sign-in", data={"email": owner.email, "password": PASSWORD})
    assert refused.status_code == 403
    assert client.post("/account/sign-in", data={"email": owner.email, "password": fresh}).status_code == 303


def test_sessions_of_members_and_officers_open_nothing_of_each_other(
    client: FlaskClient, session: Session, keyring: Keyring
) -> None:
    make_unit(session)
    desk = desk_of(client, session, make_officer(session, keyring, Role.SUPERVISOR).officer)
    member_client = MemberClient(client, session, make_member(session), now())
    assert desk.get("/console/own").status_code == member_client.get("/account/own").status_code == 200
    client.set_cookie("account", desk.token, path="/account")
    client.set_cookie("console", member_client.token, path="/console")
    for path in ("/account/own", "/account/keys", "/console/own", "/console/cases"):
        assert client.get(path).headers.get("Location", "").endswith("/sign-in"), path
    # Neither is a key, and a password at the other's door is none.
    for token in (desk.token, member_client.token):
        answer = client.get("/api/v1/organisation", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
    door = {"email": member_client.member.email, "password": PASSWORD}
    assert client.post("/console/sign-in", data=door).status_code == 403
    assert client.post("/account/sign-in", data={"email": desk.officer.email, "password": PASSWORD}).status_code == 403


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_language_is_chosen_before_sign_in_and_a_member_keeps_an_own_one(
    client: FlaskClient, session: Session
) -> None:
    displayed = client.get("/account/sign-in?language=it", headers={"Accept-Language": "zh-CN"})
    assert 'lang="it"' in displayed.get_data(as_text=True)
    assert "HttpOnly" in displayed.headers["Set-Cookie"]
    # Forms lead to addresses without it; what is no language of ours changes nothing.
    assert client.post("/account/sign-in", data={}).headers["Content-Language"] == "it"
    assert client.get("/account/register?language=xx").headers["Content-Language"] == "en"
    requested = {"it": "/account/sign-in?language=it", "xx": "/account/sign-in"}
    assert all(client.get(f"/account/keys?language={it}").headers["Location"] == to for it, to in requested.items())
    member_client = MemberClient(client, session, make_member(session, language="zh-Hans"), now())
    own = member_client.get("/account/own?language=it")
    assert (own.headers["Content-Language"], "Set-Cookie" in own.headers) == ("zh-Hans", False)
    assert "?language=" not in own.get_data(as_text=True)


def test_a_session_ends_when_idle_and_by_hand(client: FlaskClient, session: Session) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        one, other = (MemberClient(client, session, member, now()) for member in [make_member(session)] * 2)
        one.post("/account/own/sessions/end")
        assert [one.get("/account/own").status_code, other.get("/account/own").status_code] == [200, 303]
        clock.shift(timedelta(hours=2))
        assert one.get("/account/own").status_code == 303


@pytest.mark.own_app
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_every_page_is_guarded_and_forms_come_from_here(client: FlaskClient, session: Session, app: Flask) -> None:
    open_views = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/account") and not app.view_functions[rule.endpoint].is_guarded  # type: ignore[attr-defined]
    }
    assert {one.partition(".")[0] for one in open_views} == {"account_signing", "account_files"}
    app.view_functions["late"] = lambda: "open"
    app.url_map.add(type(next(app.url_map.iter_rules()))("/account/late", endpoint="late"))
    with pytest.raises(UnguardedRoute, match="/account/late"):
        edge.require_guards(app)
    member_client = MemberClient(client, session, make_member(session), now())
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert client.post("/account/sign-in", data={}, headers=headers).status_code == 409
    member_client.get("/account/keys")
    bare = client.post("/account/keys", data={"name": "x", "scope": "verify", "days": "5"})
    assert (bare.status_code, "another sign-in" in bare.get_data(as_text=True)) == (409, True)
