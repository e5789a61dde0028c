"""Errors: one shape for programs, a page for people, alike under test and in production, and never what was sent."""

import json
from collections.abc import Callable, Iterator

import pytest
from flask import Flask, abort, request
from flask.testing import FlaskClient
from sqlalchemy import text

from registry.core.db import revisions
from registry.core.errors import EntryTooLarge, Fault, InvalidInput, LogClosed, NotFound, RegistryError, TooLarge
from registry.core.settings import Settings
from registry.http.errors import show_errors_with
from registry.http.transaction import reading, services, writing
from registry.vocabulary.codes import Problem
from tests.applications import Applications

pytestmark = pytest.mark.own_app

SECRET = "planted-5cb1"


def fail_in_production(app: Flask) -> None:
    for prefix in ("/api/v1", "/zh-Hans"):
        add_failing_views(app, prefix)


def fail_under_test(app: Flask) -> None:
    app.testing = True
    fail_in_production(app)


@pytest.fixture(params=[fail_in_production, fail_under_test], ids=["production", "testing"])
def failing(settings: Settings, applications: Applications, request: pytest.FixtureRequest) -> Iterator[FlaskClient]:
    """The application with views that go wrong in every way, under /api and beside it."""
    app = applications.take(settings, request.param)
    yield app.test_client()
    applications.give_back(app)


def add_failing_views(app: Flask, prefix: str) -> None:
    name = prefix.strip("/").replace("/", "_")

    def raising(error: Callable[[], BaseException]) -> Callable[[], str]:
        def view() -> str:
            raise error()

        return view

    def read_json() -> str:
        return str(request.get_json())

    ways: dict[str, Callable[[], str]] = {
        "unexpected": raising(lambda: ValueError(SECRET)),
        "own_fault": raising(lambda: EntryTooLarge(SECRET)),
        "invalid": raising(lambda: InvalidInput([Fault("on", Problem.NOT_A_DATE, "a date is YYYY-MM-DD")])),
        "missing": raising(lambda: NotFound("no agency has this id")),
        "closed": raising(lambda: LogClosed("the log was closed: nothing more can be published here")),
        "large": raising(lambda: TooLarge("at most 10,000 rows")),
        "aborted": lambda: abort(418),
        "table": lambda: str(reading().execute(text("SELECT something FROM nowhere"))),
        "syntax": lambda: str(reading().execute(text(f"SELEKT '{SECRET}'"))),
    }
    for way, view in ways.items():
        app.add_url_rule(f"{prefix}/{way}", f"{name}_{way}", view)
    app.add_url_rule(f"{prefix}/json", f"{name}_json", read_json, methods=["POST"])


@pytest.mark.parametrize(
    ("way", "status", "code"),
    [
        ("unexpected", 500, "internal"),
        ("own_fault", 500, "internal"),
        ("invalid", 400, "invalid_request"),
        ("missing", 404, "not_found"),
        ("closed", 409, "log_closed"),
        ("large", 413, "payload_too_large"),
        ("aborted", 418, "http_error"),
        ("table", 503, "not_migrated"),
        ("syntax", 500, "internal"),
        ("json", 405, "method_not_allowed"),
        ("nowhere", 404, "not_found"),
    ],
)
def test_every_error_has_the_one_shape(failing: FlaskClient, way: str, status: int, code: str) -> None:
    answer = failing.get(f"/api/v1/{way}?name={SECRET}")
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert set(answer.json) == {"type", "title", "status", "code", "detail", "request_id", "errors"}
    assert (answer.json["status"], answer.json["code"]) == (status, code)
    assert answer.json["type"] == f"http://127.0.0.1:8000/docs#problem-{code}"
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Language"] in ("zh-Hans", "zh-Hant", "en", "it")
    assert "Accept-Language" in answer.headers["Vary"]
    assert SECRET not in answer.text
    page = failing.get(f"/zh-Hans/{way}?name={SECRET}")
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert page.headers["X-Request-Id"] in page.text
    assert SECRET not in page.text


def test_each_wrong_parameter_is_named(failing: FlaskClient) -> None:
    assert failing.get("/api/v1/invalid").json["errors"] == [
        {"parameter": "on", "code": "not_a_date", "detail": "a date is YYYY-MM-DD"}
    ]


def test_a_method_that_is_not_taken_is_told_which_are(failing: FlaskClient) -> None:
    assert failing.get("/api/v1/json").headers["Allow"] == "OPTIONS, POST"


@pytest.mark.parametrize(
    ("body", "media_type", "status", "code"),
    [
        (f'{{"name": "{SECRET}"', "application/json", 400, "malformed_json"),
        (b"\xff\xfe" + SECRET.encode(), "application/json", 400, "malformed_json"),
        (f"name={SECRET}", "application/x-www-form-urlencoded", 415, None),
        (f'{{"name": "{SECRET}"}}', "text/plain", 415, None),
        (b'"' + SECRET.encode() * 200_000 + b'"', "application/json", 413, None),
    ],
)
def test_a_body_that_cannot_be_read_is_said_and_not_repeated(
    failing: FlaskClient, body: str | bytes, media_type: str, status: int, code: str | None
) -> None:
    answer = failing.post("/api/v1/json", data=body, content_type=media_type)
    assert answer.status_code == status
    assert [fault["code"] for fault in answer.json["errors"]] == ([code] if code else [])
    assert SECRET not in answer.text


def test_an_error_under_api_is_json_whatever_accept_says(failing: FlaskClient) -> None:
    for accept in ("text/html", "image/png", "", "*/*;q=nonsense"):
        answer = failing.get("/api/v1/nowhere", headers={"Accept": accept, "Accept-Language": "xx;q=7,,"})
        assert json.loads(answer.data)["code"] == "not_found"


def test_head_and_options_are_answered_without_a_body(failing: FlaskClient) -> None:
    head = failing.head("/api/v1/missing")
    assert (head.status_code, head.data) == (404, b"")
    options = failing.options("/api/v1/missing")
    assert options.status_code == 200
    assert set(options.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert failing.options("/api/v1/nowhere").status_code == 404


def test_the_pages_edge_draws_the_error_page(app: Flask, client: FlaskClient) -> None:
    show_errors_with(app, lambda problem, status: f"<p>{status} {problem.code} {problem.request_id}</p>")
    answer = client.get("/nowhere")
    assert answer.text == f"<p>404 not_found {answer.headers['X-Request-Id']}</p>"


def test_an_error_page_that_fails_still_leaves_one_shape(app: Flask, client: FlaskClient) -> None:
    def fail(_problem: object, _status: int) -> str:
        raise RuntimeError(SECRET)

    show_errors_with(app, fail)
    answer = client.get("/nowhere")
    assert answer.status_code == 500
    assert set(json.loads(answer.data)) == {"type", "title", "status", "code", "detail", "request_id", "errors"}
    assert SECRET not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_unmapped_problem_is_a_fault_of_ours(app: Flask, client: FlaskClient) -> None:
    class Unmapped(RegistryError):
        pass

    def view() -> str:
        raise Unmapped(SECRET)

    app.add_url_rule("/api/v1/unmapped", "unmapped", view)
    answer = client.get("/api/v1/unmapped")
    assert answer.status_code == 500
    assert SECRET not in answer.text


@pytest.fixture
def reading_client(app: Flask, client: FlaskClient) -> Iterator[FlaskClient]:
    def size() -> str:
        return str(reading().execute(text("SELECT size FROM log_state")).scalar_one())

    def grow() -> str:
        with writing() as session:
            session.execute(text("UPDATE log_state SET size = size + 1"))
        return size()

    def grow_and_fail() -> str:
        with writing() as session:
            session.execute(text("UPDATE log_state SET size = size + 100"))
            raise NotFound("changed its mind")

    app.add_url_rule("/api/v1/size", "size", size)
    app.add_url_rule("/api/v1/grow", "grow", grow, methods=["POST"])
    app.add_url_rule("/api/v1/grow-and-fail", "grow_and_fail", grow_and_fail, methods=["POST"])
    return client


@pytest.mark.both_databases
def test_a_transaction_is_kept_whole_or_not_at_all(reading_client: FlaskClient) -> None:
    assert reading_client.get("/api/v1/size").text == "0"
    assert reading_client.post("/api/v1/grow").text == "1"
    assert reading_client.post("/api/v1/grow-and-fail").status_code == 404
    assert reading_client.get("/api/v1/size").text == "1"


def test_a_reading_session_is_given_back_after_each_request(reading_client: FlaskClient, app: Flask) -> None:
    for _ in range(30):
        reading_client.get("/api/v1/size")
    assert services(app).engine.pool.checkedout() == 0


@pytest.mark.both_databases
def test_an_unmigrated_database_says_so(reading_client: FlaskClient, settings: Settings) -> None:
    revisions.downgrade(settings.database_url, "base")
    answer = reading_client.get("/api/v1/size")
    assert (answer.status_code, answer.json["code"]) == (503, "not_migrated")
    assert "registry db upgrade" in answer.json["detail"]
    assert int(answer.headers["Retry-After"]) > 0
