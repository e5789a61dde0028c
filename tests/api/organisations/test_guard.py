"""Authentication of organisations' programs: a key in one header opens its scopes, and counts for its organisation."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.api.edge import Router
from registry.api.namespaces import PREFIX, require_scopes
from registry.api.restx import Namespace, Resource
from registry.core.clock import now
from registry.core.settings import Settings
from registry.http import logs
from registry.http.portals import UnguardedRoute
from registry.http.transaction import services
from registry.organisations import keys
from registry.organisations.models import ApiKey
from registry.vocabulary.organisations import Scope
from tests.api.organisations.conftest import Program, program_of
from tests.api.shapes import assert_as_documented
from tests.make import make_api_key, make_organisation

OURS = "/api/v1/organisation"
VERIFY = "/api/v1/verify?uscc=91000000MA00FCT307"


def test_no_shared_cache_stores_what_is_answered_to_a_key(program: Program, client: FlaskClient) -> None:
    keyed, public = program.get(VERIFY), client.get(VERIFY)
    assert public.headers["Cache-Control"].startswith("public")
    assert keyed.headers["Cache-Control"].startswith("private")
    assert "Authorization" in ", ".join(keyed.headers.getlist("Vary"))


def test_a_key_says_whose_it_is(program: Program, session: Session) -> None:
    response = program.get(OURS)
    assert_as_documented(response, "getOrganisation")
    assert response.json["organisation_id"] == program.organisation.reference
    assert response.json["scopes"] == sorted(Scope)
    assert response.headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in response.headers
    key = session.scalars(select(ApiKey)).one()
    assert (key.reference, key.last_used_on) == (response.json["key_id"], now().date())


@pytest.mark.parametrize(
    "sent", [None, "", "Bearer", "Bearer x", "Basic YTpi", "Bearer rrk_" + "A" * 43, "Bearer rrt_" + "A" * 43]
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_without_a_key_that_opens_there_is_nothing(client: FlaskClient, sent: str | None) -> None:
    response = client.get(OURS, headers={} if sent is None else {"Authorization": sent})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert_as_documented(response, "getOrganisation")
    assert response.json["code"] == "not_signed_in"
    assert response.json["detail"] == keys.NEEDED


def test_a_key_that_does_not_open_this_is_told_the_scope(client: FlaskClient, session: Session) -> None:
    response = program_of(client, session, Scope.VERIFY, Scope.JOBS).get(OURS)
    assert (response.status_code, response.json["code"]) == (403, "scope_missing")
    assert response.json["detail"] == "this needs a key with the scope organisation, and yours has jobs, verify"
    assert_as_documented(response, "getOrganisation")


def test_verify_is_open_without_a_key_and_wider_with_one(
    make_app: Callable[[Settings], Flask], settings: Settings
) -> None:
    app = make_app(replace(settings, rate=2, organisation_rate=5))
    with services(app).sessions.begin() as session:
        organisation = make_organisation(session)
        one, other = make_api_key(session, organisation), make_api_key(session, organisation, Scope.VERIFY)
        narrow = make_api_key(session, organisation, Scope.JOBS)
        theirs = make_api_key(session, make_organisation(session, "Invented Others", rate=9))
    client = app.test_client()

    def ask(key: str | None) -> tuple[int, str]:
        response = client.get(VERIFY, headers={"Authorization": f"Bearer {key}"} if key else {})
        return response.status_code, response.headers["RateLimit-Policy"].partition("q=")[2].partition(";")[0]

    # The first request of a key counts for the address too; from then on the organisation's limit alone.
    assert [ask(one) for _ in range(4)] == [(200, "5")] * 4
    # The key of another program of the same organisation draws from the same bucket.
    assert [ask(other), ask(other), ask(one)] == [(200, "5"), (429, "5"), (429, "5")]
    assert ask(None) == (429, "2")
    # Where an address has used up its own limit, no key that is tried for the first time is looked up.
    assert ask(theirs) == (429, "2")
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get(VERIFY, environ_overrides=elsewhere).headers["RateLimit-Policy"] == '"minute";q=2;w=60'
    found = client.get(VERIFY, environ_overrides=elsewhere, headers={"Authorization": f"Bearer {theirs}"})
    assert (found.status_code, found.headers["RateLimit"][:13]) == (200, '"minute";r=8;')
    assert ask(theirs) == (200, "9")
    refused = client.get(
        VERIFY, environ_overrides={"REMOTE_ADDR": "192.0.2.8"}, headers={"Authorization": f"Bearer {narrow}"}
    )
    assert refused.status_code == 429


def test_a_bad_key_at_verify_is_not_taken_for_none(client: FlaskClient, session: Session) -> None:
    bad = client.get(VERIFY, headers={"Authorization": "Bearer rrk_" + "A" * 43})
    assert (bad.status_code, bad.json["code"]) == (401, "not_signed_in")
    assert_as_documented(bad, "verify")
    narrow = program_of(client, session, Scope.JOBS).get(VERIFY)
    assert (narrow.status_code, narrow.json["code"]) == (403, "scope_missing")
    # What is no key of ours is none of our business.
    assert client.get(VERIFY, headers={"Authorization": "Basic YTpi"}).status_code == 200


def test_a_revoked_key_opens_nothing_in_the_next_request(program: Program, session: Session) -> None:
    assert program.get(OURS).status_code == 200
    keys.revoke_all(session, program.organisation.id, now())
    assert program.get(OURS).status_code == 401
    assert program.get(VERIFY).status_code == 401


@pytest.mark.parametrize(
    "address", [f"{VERIFY}&key={{}}", "/api/v1/organisation?{}", "/en?token={}", "/{}", "/api/v1/agencies/{}"]
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_key_in_an_address_is_refused_everywhere(
    client: FlaskClient, session: Session, address: str, capfd: pytest.CaptureFixture[str]
) -> None:
    key = make_api_key(session)
    response = client.get(address.format(key), headers={"Accept-Language": "en"})
    assert response.status_code == 400
    assert "revoke this one" in response.get_data(as_text=True) or "Revoke this one" in response.get_data(as_text=True)
    assert key not in response.get_data(as_text=True)
    client.get(OURS, headers={"Authorization": f"Bearer {key}"})
    logs.SINK.flush()
    logged = capfd.readouterr().out
    assert '"status":400' in logged
    assert key[4:] not in logged


def test_no_view_of_organisations_is_open_by_forgetting(app: Flask) -> None:
    namespace = Namespace("late", path="/watches/late")

    class Late(Resource):  # type: ignore[misc]
        def get(self) -> str:
            return "open"

    namespace.add_resource(Late, "")
    late = Flask("late")
    api = Router(doc=False, prefix=PREFIX)
    api.add_namespace(namespace)
    api.init_app(late, add_specs=False)
    with pytest.raises(UnguardedRoute, match="/api/v1/watches/late"):
        require_scopes(late)
    require_scopes(app)
