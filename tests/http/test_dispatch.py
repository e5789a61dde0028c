"""What is left out of Flask's and Flask-RESTX's way to a view changes no answer."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask, Response, after_this_request, g, request, url_for
from flask.testing import FlaskClient
from flask_restx import Api
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

import registry.app
from registry.api.edge import Router
from registry.app import RegistryApp, create_app
from registry.core.errors import NotFound
from registry.core.settings import Edge, Settings
from registry.http.middleware import METHODS, PLAIN_VIEWS
from registry.http.transaction import services
from registry.verification.verdicts.queries import VerdictReader
from tests import make

GIVEN = {"X-Request-Id": "0" * 32, "Accept": "*/*"}
OF_THE_MOMENT = {"RateLimit", "Set-Cookie"}
"""Headers that differ from one request to the next."""


class LongWay(RegistryApp):
    """With Flask's own steps around a view."""

    process_response = Flask.process_response
    do_teardown_request = Flask.do_teardown_request

    def preprocess_request(self) -> object:
        self.frame.admit(request.environ)
        return Flask.preprocess_request(self)


@pytest.fixture
def both(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Flask, Flask]]:
    """The application as it is served, and with the libraries' own steps."""
    all_edges = replace(settings, edges=frozenset(Edge), rate=1_000_000)
    ours = create_app(all_edges)
    monkeypatch.setattr(registry.app, "RegistryApp", LongWay)
    monkeypatch.setattr(Router, "output", Api.output)
    theirs = create_app(all_edges)
    theirs.extensions[PLAIN_VIEWS].clear()
    yield ours, theirs
    for app in (ours, theirs):
        services(app).engine.dispose()


def answer(app: Flask, method: str, path: str) -> tuple[str, list[tuple[str, str]], bytes]:
    """Status, headers and body; of a page without what is drawn anew for each."""
    had = app.test_client().open(path, method=method, headers=GIVEN)
    body = re.sub(rb'(name="[a-z_]*token[a-z_]*"[^>]*value=")[^"]*', rb"\1", had.data)
    return had.status, [(name, value) for name, value in had.headers if name not in OF_THE_MOMENT], body


def test_every_route_answers_each_method_as_the_libraries_would(both: tuple[Flask, Flask]) -> None:
    ours, theirs = both
    rules = [rule.rule for rule in ours.url_map.iter_rules()]
    assert rules == [rule.rule for rule in theirs.url_map.iter_rules()]
    paths = sorted(
        {re.sub("<[^>]*>", "x", rule) for rule in rules if not rule.startswith(("/metrics", "/health", "/ready"))}
    )
    tried = [*paths, "/api/v1/nothing", "/api/v1/verify/", "/api/v1/verify?licence_number=X-1", "/api/v1/verify?x=1"]
    for path in tried:
        # Pages come to their views without Flask-RESTX: one method tells.
        for method in sorted(METHODS) if path.startswith("/api/") else ["GET"]:
            assert answer(ours, method, path) == answer(theirs, method, path), (method, path)


def test_hooks_errors_and_the_teardown_have_what_flask_gives_them(both: tuple[Flask, Flask]) -> None:
    for app in both:
        seen: list[object] = []

        def mark(response: Response) -> Response:
            response.headers["Marked"] = g.begun
            return response

        def late() -> Response:
            after_this_request(mark)
            return Response(url_for("late", _external=True))

        def broken() -> Response:
            raise ZeroDivisionError

        @app.before_request
        def begin(seen: list[object] = seen) -> None:
            seen.append(request.url_rule.rule if request.url_rule else None)
            g.begun = "yes"

        @app.teardown_request
        def end(error: BaseException | None, seen: list[object] = seen) -> None:
            seen.append((g.begun, type(error)))

        app.add_url_rule("/late", "late", late)
        app.add_url_rule("/broken", "broken", broken)
        client = app.test_client()
        had = client.get("/late")
        assert (had.status_code, had.text, had.headers["Marked"]) == (200, "http://localhost/late", "yes")
        assert client.get("/broken").status_code == 500
        assert client.get("/missing").status_code == 404
        none = type(None)
        assert seen == ["/late", ("yes", none), "/broken", ("yes", ZeroDivisionError), None, ("yes", none)]


ASKED = (
    "?licence_number={number}&origin=CN&destination=IT",
    "?licence_number={number}&receipt=0",
    "?licence_number={number}&claimed_name=Somebody",
    "?agency_id=AG-wrong",
    "?destination=IT",
    "?licence_number=NOBODY-1&destination=IT",
    "?licence_number={number}&licence_number={number}",
    "?licence_number=%FF&origin=Italy",
    "?licence_number={number}&keep=1",
    "?licence_number={number}&authority=none-such",
    "?known_at=2999-01-01T00:00:00Z&licence_number={number}",
    "?licence_number=" + "9" * 20_000,
    "?licence_number=rrk_" + "a" * 43,
    "",
)
SENT = (
    {"Accept-Language": "zh"},
    {"Accept-Encoding": "br"},
    {"Accept-Encoding": "identity;q=0"},
    {"If-None-Match": "*"},
    {"Cookie": "a=b"},
    {"Host": "elsewhere.example"},
    {"Authorization": "Bearer rrk_" + "a" * 43},
    {"Authorization": "Basic YTpi"},
)


@time_machine.travel(datetime(2026, 11, 24, 10, tzinfo=UTC), tick=False)
@pytest.mark.both_databases
def test_a_plain_view_answers_as_the_class_of_views_would(
    app: Flask, client: FlaskClient, publish: Callable[[], None], session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = make.make_licence(session).number
    publish()

    def answers() -> list[object]:
        paths = [f"/api/v1/verify{query.format(number=number)}" for query in ASKED]
        tried = [(path, {}) for path in paths] + [(paths[0], sent) for sent in SENT]
        had = [client.get(path, headers=GIVEN | sent) for path, sent in tried]
        return [
            (one.status, [(name, value) for name, value in one.headers if name not in OF_THE_MOMENT], one.data)
            for one in had
        ]

    plainly = answers()
    assert {status[:3] for status, *_ in plainly} >= {"200", "304", "400", "401", "406", "414", "421"}
    monkeypatch.delitem(app.extensions[PLAIN_VIEWS], "/api/v1/verify")
    assert plainly == answers()


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("secret"), OperationalError("SELECT", {}, OSError("away")), NotFound("x")]
)
def test_what_a_plain_view_raises_is_answered_as_flask_answers_it(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(*_given: object) -> None:
        raise error

    def answer_now() -> tuple[int, list[tuple[str, str]], bytes]:
        had = client.get("/api/v1/verify?licence_number=X-1", headers=GIVEN)
        return had.status_code, [one for one in had.headers if one[0] not in OF_THE_MOMENT], had.data

    monkeypatch.setattr(VerdictReader, "read", broken)
    plainly = answer_now()
    assert plainly[0] >= 400
    assert b"secret" not in plainly[2]
    monkeypatch.delitem(app.extensions[PLAIN_VIEWS], "/api/v1/verify")
    assert plainly == answer_now()
