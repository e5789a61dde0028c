"""Signing in with a ministry's provider, against a running one: linked once by its officer, and no other way in."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.officers import accounts, tokens
from registry.officers.providers import linking
from registry.officers.rights import Role
from tests.officers.making import PASSWORD, make_officer, make_unit
from tests.officers.provider import CLIENT, SECRET, Provider, running
from tests.pages.officers.ministries import linked, ministry_of, there, way_back
from tests.pages.officers.signed_in import OfficerClient, desk_of, words_of


@pytest.fixture(scope="module")
def ministry() -> Iterator[Provider]:
    with running() as provider:
        yield provider


@pytest.fixture
def app(settings: Settings, make_app: Callable[[Settings], Flask], ministry: Provider) -> Flask:
    settings.prepare_home()
    (settings.home / "ministry.secret").write_text(SECRET)
    written = (
        'name = "Ministry <b>"\nclient_id = "{}"\nsecret_file = "ministry.secret"\nacr = ["high"]\namr = ["otp"]\n'
    )
    (settings.home / "providers.toml").write_text(
        "".join(
            f'[{key}]\nissuer = "{ministry.issuer}"\nauthority = "{authority}"\n{written.format(CLIENT)}'
            for key, authority in (("it", "it-invented-authority"), ("other", "de-invented-authority"))
        )
    )
    ministry.client.back = f"{settings.console_address}/console/sign-in/back"
    ministry.subject, ministry.acr, ministry.amr, ministry.lies = "a-1", None, ["pwd", "otp"], {}
    ministry.proved_ago, ministry.is_away, ministry.signs_with, ministry.signs_out = 5, False, None, False
    return make_app(settings)


@pytest.fixture
def desk(client: FlaskClient, session: Session, keyring: Keyring) -> OfficerClient:
    make_unit(session)
    return desk_of(client, session, make_officer(session, keyring, Role.TRIAGE).officer)


def test_a_linked_account_opens_the_door_once_per_visit(
    client: FlaskClient, desk: OfficerClient, ministry: Provider
) -> None:
    assert "Ministry &lt;b&gt;" in client.get("/console/sign-in").get_data(as_text=True)
    # No one is let in by an address: the provider knows the officer's.
    unknown = client.get(way_back(client, ministry))
    assert unknown.status_code == 403
    assert "opens none here yet" in words_of(unknown)
    linked(desk, ministry)
    back = way_back(client, ministry)
    came = client.get(back)
    assert there(came.get_data(as_text=True)) == "/console/"
    assert "SameSite=Strict" in str(came.headers.getlist("Set-Cookie"))
    assert desk.officer.name in words_of(client.get("/console/"))
    again = client.get(back)
    assert again.status_code == 400
    assert "good once" in words_of(again)


def test_without_a_second_factor_there_ours_is_asked(
    client: FlaskClient, desk: OfficerClient, ministry: Provider
) -> None:
    linked(desk, ministry)
    ministry.amr = ["pwd"]
    came = client.get(way_back(client, ministry))
    assert there(came.get_data(as_text=True)) == "/console/code"
    assert client.get("/console/").location == "/console/sign-in"


def test_what_proves_nothing_opens_nothing(client: FlaskClient, desk: OfficerClient, ministry: Provider) -> None:
    linked(desk, ministry)
    for lies in (
        {"nonce": "another"},
        {"iss": "https://other.example"},
        {"aud": "other"},
        {"exp": 1},
        {"auth_time": 1},
    ):
        ministry.lies = lies
        refused = client.get(way_back(client, ministry))
        assert (refused.status_code, "did not confirm" in words_of(refused)) == (403, True), lies
    ministry.lies = {}
    ministry.signs_with = RSAKey.generate_key(2048, {"kid": "one"}, private=True)
    assert client.get(way_back(client, ministry)).status_code == 403
    ministry.signs_with = None
    # A code for another visit's verifier, an error in place of a code, another issuer's answer.
    first, second = way_back(client, ministry), way_back(client, ministry)
    swapped = re.sub(r"code=[^&]+", str(re.search(r"code=[^&]+", first)[0]), second)  # type: ignore[index]
    assert client.get(swapped).status_code == 403
    for query in ("error=access_denied", "iss=https://other.example&code=x"):
        state = str(re.search(r"state=[^&]+", way_back(client, ministry))[0])  # type: ignore[index]
        assert client.get(f"/console/sign-in/back?{state}&{query}").status_code == 403
    # Another browser than the one that was sent: somebody would be signed in as somebody else.
    planted = way_back(client, ministry)
    client.delete_cookie("console-visit", path="/console")
    assert client.get(planted).status_code == 400


def test_an_account_there_is_one_officers_of_that_authority(
    client: FlaskClient, desk: OfficerClient, session: Session, keyring: Keyring, ministry: Provider
) -> None:
    assert "is another one" in words_of(desk.post("/console/own/links/it", password="wrong"))
    assert "another authority" in words_of(desk.post("/console/own/links/other", password=PASSWORD))
    linked(desk, ministry)
    # Nor does another authority's entry of the same provider let the officer in.
    assert client.get(way_back(client, ministry, "other")).status_code == 403
    colleague = make_officer(session, keyring, Role.TRIAGE, email="other@authority.example").officer
    other = desk_of(client, session, colleague)
    going = other.post("/console/own/links/it", password=PASSWORD)
    taken = client.get(ministry.visit(there(going.get_data(as_text=True))))
    assert (taken.status_code, "Nothing was linked" in words_of(taken)) == (409, True)
    # What ends an account, or has it proved anew, ends the link.
    change = accounts.propose_reset(session, desk.officer, by="somebody", at=now())
    accounts.approve(session, change, by="another", at=now(), today=now().date())
    assert linking.links_of(session, desk.officer) == []


def test_a_provider_that_is_away_is_said_and_the_password_still_opens(
    client: FlaskClient, desk: OfficerClient, ministry: Provider
) -> None:
    client.delete_cookie("console", path="/console")
    ministry.is_away = True
    away = client.post("/console/sign-in/with/it")
    assert (away.status_code, "does not answer" in words_of(away)) == (503, True)
    assert client.post("/console/sign-in/with/nobody").status_code == 404
    first = client.post("/console/sign-in", data={"email": desk.officer.email, "password": PASSWORD})
    assert first.location == "/console/code"


def test_where_a_provider_is_the_only_way_a_password_leads_to_the_link_and_then_nowhere(
    app: Flask, client: FlaskClient, desk: OfficerClient, ministry: Provider
) -> None:
    way = ministry_of(app)
    way.provider = replace(way.provider, only=frozenset({"it-invented-unit"}))
    assert "a password opens nothing of theirs" in words_of(client.get("/console/sign-in"))
    # In by a password, not linked yet: the officer's own page to link, and nothing else.
    assert desk.get("/console/cases").location == "/console/own"
    assert desk.post("/console/own/tokens", name="mine", days="9").location == "/console/own"
    assert "until then nothing else of the console opens" in words_of(desk.get("/console/own"))
    going = desk.post("/console/own/links/it", password=PASSWORD)
    assert client.get(ministry.visit(there(going.get_data(as_text=True)))).status_code == 200
    # The session of the password ends with it: it must not link another account in place of this one.
    assert desk.get("/console/own").location == "/console/sign-in"
    assert desk.post("/console/own/links/it", password=PASSWORD).location == "/console/sign-in"
    client.delete_cookie("console", path="/console")
    door = {"email": desk.officer.email, "password": PASSWORD}
    right, wrong = (client.post("/console/sign-in", data=door | more) for more in ({}, {"password": "not his at all"}))
    assert (right.status_code, words_of(right)) == (wrong.status_code, words_of(wrong)) == (403, words_of(wrong))
    assert there(client.get(way_back(client, ministry)).get_data(as_text=True)) == "/console/own"
    assert client.get("/console/cases").status_code == 200
    assert "/links/it/remove" not in client.get("/console/own").get_data(as_text=True)
    # With our second factor after theirs it is the provider's session all the same.
    ministry.amr = ["pwd"]
    client.delete_cookie("console", path="/console")
    assert there(client.get(way_back(client, ministry)).get_data(as_text=True)) == "/console/code"
    # Another unit of the authority keeps its passwords.
    way.provider = replace(way.provider, only=frozenset({"it-other-unit"}))
    client.delete_cookie("console", path="/console")
    assert client.post("/console/sign-in", data=door).location == "/console/code"


def test_where_a_provider_is_the_only_way_tokens_go_on_for_some_hours_after_a_sign_in_there(
    app: Flask, client: FlaskClient, desk: OfficerClient, session: Session, ministry: Provider
) -> None:
    way, start = ministry_of(app), now()
    token = tokens.make(session, desk.officer, "nightly", 90, at=start, today=start.date())[1]
    session.commit()

    def requested() -> tuple[int, str]:
        answer = client.get("/api/v1/officers/me", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200 or "Bearer" in answer.headers["WWW-Authenticate"]
        return answer.status_code, (answer.json or {}).get("reason", "")

    assert requested() == (200, "")
    linked(desk, ministry)
    way.provider = replace(way.provider, only=frozenset({"it-invented-unit"}), token_hours=2)
    late = (401, "sign_in_at_provider")
    # The session with the officer's password counts for nothing, nor does one that lacks our second factor where it is
    # asked.
    assert requested() == late
    ministry.amr = ["pwd"]
    assert there(client.get(way_back(client, ministry)).get_data(as_text=True)) == "/console/code"
    assert requested() == late
    ministry.amr = ["pwd", "otp"]
    client.get(way_back(client, ministry))
    assert "go on for 2 hours" in words_of(client.get("/console/own"))
    client.post("/console/sign-out")
    assert requested() == (200, "")
    with time_machine.travel(start + timedelta(hours=2, minutes=5)):
        assert requested() == late
        # It is told whom to sign in with, and once the officer does the same token goes on.
        answer = client.post("/api/v1/channel-changes", headers={"Authorization": f"Bearer {token}"}, json={})
        assert (answer.status_code, "Ministry <b>: your tokens go on for 2 hours" in str(answer.json)) == (
            401,
            True,
        )
        client.get(way_back(client, ministry))
        assert requested() == (200, "")
    way.provider = replace(way.provider, only=False)
    with time_machine.travel(start + timedelta(days=30)):
        assert requested() == (200, "")


# Where a sign-out leads does not depend on the database.
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_signing_out_leads_to_the_providers_own_sign_out_and_back(
    app: Flask, client: FlaskClient, desk: OfficerClient, ministry: Provider
) -> None:
    ministry.signs_out = True
    linked(desk, ministry)
    client.get(way_back(client, ministry))
    out = client.post("/console/sign-out")
    assert client.get("/console/").location == "/console/sign-in"
    assert "At Ministry &lt;b&gt; you are still signed in" in words_of(out)
    farewell = there(out.get_data(as_text=True))
    assert farewell.startswith(f"{ministry.issuer}/farewell?client_id={CLIENT}&")
    assert ministry.visit(farewell) == "/console/sign-in?"
    # Begun with a password it ends here; so it does where the provider is away or has no such place.
    client.set_cookie("console", desk.token, path="/console")
    assert client.post("/console/sign-out").location == "/console/sign-in"
    client.get(way_back(client, ministry))
    ministry_of(app)._facts = {"end_session_endpoint": "http://other.example/out"}
    assert client.post("/console/sign-out").location == "/console/sign-in"
