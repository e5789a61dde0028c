"""Requests to the intake leave no trace in log and metrics, and no other site's page may read their answers."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.core.settings import Settings
from registry.http.logs import SINK
from registry.http.paths import is_of_intake
from registry.vocabulary.register import Language
from tests.http.logged import lines

pytestmark = pytest.mark.own_app

PATHS = ["/api/v1/complaints/messages", "/zh-Hans/box", "/it/box/answers"]


@pytest.fixture(autouse=True)
def nothing_waiting(capfd: pytest.CaptureFixture[str]) -> None:
    """Lines of earlier tests are out before ours begins."""
    SINK.flush()
    capfd.readouterr()


def answering(app: Flask, path: str, status: int) -> None:
    app.add_url_rule(path, f"{path} {status}", lambda: ("", status), methods=["GET", "POST"])


@pytest.mark.parametrize("path", PATHS)
def test_a_request_to_the_intake_leaves_no_line(
    app: Flask, client: FlaskClient, capfd: pytest.CaptureFixture[str], path: str
) -> None:
    answering(app, path, 200)
    for method in ("GET", "POST", "DELETE"):
        client.open(path, method=method)
    client.get(f"{path}/nowhere")
    SINK.flush()
    assert lines(capfd.readouterr().out) == []


def test_a_failure_of_ours_is_told_by_its_route(
    app: Flask, client: FlaskClient, capfd: pytest.CaptureFixture[str]
) -> None:
    answering(app, "/api/v1/complaints/<thing>", 200)
    app.view_functions["/api/v1/complaints/<thing> 200"] = lambda thing: int(thing)
    client.get("/api/v1/complaints/planted-5cb1")
    SINK.flush()
    printed = capfd.readouterr().out
    assert "planted" not in printed
    assert [(line["event"], line["route"]) for line in lines(printed)] == [
        ("unexpected", "/api/v1/complaints/<thing>"),
        ("request", "/api/v1/complaints/<thing>"),
    ]


def test_a_request_to_the_intake_is_not_counted(settings: Settings, make_app: Callable[[Settings], Flask]) -> None:
    app = make_app(replace(settings, has_metrics=True))
    client = app.test_client()
    answering(app, PATHS[0], 200)
    client.get(PATHS[0])
    client.get("/health")
    counted = client.get("/metrics").get_data(as_text=True)
    assert "/health" in counted
    assert "complaints" not in counted


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_no_page_of_another_site_may_read_the_intake(app: Flask, client: FlaskClient, path: str, method: str) -> None:
    answering(app, path, 200)
    headers = client.open(path, method=method, headers={"Origin": "https://elsewhere.example"}).headers
    assert not [name for name in headers.keys() if name.startswith("Access-Control-")]  # noqa: SIM118


def test_pages_of_every_language_are_of_the_intake() -> None:
    assert all(is_of_intake(f"/{language}/box/short") for language in Language)
