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

from registry.accounts.passwords import FREE_FAILURES
from registry.accounts.second_factors import STEP
from registry.accounts.sessions import form_token
from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.organisations import second_steps
from registry.organisations.models import Member, MemberApp, MemberRecoveryCode, MemberSession, Organisation
from registry.vocabulary.organisations import MemberRole
from tests.officers.making import PASSWORD
from tests.pages.officers.signed_in import with_console
from tests.pages.organisations.conftest import MemberClient, link_in, make_member


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return with_console(settings)


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
    app, secret = second_steps.begin_app(session, keyring, member, "telephone", now().date())
    app.is_confirmed = True
    session.commit()
    return secret


def sign_in(client: FlaskClient, member: Member, password: str = PASSWORD) -> TestResponse:
    """The first step, in a browser that was signed out."""
    client.delete_cookie("account", path="/account")
    return client.post("/account/sign-in", data={"email": member.email, "password": password})


def post_form(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    """A form of the session that the client has."""
    return client.post(f"/account/{path}", data={"form": form_token(token_of(client)), **fields})


def token_of(client: FlaskClient) -> str:
    cookie = client.get_cookie("account", path="/account")
    assert cookie is not None
    return cookie.value


def begin_app(member_client: MemberClient, session: Session, keyring: Keyring) -> bytes:
    """An app that the member begins on the page; gives its secret."""
    member_client.post("/account/second-step/apps", name="telephone", old=PASSWORD)
    app = session.scalars(select(MemberApp).where(MemberApp.is_confirmed.is_(False))).one()
    return second_steps.APPS.secret_of(keyring, app)


def recovery_codes_in(response: TestResponse) -> list[str]:
    return re.findall(r"<li><code>([0-9A-Z-]{11})</code>", response.get_data(as_text=True))


@pytest.fixture
def owner(session: Session) -> Member:
    return make_member(session)


@pytest.fixture
def member_client(client: FlaskClient, session: Session, owner: Member) -> MemberClient:
    """The owner, signed in before any second step was set up."""
    return MemberClient(client, session, owner, now())


def test_setting_up_an_app_asks_for_the_password(session: Session, member_client: MemberClient) -> None:
    assert member_client.post("/account/second-step/apps", name="telephone", old="wrong").status_code == 400
    assert session.scalars(select(MemberApp)).all() == []


def test_the_secret_of_an_app_stands_in_no_row(session: Session, keyring: Keyring, member_client: MemberClient) -> None:
    begun = member_client.post("/account/second-step/apps", name="telephone", old=PASSWORD).get_data(as_text=True)
    app = session.scalars(select(MemberApp)).one()
    assert (app.is_confirmed, "data:image/svg+xml" in begun) == (False, True)
    assert second_steps.APPS.secret_of(keyring, app).hex() not in repr(vars(app))


def test_an_app_counts_once_its_first_code_was_right(
    client: FlaskClient,
    session: Session,
    keyring: Keyring,
    clock: time_machine.Traveller,
    owner: Member,
    member_client: MemberClient,
) -> None:
    secret = begin_app(member_client, session, keyring)
    assert sign_in(client, owner).headers["Location"].endswith("/account/")
    assert member_client.post("/account/second-step/apps/finish", code="000000").status_code == 400
    assert member_client.post("/account/second-step/apps/finish", code=code_of(secret)).status_code == 200
    assert sign_in(client, owner).headers["Location"].endswith("/account/")
    assert client.get("/account/keys").headers["Location"].endswith("/account/code")


def test_the_first_app_brings_ten_recovery_codes_that_stand_in_no_row(
    session: Session, keyring: Keyring, clock: time_machine.Traveller, member_client: MemberClient
) -> None:
    secret = begin_app(member_client, session, keyring)
    codes = recovery_codes_in(member_client.post("/account/second-step/apps/finish", code=code_of(secret)))
    assert len(codes) == 10
    assert not any(code in repr(vars(one)) for code in codes for one in session.scalars(select(MemberRecoveryCode)))


def test_setting_up_an_app_ends_the_sessions_that_began_without_it(
    client: FlaskClient,
    session: Session,
    keyring: Keyring,
    clock: time_machine.Traveller,
    owner: Member,
    member_client: MemberClient,
) -> None:
    elsewhere = MemberClient(client, session, owner, now())
    secret = begin_app(member_client, session, keyring)
    member_client.post("/account/second-step/apps/finish", code=code_of(secret))
    assert [member_client.get("/account/keys").status_code, elsewhere.get("/account/keys").status_code] == [200, 303]


def test_the_second_step_gives_a_session_under_another_token(
    client: FlaskClient, session: Session, keyring: Keyring, clock: time_machine.Traveller, owner: Member
) -> None:
    secret = given_app(session, keyring, owner)
    sign_in(client, owner)
    half = token_of(client)
    assert post_form(client, "code", code=code_of(secret)).status_code == 303
    assert token_of(client) != half
    assert client.get("/account/keys").status_code == 200


def test_a_code_of_an_app_is_good_once(
    client: FlaskClient,
    session: Session,
    keyring: Keyring,
    clock: time_machine.Traveller,
    owner: Member,
    member_client: MemberClient,
) -> None:
    secret = begin_app(member_client, session, keyring)
    member_client.post("/account/second-step/apps/finish", code=code_of(secret))
    sign_in(client, owner)
    # The code that set it up was used.
    assert post_form(client, "code", code=code_of(secret)).status_code == 403
    clock.shift(timedelta(seconds=STEP))
    code = code_of(secret)
    assert post_form(client, "code", code=code).status_code == 303
    sign_in(client, owner)
    assert post_form(client, "code", code=code).status_code == 403


def test_a_recovery_code_is_good_once_in_small_letters_too(
    client: FlaskClient,
    session: Session,
    keyring: Keyring,
    clock: time_machine.Traveller,
    owner: Member,
    member_client: MemberClient,
) -> None:
    secret = begin_app(member_client, session, keyring)
    codes = recovery_codes_in(member_client.post("/account/second-step/apps/finish", code=code_of(secret)))
    sign_in(client, owner)
    assert post_form(client, "code", code=codes[0].lower()).status_code == 303
    sign_in(client, owner)
    assert post_form(client, "code", code=codes[0]).status_code == 403
    assert post_form(client, "code", code=codes[1]).status_code == 303


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_mailed_link_opens_the_second_step_alone(
    app: Flask,
    client: FlaskClient,
    session: Session,
    keyring: Keyring,
    owner: Member,
    mails: Callable[[], list[tuple[str, str, str]]],
) -> None:
    given_app(session, keyring, owner)
    client.post("/account/forgotten", data={"email": owner.email})
    assert client.post(link_in(mails()[0][2]), data={"password": FRESH, "again": FRESH}).status_code == 303
    half = token_of(client)
    member_client = MemberClient(client, session, owner, now())
    member_client.token = half
    closed = 0
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<[^>]+>", "x", rule.rule)
        if not path.startswith("/account") or not app.view_functions[rule.endpoint].is_guarded:  # type: ignore[attr-defined]
            continue
        if path.startswith("/account/code"):
            continue
        for method in sorted(rule.methods & {"GET", "POST"}):  # type: ignore[operator]
            answer = member_client.get(path) if method == "GET" else member_client.post(path, old=FRESH)
            assert (answer.status_code, answer.headers["Location"]) == (303, "/account/code"), (method, path)
            closed += 1
    assert closed > 40


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_member_with_an_app_sets_up_no_other_while_signing_in(
    client: FlaskClient, session: Session, keyring: Keyring, owner: Member
) -> None:
    given_app(session, keyring, owner)
    sign_in(client, owner)
    assert post_form(client, "code/app").status_code == 303
    assert len(session.scalars(select(MemberApp)).all()) == 1


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_an_app_that_was_never_seen_to_work_lets_no_one_in(
    client: FlaskClient, session: Session, keyring: Keyring, clock: time_machine.Traveller, owner: Member
) -> None:
    given_app(session, keyring, owner)
    _, begun = second_steps.begin_app(session, keyring, owner, "tablet", now().date())
    session.commit()
    sign_in(client, owner)
    for path in ("code/app/finish", "code"):
        assert "Set-Cookie" not in post_form(client, path, code=code_of(begun)).headers, path
    assert client.get("/account/keys").headers["Location"] == "/account/code"


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_second_step_is_given_within_ten_minutes(
    client: FlaskClient, session: Session, keyring: Keyring, clock: time_machine.Traveller, owner: Member
) -> None:
    secret = given_app(session, keyring, owner)
    sign_in(client, owner)
    clock.shift(timedelta(minutes=10))
    assert post_form(client, "code", code=code_of(secret)).headers["Location"] == "/account/sign-in"


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_wrong_password_says_neither_who_has_a_second_step_nor_who_has_an_account(
    client: FlaskClient, session: Session, keyring: Keyring, owner: Member
) -> None:
    bare = make_member(session, email="bare@others.example")
    given_app(session, keyring, owner)
    answers = {
        client.post("/account/sign-in", data={"email": one, "password": "wrong"})
        .get_data(as_text=True)
        .replace(one, "-")
        for one in (owner.email, bare.email, "no@one.example")
    }
    assert len(answers) == 1


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_wrong_codes_count_with_wrong_passwords_and_a_right_password_forgets_none(
    client: FlaskClient, session: Session, keyring: Keyring, clock: time_machine.Traveller, owner: Member
) -> None:
    given_app(session, keyring, owner)
    sign_in(client, owner, "wrong")
    sign_in(client, owner)
    for _ in range(FREE_FAILURES - 2):
        assert post_form(client, "code", code="000000").status_code == 403
    sign_in(client, owner)
    assert post_form(client, "code", code="000000").status_code == 403
    assert sign_in(client, owner).status_code == 429


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_is_no_code_counts_as_a_wrong_one_and_the_right_one_waits(
    client: FlaskClient, session: Session, keyring: Keyring, clock: time_machine.Traveller, owner: Member
) -> None:
    secret = given_app(session, keyring, owner)
    sign_in(client, owner)
    for code in ("", "12345", "１２３４５６", "AAAAA-AAAAA", "0" * 5000):
        assert post_form(client, "code", code=code).status_code == 403, code
    assert post_form(client, "code", code=code_of(secret)).status_code == 429
    clock.shift(timedelta(minutes=16))
    sign_in(client, owner)
    assert post_form(client, "code", code=code_of(secret)).status_code == 303


def require_second_step(member_client: MemberClient) -> None:
    assert member_client.post("/account/second-step/require", needed="yes", old=PASSWORD).status_code == 303


@pytest.fixture
def worker(session: Session, owner: Member) -> Member:
    """Another member of the owner's organisation."""
    organisation = session.get_one(Organisation, owner.organisation_id)
    return make_member(session, organisation, MemberRole.MEMBER, "worker@works.example")


@pytest.fixture
def colleague(client: FlaskClient, session: Session, worker: Member) -> MemberClient:
    """The worker, signed in with the password alone."""
    return MemberClient(client, session, worker, now())


@pytest.fixture
def foreign(session: Session, keyring: Keyring) -> Member:
    """A member of another organisation, who has a second step."""
    member = make_member(session, email="foreign@others.example")
    given_app(session, keyring, member)
    return member


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_an_owner_who_has_a_second_step_requires_it_with_the_password(
    session: Session, keyring: Keyring, owner: Member, member_client: MemberClient, colleague: MemberClient
) -> None:
    organisation = session.get_one(Organisation, owner.organisation_id)
    assert member_client.post("/account/second-step/require", needed="yes", old=PASSWORD).status_code == 400
    given_app(session, keyring, owner)
    assert colleague.post("/account/second-step/require", needed="yes", old=PASSWORD).status_code == 403
    assert member_client.post("/account/second-step/require", needed="yes", old="wrong").status_code == 400
    assert not organisation.needs_second_step
    require_second_step(member_client)
    assert organisation.needs_second_step


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_member_without_one_sets_up_the_second_step_that_is_required(
    client: FlaskClient,
    session: Session,
    keyring: Keyring,
    clock: time_machine.Traveller,
    owner: Member,
    member_client: MemberClient,
    colleague: MemberClient,
) -> None:
    given_app(session, keyring, owner)
    require_second_step(member_client)
    # Also who was signed in before.
    assert colleague.get("/account/lists").headers["Location"] == "/account/code"
    assert "Invented" in colleague.get("/account/code").get_data(as_text=True)
    assert 'lang="it"' in colleague.get("/account/code?language=it").get_data(as_text=True)
    assert colleague.post("/account/code/app").status_code == 303
    assert "data:image/svg+xml" in colleague.get("/account/code").get_data(as_text=True)
    app = session.scalars(select(MemberApp).where(MemberApp.member_id == colleague.member.id)).one()
    secret = second_steps.APPS.secret_of(keyring, app)
    assert colleague.post("/account/code/app/finish", code="000000").status_code == 400
    assert len(recovery_codes_in(colleague.post("/account/code/app/finish", code=code_of(secret)))) == 10
    colleague.token = token_of(client)
    assert colleague.get("/account/lists").status_code == 200


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_last_app_is_not_removed_while_a_second_step_is_required(
    session: Session,
    keyring: Keyring,
    owner: Member,
    worker: Member,
    member_client: MemberClient,
    colleague: MemberClient,
) -> None:
    for member in (owner, worker):
        given_app(session, keyring, member)
    require_second_step(member_client)
    mine = session.scalars(select(MemberApp.reference).where(MemberApp.member_id == worker.id)).one()
    needed = colleague.post("/account/second-step/apps/remove", app=mine, old=PASSWORD)
    assert (needed.status_code, "add another app first" in needed.get_data(as_text=True)) == (400, True)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_second_step_is_reset_by_an_owner_of_the_organisation_with_the_password(
    session: Session,
    keyring: Keyring,
    owner: Member,
    worker: Member,
    foreign: Member,
    member_client: MemberClient,
    colleague: MemberClient,
) -> None:
    for member in (owner, worker):
        given_app(session, keyring, member)

    def reset(by: MemberClient, whose: Member, password: str = PASSWORD) -> int:
        return by.post(f"/account/people/{whose.reference}/second-step", old=password).status_code

    assert reset(colleague, owner) == 403
    assert reset(member_client, worker, "wrong") == 400
    assert reset(member_client, foreign) == 404
    # An owner's own is removed on the own page.
    assert reset(member_client, owner) == 400
    assert colleague.get("/account/lists").status_code == 200
    assert reset(member_client, worker) == 303


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_member_whose_second_step_was_reset_signs_in_with_the_password(
    client: FlaskClient,
    session: Session,
    keyring: Keyring,
    owner: Member,
    worker: Member,
    member_client: MemberClient,
    colleague: MemberClient,
) -> None:
    for member in (owner, worker):
        given_app(session, keyring, member)
    require_second_step(member_client)
    assert member_client.post(f"/account/people/{worker.reference}/second-step", old=PASSWORD).status_code == 303
    assert colleague.get("/account/lists").headers["Location"] == "/account/sign-in"
    assert member_client.post("/account/second-step/require", needed="no", old=PASSWORD).status_code == 303
    assert sign_in(client, worker).status_code == 303
    assert client.get("/account/lists").status_code == 200
    assert session.scalars(select(MemberSession).where(MemberSession.is_full.is_(False))).all() == []


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_removing_an_app_needs_the_password_and_ends_other_sessions(
    client: FlaskClient, session: Session, keyring: Keyring, owner: Member, foreign: Member, member_client: MemberClient
) -> None:
    given_app(session, keyring, owner)
    elsewhere = MemberClient(client, session, owner, now())
    own = session.scalars(select(MemberApp.reference).where(MemberApp.member_id == owner.id)).one()
    others = session.scalars(select(MemberApp.reference).where(MemberApp.member_id == foreign.id)).one()
    assert member_client.post("/account/second-step/apps/remove", app=own, old="wrong").status_code == 400
    assert member_client.post("/account/second-step/apps/remove", app=others, old=PASSWORD).status_code == 404
    assert member_client.post("/account/second-step/apps/remove", app=own, old=PASSWORD).status_code == 303
    assert elsewhere.get("/account/own").status_code == 303
    assert {one.member_id for one in session.scalars(select(MemberApp))} == {foreign.id}
