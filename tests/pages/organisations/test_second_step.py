"""Members' second step: no password or mailed link opens anything without it, and only those who may remove it do."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from registry.accounts.delays import FREE_FAILURES
from registry.accounts.second_factors import STEP
from registry.accounts.sessions import form_token
from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.organisations import authenticators
from registry.organisations.models import Member, MemberApp, MemberRecoveryCode, MemberSession, Organisation
from registry.vocabulary.organisations import MemberRole
from tests.pages.officers.conftest import keyring, settings
from tests.pages.organisations.conftest import PASSWORD, Seat, link_in, mails, make_member

__all__ = ["keyring", "mails", "settings"]

FRESH = "cobalt seventeen lantern walnut"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now(), tick=False) as travelled:
        yield travelled


def code_of(secret: bytes) -> str:
    """What the app shows now."""
    return TOTP(secret, 6, SHA1(), STEP, enforce_key_length=False).generate(int(now().timestamp())).decode()


def given_app(session: Session, keyring: Keyring, member: Member) -> bytes:
    """An app that counts; no code of it was used."""
    app, secret = authenticators.begin(session, keyring, member, "telephone", now().date())
    app.is_confirmed = True
    session.commit()
    return secret


def arrives(client: FlaskClient, member: Member, password: str = PASSWORD) -> TestResponse:
    client.delete_cookie("account", path="/account")
    return client.post("/account/sign-in", data={"email": member.email, "password": password})


def gives(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    """A form of the session that the client has."""
    cookie = client.get_cookie("account", path="/account")
    assert cookie is not None
    return client.post(f"/account/{path}", data={"form": form_token(cookie.value), **fields})


def test_an_app_is_set_up_and_each_code_is_good_once(
    client: FlaskClient, session: Session, keyring: Keyring, clock: time_machine.Traveller
) -> None:
    owner = make_member(session)
    seat, elsewhere = (Seat(client, session, owner, now()) for _ in range(2))
    assert seat.post("/account/second-step/apps", name="telephone", old="wrong").status_code == 400
    assert session.scalars(select(MemberApp)).all() == []
    begun = seat.post("/account/second-step/apps", name="telephone", old=PASSWORD).get_data(as_text=True)
    app = session.scalars(select(MemberApp)).one()
    secret = authenticators.APPS.secret_of(keyring, app)
    assert (app.is_confirmed, "data:image/svg+xml" in begun) == (False, True)
    assert secret.hex() not in repr(vars(app))
    # It counts only once it was seen to work.
    assert arrives(client, owner).headers["Location"].endswith("/account/")
    assert seat.post("/account/second-step/apps/finish", code="000000").status_code == 400
    done = seat.post("/account/second-step/apps/finish", code=code_of(secret)).get_data(as_text=True)
    codes = re.findall(r"<li><code>([0-9A-Z-]{11})</code>", done)
    assert len(codes) == 10
    assert not any(code in repr(vars(one)) for code in codes for one in session.scalars(select(MemberRecoveryCode)))
    # Sessions that were signed in without it are over.
    assert [seat.get("/account/keys").status_code, elsewhere.get("/account/keys").status_code] == [200, 303]

    first = arrives(client, owner)
    half = client.get_cookie("account", path="/account")
    assert first.headers["Location"].endswith("/account/")
    assert client.get("/account/keys").headers["Location"].endswith("/account/code")
    # The code that set it up was used; the next is good, once.
    assert gives(client, "code", code=code_of(secret)).status_code == 403
    clock.shift(timedelta(seconds=STEP))
    code = code_of(secret)
    assert gives(client, "code", code=code).status_code == 303
    whole = client.get_cookie("account", path="/account")
    assert half is not None
    assert whole is not None
    assert whole.value != half.value
    assert client.get("/account/keys").status_code == 200
    arrives(client, owner)
    assert gives(client, "code", code=code).status_code == 403
    assert gives(client, "code", code=codes[0].lower()).status_code == 303
    arrives(client, owner)
    assert gives(client, "code", code=codes[0]).status_code == 403
    assert gives(client, "code", code=codes[1]).status_code == 303


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_neither_a_password_nor_a_mailed_link_opens_anything_alone(
    app: Flask,
    client: FlaskClient,
    session: Session,
    keyring: Keyring,
    clock: time_machine.Traveller,
    mails: Callable[[], list[tuple[str, str, str]]],
) -> None:
    owner = make_member(session)
    secret = given_app(session, keyring, owner)
    client.post("/account/forgotten", data={"email": owner.email})
    assert client.post(link_in(mails()[0][2]), data={"password": FRESH, "again": FRESH}).status_code == 303
    half = client.get_cookie("account", path="/account")
    assert half is not None
    seat = Seat(client, session, owner, now())
    seat.token = half.value
    closed = 0
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<[^>]+>", "x", rule.rule)
        if not path.startswith("/account") or not app.view_functions[rule.endpoint].is_guarded:  # type: ignore[attr-defined]
            continue
        if path.startswith("/account/code"):
            continue
        for method in sorted(rule.methods & {"GET", "POST"}):  # type: ignore[operator]
            answer = seat.get(path) if method == "GET" else seat.post(path, old=FRESH)
            assert (answer.status_code, answer.headers["Location"]) == (303, "/account/code"), (method, path)
            closed += 1
    assert closed > 40
    # Who has an app does not set up another one at the door, nor comes in by one that was begun and never seen to work.
    assert seat.post("/account/code/app").status_code == 303
    assert len(session.scalars(select(MemberApp)).all()) == 1
    _, begun = authenticators.begin(session, keyring, owner, "tablet", now().date())
    session.commit()
    for path in ("/account/code/app/finish", "/account/code"):
        assert "Set-Cookie" not in seat.post(path, code=code_of(begun)).headers, path
    assert seat.get("/account/keys").headers["Location"] == "/account/code"
    clock.shift(timedelta(minutes=10))
    assert seat.post("/account/code", code=code_of(secret)).headers["Location"] == "/account/sign-in"


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_wrong_codes_count_and_a_right_password_forgets_none_of_them(
    client: FlaskClient, session: Session, keyring: Keyring, clock: time_machine.Traveller
) -> None:
    owner, bare = make_member(session), make_member(session, email="bare@others.example")
    secret = given_app(session, keyring, owner)
    # A caller without a password learns nothing: not who has a second step, and not who has an account.
    addresses = (owner.email, bare.email, "no@one.example")
    given = {
        client.post("/account/sign-in", data={"email": one, "password": "wrong"})
        .get_data(as_text=True)
        .replace(one, "-")
        for one in addresses
    }
    assert len(given) == 1
    arrives(client, owner)
    for _ in range(FREE_FAILURES - 2):
        assert gives(client, "code", code="000000").status_code == 403
    arrives(client, owner)
    assert gives(client, "code", code="000000").status_code == 403
    assert arrives(client, owner).status_code == 429
    clock.shift(timedelta(minutes=16))
    arrives(client, owner)
    for code in ("", "12345", "１２３４５６", "AAAAA-AAAAA", "0" * 5000):
        assert gives(client, "code", code=code).status_code in (403, 429), code
    assert gives(client, "code", code=code_of(secret)).status_code == 429
    clock.shift(timedelta(minutes=16))
    arrives(client, owner)
    assert gives(client, "code", code=code_of(secret)).status_code == 303


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_taking_it_away_needs_the_password_and_an_owner_requires_and_resets_it(
    client: FlaskClient, session: Session, keyring: Keyring, clock: time_machine.Traveller
) -> None:
    owner = make_member(session)
    organisation = session.get_one(Organisation, owner.organisation_id)
    worker = make_member(session, organisation, MemberRole.MEMBER, "worker@works.example")
    foreign = make_member(session, email="foreign@others.example")
    seat, theirs = Seat(client, session, owner, now()), Seat(client, session, worker, now())
    # Who requires it of all has it first; a member says nothing of all.
    assert seat.post("/account/second-step/require", needed="yes", old=PASSWORD).status_code == 400
    given_app(session, keyring, owner)
    assert theirs.post("/account/second-step/require", needed="yes", old=PASSWORD).status_code == 403
    assert seat.post("/account/second-step/require", needed="yes", old="wrong").status_code == 400
    assert not organisation.needs_second_step
    assert seat.post("/account/second-step/require", needed="yes", old=PASSWORD).status_code == 303
    # A member who was in without one sets it up at the next page, and comes in with it.
    assert theirs.get("/account/lists").headers["Location"] == "/account/code"
    assert "Invented" in theirs.get("/account/code").get_data(as_text=True)
    assert 'lang="it"' in theirs.get("/account/code?language=it").get_data(as_text=True)
    assert theirs.post("/account/code/app").status_code == 303
    assert "data:image/svg+xml" in theirs.get("/account/code").get_data(as_text=True)
    secret = authenticators.APPS.secret_of(
        keyring, session.scalars(select(MemberApp).where(MemberApp.member_id == worker.id)).one()
    )
    assert theirs.post("/account/code/app/finish", code="000000").status_code == 400
    came = theirs.post("/account/code/app/finish", code=code_of(secret))
    assert len(re.findall(r"<li><code>", came.get_data(as_text=True))) == 10
    cookie = client.get_cookie("account", path="/account")
    assert cookie is not None
    theirs.token = cookie.value
    assert theirs.get("/account/lists").status_code == 200
    mine = session.scalars(select(MemberApp.reference).where(MemberApp.member_id == worker.id)).one()
    needed = theirs.post("/account/second-step/apps/remove", app=mine, old=PASSWORD)
    assert (needed.status_code, "add another app first" in needed.get_data(as_text=True)) == (400, True)

    # An owner resets what another lost: with the owner's password, in the same organisation, and never the owner's own.
    reset = f"/account/people/{worker.reference}/second-step"
    assert theirs.post(f"/account/people/{owner.reference}/second-step", old=PASSWORD).status_code == 403
    assert seat.post(reset, old="wrong").status_code == 400
    given_app(session, keyring, foreign)
    assert seat.post(f"/account/people/{foreign.reference}/second-step", old=PASSWORD).status_code == 404
    assert seat.post(f"/account/people/{owner.reference}/second-step", old=PASSWORD).status_code == 400
    assert theirs.get("/account/lists").status_code == 200
    assert seat.post(reset, old=PASSWORD).status_code == 303
    assert theirs.get("/account/lists").headers["Location"] == "/account/sign-in"
    assert seat.post("/account/second-step/require", needed="no", old=PASSWORD).status_code == 303
    assert arrives(client, worker).status_code == 303
    assert client.get("/account/lists").status_code == 200

    other = Seat(client, session, owner, now())
    own = session.scalars(select(MemberApp.reference).where(MemberApp.member_id == owner.id)).one()
    theirs_not = session.scalars(select(MemberApp.reference).where(MemberApp.member_id == foreign.id)).one()
    assert seat.post("/account/second-step/apps/remove", app=own, old="wrong").status_code == 400
    assert seat.post("/account/second-step/apps/remove", app=theirs_not, old=PASSWORD).status_code == 404
    assert seat.post("/account/second-step/apps/remove", app=own, old=PASSWORD).status_code == 303
    assert other.get("/account/own").status_code == 303
    assert {one.member_id for one in session.scalars(select(MemberApp))} == {foreign.id}
    assert session.scalars(select(MemberSession).where(MemberSession.is_full.is_(False))).all() == []
