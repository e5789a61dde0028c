"""Logs: a line of JSON for each request, and nothing in them that a client sent."""

import logging
import signal

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import SQLAlchemyError

from registry.http.logs import SINK, exception_without_words
from tests.http.logged import lines
from tests.serving import Served

pytestmark = pytest.mark.own_app

SECRET = "planted-5cb1"


@pytest.fixture(autouse=True)
def _nothing_left_of_others(capfd: pytest.CaptureFixture[str]) -> None:
    """Lines that requests of earlier tests left in the buffer are written before, not between."""
    SINK.flush()
    capfd.readouterr()


def test_a_request_is_one_line_with_the_route_and_not_its_values(
    app: Flask, client: FlaskClient, capfd: pytest.CaptureFixture[str]
) -> None:
    app.add_url_rule("/api/v1/things/<reference>", "thing", lambda reference: "")
    answer = client.get(f"/api/v1/things/{SECRET}?name={SECRET}")
    SINK.flush()
    (line,) = lines(capfd.readouterr().out)
    assert line.pop("duration_ms") >= 0
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "info",
        "event": "request",
        "request_id": answer.headers["X-Request-Id"],
        "method": "GET",
        "route": "/api/v1/things/<reference>",
        "status": 200,
    }


def test_an_error_is_logged_with_its_place_and_without_its_words(
    app: Flask, client: FlaskClient, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail() -> str:
        try:
            int(SECRET)
        except ValueError as error:
            raise KeyError(SECRET) from error
        return ""

    app.add_url_rule("/api/v1/fail", "fail", fail)
    answer = client.get("/api/v1/fail")
    SINK.flush()
    output = capfd.readouterr().out
    assert SECRET not in output
    error = next(line for line in lines(output) if line["event"] == "unexpected")
    assert error["request_id"] == answer.headers["X-Request-Id"]
    assert [link["type"] for link in error["exception"]] == ["builtins.KeyError", "builtins.ValueError"]
    assert any(place.startswith("tests/http/test_logs.py:") for place in error["exception"][0]["places"])


def test_a_library_that_logs_what_it_was_given_is_heard_without_its_words(
    app: Flask, capfd: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("some.library").warning("could not read %s", SECRET)
    logging.getLogger("some.library").error(f"could not read {SECRET}")
    output = capfd.readouterr().out
    assert SECRET not in output
    assert [line["library"] for line in lines(output) if line["event"] == "library"] == ["some.library"] * 2


def test_an_exception_that_is_its_own_cause_ends() -> None:
    error = SQLAlchemyError(SECRET)
    error.__cause__ = error
    assert SECRET not in str(exception_without_words(error))


def test_a_server_prints_nothing_of_what_it_was_sent(served: Served) -> None:
    """Planted in query, body, path, method and headers, through good and bad requests alike."""
    headers = dict.fromkeys(
        ("X-Forwarded-For", "X-Real-IP", "Forwarded", "User-Agent", "Referer", "Cookie", "X-Request-Id"), SECRET
    )
    for method in ("GET", "POST", "PUT", SECRET.upper()):
        for path in ("/api/v1/verify", f"/api/v1/{SECRET}", "/zh-Hans/", f"/{SECRET}", "/health"):
            requests.request(
                method,
                f"{served.base_url}{path}?name={SECRET}",
                data=f'{{"name": "{SECRET}"',
                headers={**headers, "Content-Type": "application/json"},
                timeout=30,
            )
    served.process.send_signal(signal.SIGTERM)
    served.process.wait(60)
    printed = served.printed()
    assert SECRET not in printed.lower()
    assert "127.0.0.1" not in "".join(line for line in printed.splitlines() if line.startswith("{"))
    assert sum(line["event"] == "request" for line in lines(printed)) >= 20
