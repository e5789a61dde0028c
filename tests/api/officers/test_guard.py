"""Authentication of the officers' API: only a token in one header, and no endpoint is open by omission."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.api import namespaces
from registry.api.edge import Router
from registry.api.namespaces import PREFIX
from registry.api.officers.endpoints import officer_may
from registry.api.restx import Namespace, Resource
from registry.api.write_headers import if_match
from registry.core.clock import now
from registry.core.errors import InvalidInput, StaleVersion, VersionMissing
from registry.core.keyring import Keyring
from registry.core.settings import Edge, Settings
from registry.http.portals import UnguardedRoute
from registry.http.responses import Answer
from registry.http.schemas import request_schema, response_schema
from registry.officers import accounts
from registry.officers.rights import RIGHTS, Act, Role
from registry.officers.rights import Resource as Thing
from registry.officers.sessions import OFFICER_SESSIONS
from schemas.officers import OwnStandingSchema
from tests.api.officers.requests import Program, program_of
from tests.api.shapes import assert_as_documented
from tests.officers.making import make_officer, make_unit

ME = "/api/v1/officers/me"


@pytest.fixture
def program(client: FlaskClient, session: Session, keyring: Keyring) -> Program:
    make_unit(session)
    return program_of(client, session, make_officer(session, keyring, Role.SUPERVISOR).officer)


def test_a_token_tells_who_one_is_and_what_one_may(program: Program) -> None:
    response = program.get(ME)
    assert_as_documented(response, "getMe")
    assert response.json["officer_id"] == program.officer.reference
    may = {(right["resource"], right["act"]) for right in response.json["rights"]}
    assert may == {right for right, roles in RIGHTS.items() if Role.SUPERVISOR in roles}
    assert response.headers["ETag"] == f'"{program.officer.version}"'
    assert response.headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer x", "Basic YTpi", "Bearer rrt_" + "A" * 43, "rrt_"])
def test_without_a_token_that_opens_there_is_nothing(client: FlaskClient, program: Program, header: str | None) -> None:
    response = client.get(ME, headers={} if header is None else {"Authorization": header})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert_as_documented(response, "getMe")
    assert response.json["code"] == "not_signed_in"
    assert response.json["detail"].startswith("a token is needed: Authorization: Bearer")


def test_the_consoles_cookie_opens_nothing_here(client: FlaskClient, session: Session, program: Program) -> None:
    stored = OFFICER_SESSIONS.begin(session, program.officer, now(), is_full=True)
    client.set_cookie("console", stored, path="/")
    assert client.get(ME).status_code == 401
    # Nor is the session's token one of a program.
    assert client.get(ME, headers={"Authorization": f"Bearer {stored}"}).status_code == 401


def test_a_programs_token_is_no_session(client: FlaskClient, program: Program) -> None:
    client.set_cookie("console", program.token, path="/console")
    assert client.get("/console/own").location == "/console/sign-in"


def test_what_was_taken_away_is_gone_with_the_next_request(session: Session, program: Program) -> None:
    assert program.get(ME).json["roles"] == ["supervisor"]
    change = accounts.propose_roles(session, program.officer, [Role.TRIAGE], by="A", at=now())
    accounts.approve(session, change, by="B", at=now(), today=now().date())
    assert program.get(ME).json["roles"] == ["triage"]
    accounts.close(session, program.officer, by="A", at=now(), today=now().date())
    assert program.get(ME).status_code == 401


def test_it_is_served_where_the_console_is(settings: Settings, make_app: Callable[[Settings], Flask]) -> None:
    for edges, status in (({Edge.API, Edge.PUBLIC}, 404), ({Edge.CONSOLE}, 401), ({Edge.CONSOLE, Edge.API}, 401)):
        app = make_app(replace(settings, edges=frozenset(edges)))
        assert app.test_client().get(ME).status_code == status, edges


class Forgotten(Resource):  # type: ignore[misc]
    def get(self) -> str:
        return "open"


class Guarded(Resource):  # type: ignore[misc]
    @officer_may(Thing.OWN, Act.READ)
    @request_schema()
    @response_schema(OwnStandingSchema(), "getKept")
    def get(self, session: Session, me: object) -> Answer:
        raise AssertionError


@pytest.mark.own_app
@pytest.mark.parametrize(("view", "says"), [(Forgotten, "has no policy"), (Guarded, "say cacheable=False")])
def test_what_is_open_or_kept_by_caches_is_not_served(app: Flask, view: type[Resource], says: str) -> None:
    forgotten = Namespace("forgotten", path="/cases")
    forgotten.add_resource(view, "/forgotten")
    api = Router(doc=False, prefix=PREFIX)
    api.add_namespace(forgotten)
    api.init_app(app, add_specs=False)
    with pytest.raises(UnguardedRoute, match=says):
        namespaces.require_policies(app)


def test_what_stands_where_everybodys_things_do_is_not_served(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        namespaces, "DESK_PATHS", tuple(path for path in namespaces.DESK_PATHS if not path.endswith("/access-grants"))
    )
    with pytest.raises(UnguardedRoute, match="name its noun in DESK_PATHS"):
        namespaces.require_policies(app)


@pytest.mark.parametrize("text", ['"7"', 'W/"7"', ' "7" '])
def test_the_version_stands_in_if_match(app: Flask, text: str) -> None:
    with app.test_request_context(headers={"If-Match": text}):
        assert if_match() == 7


@pytest.mark.parametrize("text", ['"seven"', '"-1"', '"٧"', f'"{10**12}"'])
def test_a_tag_that_was_never_given_fits_nothing(app: Flask, text: str) -> None:
    with app.test_request_context():
        # As a server hands it on: headers are bytes, read as Latin-1.
        request.environ["HTTP_IF_MATCH"] = text.encode().decode("latin-1")
        with pytest.raises(StaleVersion, match="no ETag that was given"):
            if_match()


@pytest.mark.parametrize("text", ["", "*", "7", '"7", "8"'])
def test_an_invalid_version_is_an_error(app: Flask, text: str) -> None:
    with app.test_request_context():
        # As a server hands it on: headers are bytes, read as Latin-1.
        request.environ["HTTP_IF_MATCH"] = text.encode().decode("latin-1")
        with pytest.raises(InvalidInput, match="If-Match: must be one ETag"):
            if_match()


def test_without_if_match_nothing_is_changed(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(VersionMissing, match="send the ETag"):
        if_match()
