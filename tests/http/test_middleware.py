"""What every answer carries: headers, a request id, the right host; and who else may read it."""

import gc
import weakref
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from registry.app import create_app
from registry.core.settings import Edge, Settings
from registry.http.responses import content_policy
from registry.http.transaction import services

ALWAYS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; manifest-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.mark.parametrize("path", ["/health", "/nowhere", "/api/v1/nowhere", "/zh-Hans/nowhere"])
def test_every_answer_carries_the_security_headers_once(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    for name, value in ALWAYS.items():
        assert headers.getlist(name) == [value]
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers
    assert "Set-Cookie" not in headers


def test_an_answer_that_the_asker_holds_keeps_the_headers_that_came_with_it(client: FlaskClient) -> None:
    """RFC 9110, 15.4.5: a 304 carries what a cache goes on with, and nothing about bytes that it does not bring."""
    first = client.get("/api/v1/authorities")
    again = client.get("/api/v1/authorities", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    for name in ("ETag", "Vary", "Cache-Control", "Access-Control-Allow-Origin", "API-Version", "RateLimit-Policy"):
        assert again.headers.getlist(name) == first.headers.getlist(name)
    assert again.headers["X-Request-Id"]
    assert not {"Content-Type", "Content-Length", "Content-Security-Policy", "Referrer-Policy"} & {
        *again.headers.keys()
    }


def test_a_public_address_with_tls_is_remembered_by_browsers(
    settings: Settings, make_app: Callable[[Settings], Flask]
) -> None:
    secure = replace(settings, public_url="https://registry.example", is_public_url_set=True)
    answer = make_app(secure).test_client().get("/health", base_url="https://registry.example")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")


@pytest.mark.own_app
def test_a_view_that_needs_more_states_its_own_policy(app: Flask, client: FlaskClient) -> None:
    policy = content_policy(connect_src="'self'")
    assert policy.endswith("; connect-src 'self'")
    app.add_url_rule("/docs-like", "docs", lambda: Response("", headers={"Content-Security-Policy": policy}))
    assert client.get("/docs-like").headers.getlist("Content-Security-Policy") == [policy]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("registry.example", 404),
        ("Registry.Example:443", 404),
        ("registry.example:8000", 421),
        ("localhost", 421),
        ("127.0.0.1:8000", 421),
        ("registry.example.evil.example", 421),
        ("evil.example", 421),
    ],
)
def test_only_the_public_host_is_served(
    settings: Settings, make_app: Callable[[Settings], Flask], host: str, status: int
) -> None:
    app = make_app(replace(settings, public_url="https://registry.example", is_public_url_set=True))
    answer = app.test_client().get("/api/v1/nowhere", headers={"Host": host})
    assert (answer.status_code, answer.json["status"]) == (status, status)


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:9", "[::1]:8000"])
def test_without_a_public_address_this_machine_is_served(client: FlaskClient, host: str) -> None:
    assert client.get("/api/v1/nowhere", headers={"Host": host}).status_code == 404


def test_without_a_public_address_no_other_name_is_served(client: FlaskClient) -> None:
    # A page elsewhere whose name was pointed at this machine must not read answers.
    answer = client.get("/api/v1/nowhere", headers={"Host": "rebound.example"})
    assert (answer.status_code, answer.json["code"]) == (421, "host_not_served")


def test_health_is_told_under_any_name(client: FlaskClient) -> None:
    assert client.get("/health", headers={"Host": "10.1.2.3:8000"}).status_code == 200


@pytest.mark.parametrize("given", ["0af7651916cd43dd8448eb211c80319c", "9b2e0b8e-6f7d-4f3a-9a54-5d1f2c3b4a59"])
def test_a_wellformed_request_id_is_given_back(client: FlaskClient, given: str) -> None:
    assert client.get("/api/v1/nowhere", headers={"X-Request-Id": given}).json["request_id"] == given


def test_a_request_of_a_trace_has_the_id_of_the_trace(client: FlaskClient) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    answer = client.get("/api/v1/nowhere", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    assert answer.json["request_id"] == trace


@pytest.mark.parametrize(
    "given", ["ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", f"00-{'0' * 32}-b7ad6b7169203331-01", "00-1-2"]
)
def test_what_is_no_trace_is_passed_over(client: FlaskClient, given: str) -> None:
    answer = client.get("/api/v1/nowhere", headers={"traceparent": given})
    assert (answer.status_code, len(answer.json["request_id"])) == (404, 32)
    assert answer.json["request_id"] not in given


def test_every_answer_of_the_api_names_the_version_of_its_description(client: FlaskClient) -> None:
    versions = {client.get(path).headers.get("API-Version") for path in ("/api/v1/coverage", "/api/v1/nowhere")}
    assert versions == {client.get("/openapi.json").json["info"]["version"]}
    assert "API-Version" not in client.get("/health").headers


@pytest.mark.parametrize("given", ["", "13800138000", "x" * 32, "0AF7651916CD43DD8448EB211C80319C", "a' OR 1=1 --"])
def test_any_other_request_id_is_replaced(client: FlaskClient, given: str) -> None:
    answer = client.get("/api/v1/nowhere", headers={"X-Request-Id": given})
    assert answer.headers["X-Request-Id"] != given
    assert len(answer.headers["X-Request-Id"]) == 32


@pytest.mark.own_app
def test_any_page_may_read_the_public_api(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/api/v1/read", "read", lambda: "", methods=["GET", "POST"])
    answer = client.get("/api/v1/read", headers={"Origin": "https://news.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "RateLimit-Policy" in answer.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    preflight = client.options(
        "/api/v1/read", headers={"Origin": "https://news.example", "Access-Control-Request-Method": "GET"}
    )
    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Methods"] == "GET, HEAD, POST, OPTIONS"
    assert "Access-Control-Allow-Origin" not in client.post("/api/v1/read").headers


def test_pages_may_not_be_read_by_other_sites(client: FlaskClient) -> None:
    assert "Access-Control-Allow-Origin" not in client.get("/nowhere").headers
    assert "Access-Control-Allow-Origin" not in client.get("/health").headers


def test_a_process_serves_the_edges_it_was_told_to(settings: Settings, make_app: Callable[[Settings], Flask]) -> None:
    rules = {
        edge: {rule.rule for rule in make_app(replace(settings, edges=frozenset({edge}))).url_map.iter_rules()}
        for edge in (Edge.API, Edge.PUBLIC, Edge.INTAKE)
    }
    assert not any(rule.startswith("/api") for rule in rules[Edge.PUBLIC])
    assert not any(rule.startswith("/<language>") for rule in rules[Edge.API])
    assert not any("/box" in rule for rule in rules[Edge.PUBLIC])
    assert all("/box" in rule for rule in rules[Edge.INTAKE] if rule.startswith("/<language"))
    # Flask-RESTX would add files and views of its own.
    assert not any("swagger" in rule for served in rules.values() for rule in served if not rule.startswith("/docs"))


def test_metrics_are_served_on_the_switch_alone_and_hold_routes_without_values(
    settings: Settings, make_app: Callable[[Settings], Flask], client: FlaskClient
) -> None:
    assert client.get("/metrics").status_code == 404
    measured = make_app(replace(settings, has_metrics=True))
    measured.add_url_rule("/api/v1/agencies-like/<reference>", "agencies_like", lambda reference: "")
    measured_client = measured.test_client()
    measured_client.get("/api/v1/agencies-like/planted-5cb1?name=planted-5cb1")
    page = measured_client.get("/metrics").text
    assert 'registry_requests_total{method="GET",route="/api/v1/agencies-like/<reference>",status="200"} 1.0' in page
    assert "registry_request_seconds_bucket" in page
    assert "planted" not in page


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_an_application_that_is_let_go_is_gone(settings: Settings) -> None:
    first = create_app(settings)
    services(first).engine.dispose()
    gone = weakref.ref(first)
    del first
    services(create_app(settings)).engine.dispose()
    gc.collect()
    assert gone() is None
