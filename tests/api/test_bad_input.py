from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import make
from tests.api.shapes import assert_as_documented

URL = "/api/v1/verify"


def faults(response: Any, operation: str = "verify") -> list[tuple[str, str]]:
    """What a refusal says is wrong: parameters and codes."""
    assert response.status_code == 400, response.get_data(as_text=True)
    assert response.mimetype == "application/problem+json"
    assert_as_documented(response, operation)
    assert response.json["code"] == "invalid_request"
    assert all(fault["detail"] for fault in response.json["errors"])
    return [(fault["parameter"], fault["code"]) for fault in response.json["errors"]]


QUERIES = [
    ("", [("licence_number", "missing")]),
    ("origin=CN", [("licence_number", "missing")]),
    ("licence_number=1&name=x", [("name", "contradictory")]),
    ("licence_number=1&licence_number=1", [("licence_number", "doubled_parameter")]),
    ("licence_numbr=1", [("licence_numbr", "unknown_parameter")]),
    ("Licence_Number=1", [("Licence_Number", "unknown_parameter")]),
    ("licence_number=1&=2", [("", "unknown_parameter")]),
    ("licence_number", [("licence_number", "invalid_value")]),
    ("licence_number=", [("licence_number", "invalid_value")]),
    ("licence_number=%20%E2%80%8B", [("licence_number", "invalid_value")]),
    ("licence_number=---", [("licence_number", "invalid_value")]),
    ("licence_number=%00", [("licence_number", "control_character")]),
    ("name=A%00B", [("name", "control_character")]),
    ("name=A%1BB", [("name", "control_character")]),
    ("name=%ED%A0%80", [("name", "invalid_value")]),
    ("name=%FF%FE", [("name", "invalid_value")]),
    ("name=" + "A" * 401, [("name", "too_long")]),
    ("name=" + quote("虚" * 1_500), [("name", "too_long")]),
    ("licence_number=" + "1" * 121, [("licence_number", "too_long")]),
    ("registration_number=1", [("country", "missing")]),
    ("licence_number=1&country=CZ", [("country", "contradictory")]),
    ("name=x&authority=cz-invented-authority", [("authority", "contradictory")]),
    ("licence_number=1&authority=nobody", [("authority", "unknown_authority")]),
    ("licence_number=1&authority=a%20b", [("authority", "invalid_value")]),
    ("licence_number=1&nace_revision=2.0", [("nace_revision", "contradictory")]),
    ("licence_number=1&sector=14.10&nace_revision=3", [("nace_revision", "invalid_value")]),
    ("licence_number=1&sector=78.30", [("sector", "invalid_value")]),
    ("licence_number=1&sector=A", [("sector", "invalid_value")]),
    ("licence_number=1&activity=slavery", [("activity", "invalid_value")]),
    ("licence_number=1&destination=XX", [("destination", "unknown_country")]),
    ("licence_number=1&destination=EL", [("destination", "unknown_country")]),
    ("licence_number=1&origin=China", [("origin", "unknown_country")]),
    ("licence_number=1&on=0000-01-01", [("on", "not_a_date")]),
    ("licence_number=1&on=2025-02-29", [("on", "not_a_date")]),
    ("licence_number=1&on=24.11.2026", [("on", "not_a_date")]),
    ("licence_number=1&on=10000-01-01", [("on", "not_a_date")]),
    ("licence_number=1&on=2026-W01-1", [("on", "not_a_date")]),
    ("licence_number=1&known_at=2026-11-24", [("known_at", "not_an_instant")]),
    ("licence_number=1&known_at=2026-11-24T10:00:00", [("known_at", "not_an_instant")]),
    ("licence_number=1&known_at=2026-11-24T25:00:00Z", [("known_at", "not_an_instant")]),
    ("licence_number=1&known_at=0001-01-01T00:00:00%2B12:00", [("known_at", "not_an_instant")]),
    ("licence_number=1&known_at=9999-12-31T23:59:59Z", [("known_at", "invalid_value")]),
    ("lei=0000000000000000000", [("lei", "impossible_lei")]),
    ("vat=IT1", [("vat", "impossible_vat")]),
    ("vat=XX1", [("vat", "impossible_vat")]),
    ("uscc=91000000MA00FCT20", [("uscc", "impossible_uscc")]),
    ("uscc=9100000VMA00FCT207", [("uscc", "impossible_uscc")]),
    ("uscc=9100000OMA00FCT208", [("uscc", "impossible_uscc")]),
    ("uscc=110102199101010078", [("uscc", "impossible_uscc")]),
    ("euid=KRS0000999999", [("euid", "impossible_euid")]),
    ("agency_id=AAAAAAAAAAAA", [("agency_id", "invalid_id")]),
    (
        "on=x&destination=y&foo=1&name=z",
        [("foo", "unknown_parameter"), ("on", "not_a_date"), ("destination", "unknown_country")],
    ),
]
"""Queries and the faults that each has, in any order."""


def test_a_question_that_is_not_well_formed_is_told_what_is_wrong(client: FlaskClient, session: Session) -> None:
    make.make_source(session, "CZ")
    found = {query: sorted(faults(client.get(f"{URL}?{query}"))) for query, _ in QUERIES}
    assert found == {query: sorted(expected) for query, expected in QUERIES}


def test_zero_width_and_direction_marks_in_a_name_are_left_out(client: FlaskClient, session: Session) -> None:
    make.make_agency(session, name="Agentura Smyšlená 1")
    answer = client.get(URL, query_string={"name": "\u202eAgentura\u200b Smyšlená\ufeff 1"}).json
    assert len(answer["candidates"]) == 1


def test_a_misspelt_parameter_is_told_the_right_one(client: FlaskClient) -> None:
    response = client.get(f"{URL}?licence_nr=1")
    assert "licence_number" in response.json["errors"][0]["detail"]


def test_a_code_of_an_older_nace_revision_says_where_it_exists(client: FlaskClient, session: Session) -> None:
    response = client.get(f"{URL}?licence_number=1&sector=78.30")
    assert "nace_revision" in response.json["errors"][0]["detail"]
    assert client.get(f"{URL}?licence_number=1&sector=7830&nace_revision=2.0").status_code == 200


BODIES = [
    ("", [("body", "malformed_json")]),
    ("[]", [("body", "malformed_json")]),
    ("null", [("body", "malformed_json")]),
    ('"x"', [("body", "malformed_json")]),
    ("{", [("body", "malformed_json")]),
    ("[" * 60_000, [("body", "malformed_json")]),
    ('{"a":' * 10_000, [("body", "malformed_json")]),
    ('{"name": NaN}', [("body", "malformed_json")]),
    ('{"name": 1e999}', [("name", "invalid_value")]),
    ('{"name": ' + "1" * 5000 + "}", [("body", "malformed_json")]),
    ('{"name": "a", "name": "b"}', [("name", "doubled_parameter")]),
    ('{"name": "a", "foo": 1}', [("foo", "unknown_field")]),
    ('{"name": 1}', [("name", "invalid_value")]),
    ('{"name": null}', [("name", "invalid_value")]),
    ('{"name": ["a"]}', [("name", "invalid_value")]),
    ('{"name": "\\ud800"}', [("name", "control_character")]),
    ('{"name": "\\u0000"}', [("name", "control_character")]),
    ('{"name": "a", "on": 20261124}', [("on", "invalid_value")]),
    ('{"\\ud800": "a", "name": "b"}', [("\ufffd", "unknown_field")]),
]
"""Bodies and the faults that each has."""


def test_a_body_that_is_not_well_formed_is_told_what_is_wrong(client: FlaskClient, session: Session) -> None:
    found = {
        body: faults(client.post(URL, data=body, content_type="application/json"), "verifyByPost") for body, _ in BODIES
    }
    assert found == dict(BODIES)


def test_a_body_in_another_encoding_is_refused(client: FlaskClient) -> None:
    response = client.post(URL, data='{"name": "x"}'.encode("utf-16"), content_type="application/json")
    assert faults(response, "verifyByPost") == [("body", "malformed_json")]


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", None])
def test_a_body_of_another_type_is_refused(client: FlaskClient, content_type: str | None) -> None:
    response = client.post(URL, data='{"name": "x"}', content_type=content_type)
    assert (response.status_code, response.json["code"]) == (415, "unsupported_media_type")
    assert_as_documented(response, "verifyByPost")


def test_a_body_beyond_160_kib_is_refused(client: FlaskClient) -> None:
    response = client.post(URL, data='{"name": "' + "x" * 163_840 + '"}', content_type="application/json")
    assert (response.status_code, response.json["code"]) == (413, "payload_too_large")
    assert_as_documented(response, "verifyByPost")


def test_the_query_of_a_post_is_refused(client: FlaskClient) -> None:
    response = client.post(f"{URL}?origin=CN", json={"name": "x"})
    assert faults(response, "verifyByPost") == [("origin", "unknown_parameter")]


def test_a_refusal_never_repeats_what_was_sent(client: FlaskClient) -> None:
    secret = "GEHEIM4711"
    answers = [
        client.get(f"{URL}?lei={secret}&on={secret}&destination={secret}&known_at={secret}&sector={secret}"),
        client.get(f"{URL}?vat={secret}"),
        client.get(f"{URL}?euid={secret}"),
        client.post(URL, json={"name": {"inner": secret}}),
        client.post(URL, data=f"{{{secret}", content_type="application/json"),
        client.get(f"/api/v1/agencies/{secret}"),
        client.get(f"/api/v1/agencies?cursor={secret}"),
    ]
    assert all(answer.status_code in (400, 404) and secret not in answer.get_data(as_text=True) for answer in answers)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_other_methods_are_refused_with_those_it_takes(client: FlaskClient, method: str) -> None:
    response = client.open(URL, method=method)
    assert (response.status_code, response.json["code"]) == (405, "method_not_allowed")
    assert "GET" in response.headers["Allow"]
