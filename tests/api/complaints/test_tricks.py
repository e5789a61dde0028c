"""Odd methods, slashes, letter case, encodings and headers give no one more access."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.api.namespaces import INTAKE
from registry.api.openapi.document import views_of
from tests.complaints.complainant import PREFIX, Complainant

Somebody = Callable[[], Complainant]

OPEN_TO_ALL = {"getQuestionnaire", "getChallenge", "startComplaint", "startVisit"}
"""Operations without a token; every other one needs one."""


def operations() -> list[tuple[str, str, Any]]:
    return [(path, method, view) for namespace in INTAKE for path, method, view in views_of(namespace)]


def test_every_operation_needs_a_visit_but_those_that_begin_one(client: FlaskClient, unit: str) -> None:
    for path, method, view in operations():
        address = (
            path.replace("<helper_id>", "222222222222")
            .replace("<kind>", "ngo")
            .replace("<attachment_id>", "222222222222")
        )
        if view.response_spec.operation in OPEN_TO_ALL:
            continue
        assert view.needs == "visit", path
        body = BODIES.get(view.response_spec.operation)
        response = client.open(address, method=method.upper(), json=body)
        assert (response.status_code, response.json["code"]) == (401, "no_visit"), (method, path)


BODIES: dict[str, Any] = {
    "confirmComplaintCode": {"last_six": "123456"},
    "updateAnswers": {"answers": {}},
    "sendMessage": {"text": "x"},
    "setConsent": {"is_given": True},
    "reopenComplaint": {"text": "x"},
    "updateHelper": {"answers_allowed": True},
}


def test_what_a_mailbox_answers_is_kept_by_no_cache(somebody: Somebody) -> None:
    filer = somebody().filed()
    for path in ("/mailbox", "/answers", "/copy", "/offer?purpose=open"):
        for method in ("GET", "HEAD"):
            reply = filer.send(method, path, headers={"If-None-Match": "*"})
            assert (reply.status, reply.headers["Cache-Control"]) == (200, "no-store"), path
            assert "ETag" not in reply.headers


def test_nothing_of_it_is_kept_by_a_cache_or_read_by_another_site(somebody: Somebody) -> None:
    filer = somebody().filed()
    headers = {"Origin": "https://elsewhere.example"}
    for path, method, view in operations():
        address = (
            path.removeprefix(PREFIX).replace("<helper_id>", "2").replace("<kind>", "x").replace("<attachment_id>", "2")
        )
        for requested in (method.upper(), "OPTIONS", "HEAD"):
            reply = filer.send(requested, address, headers=headers)
            assert not [name for name in reply.headers.keys() if name.startswith("Access-Control")]  # noqa: SIM118
            assert "Set-Cookie" not in reply.headers
            if view.response_spec.operation != "getQuestionnaire":
                assert reply.headers.get("Cache-Control", "no-store") == "no-store", (requested, address)
                assert "ETag" not in reply.headers


@pytest.mark.parametrize(
    "path",
    [
        "/API/v1/complaints/mailbox",
        "/api/v1/Complaints/mailbox",
        "/api/v1/complaints/mailbox.json",
        "/api/v1/complaints/mailbox;x=1",
        "/api/v1/complaints/%6dailbox%00",
        "/api/v1/complaints/../complaints/mailbox/..",
        "/api/v1/complaints//mailbox",
        "/api/v1/complaints\\mailbox",
        "/api/v2/complaints/mailbox",
    ],
)
def test_other_spellings_of_an_address_lead_nowhere(client: FlaskClient, path: str) -> None:
    # The one with dots is the address of filing, which takes no GET.
    assert client.get(path).status_code in (308, 401, 404, 405)


def test_a_spelling_that_is_the_same_address_needs_the_same_token(somebody: Somebody, client: FlaskClient) -> None:
    filer = somebody().filed()
    for path in ("/api/v1/complaints/mailbox/", "/api/v1/complaints/%6dailbox"):
        assert client.get(path).status_code == 401
        with_token = client.get(path, headers={"Authorization": f"Bearer {filer.token}"})
        assert with_token.status_code == 200
        assert with_token.headers["Cache-Control"] == "no-store"


def test_a_method_is_what_it_is(somebody: Somebody) -> None:
    filer = somebody().filed()
    for headers in ({"X-HTTP-Method-Override": "DELETE"}, {"X-Method-Override": "POST"}):
        assert filer.send("GET", "/mailbox", headers=headers).status == 200
    for method in ("GET", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "FROBNICATE"):
        assert filer.send(method, "/withdraw").status in (400, 405)
    assert filer.mailbox()["state"] == "received"


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None]
)
def test_a_form_of_another_site_writes_nothing(somebody: Somebody, content_type: str | None) -> None:
    filer = somebody().filed()
    headers = {"Content-Type": content_type} if content_type else {}
    assert filer.send("POST", "/messages", data='{"text": "x"}', headers=headers).status == 415
    assert filer.mailbox()["messages"] == []


def test_an_intake_that_is_not_served_has_no_address(make_app: Any, settings: Any) -> None:
    from dataclasses import replace

    from registry.core.settings import Edge

    app: Flask = make_app(replace(settings, edges=frozenset({Edge.API, Edge.PUBLIC})))
    assert app.test_client().get(f"{PREFIX}/questionnaire").status_code == 404
    alone: Flask = make_app(replace(settings, edges=frozenset({Edge.INTAKE})))
    assert alone.test_client().get(f"{PREFIX}/questionnaire").status_code == 200
    assert alone.test_client().get("/api/v1/verify").status_code == 404


def test_what_stands_in_a_query_is_refused_and_not_repeated(somebody: Somebody) -> None:
    filer = somebody().filed()
    for method, path in (("POST", "/messages"), ("POST", "/withdraw"), ("GET", "/mailbox"), ("POST", "/submit")):
        reply = filer.send(method, f"{path}?text=planted-5cb1&x=1", json={"text": "x"})
        assert reply.status == 400
        # Not by its digits: four of them stand in a request id by chance.
        assert "planted" not in reply.raw.decode()
    assert filer.mailbox()["messages"] == []
