"""What HTTP has words for is said in them: encoded bodies, tags, links between pages, languages, and what any page may read."""

import gzip
import json
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.core.settings import Settings
from tests import make
from tests.api.shapes import assert_as_documented
from tests.make import make_api_key, make_organisation
from tests.serving import serve

JSON = {"Content-Type": "application/json"}


def test_an_encoded_body_is_415_and_says_so(client: FlaskClient) -> None:
    body = gzip.compress(json.dumps({"licence_number": "X"}).encode())
    for path in ("/api/v1/verify", "/api/v1/verifications"):
        answer = client.post(path, data=body, headers=JSON | {"Content-Encoding": "gzip"})
        assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")
        assert "without Content-Encoding" in answer.json["detail"]


@pytest.mark.parametrize(
    ("body", "said"),
    [(b"", "is empty"), (b"\xef\xbb\xbf{}", "byte order mark"), ("{}".encode("utf-16"), "byte order mark")],
)
def test_a_body_that_is_no_json_is_told_why(client: FlaskClient, body: bytes, said: str) -> None:
    answer = client.post("/api/v1/verify", data=body, headers=JSON)
    assert (answer.status_code, answer.json["code"]) == (400, "invalid_request")
    assert said in answer.json["detail"]


@pytest.mark.parametrize(("tag", "status"), [('"bad"', 412), ('W/"x"', 412), ('"99"', 412), ("*", 400), ("bad", 400)])
def test_a_tag_that_fits_nothing_is_412(client: FlaskClient, session: Session, tag: str, status: int) -> None:
    key = {"Authorization": f"Bearer {make_api_key(session, make_organisation(session))}"}
    session.commit()
    made = client.post("/api/v1/watches", json={"search": {"country": "CZ"}, "label": "L"}, headers=key).json
    answer = client.patch(f"/api/v1/watches/{made['watch_id']}", json={"label": "M"}, headers=key | {"If-Match": tag})
    assert answer.status_code == status, answer.text
    assert client.get(f"/api/v1/watches/{made['watch_id']}", headers=key).json["label"] == "L"


def test_a_change_may_be_called_a_merge_patch(client: FlaskClient, session: Session) -> None:
    key = {"Authorization": f"Bearer {make_api_key(session, make_organisation(session))}"}
    session.commit()
    made = client.post("/api/v1/watches", json={"search": {"country": "CZ"}, "label": "L"}, headers=key)
    answer = client.patch(
        f"/api/v1/watches/{made.json['watch_id']}",
        data=b'{"label": "M"}',
        headers=key | {"If-Match": made.headers["ETag"], "Content-Type": "application/merge-patch+json"},
    )
    assert (answer.status_code, answer.json["label"]) == (200, "M")


def test_each_page_of_a_list_links_to_the_next(client: FlaskClient, session: Session) -> None:
    key = {"Authorization": f"Bearer {make_api_key(session, make_organisation(session))}"}
    session.commit()
    for label in ("A", "B", "C"):
        client.post("/api/v1/watches", json={"search": {"country": "CZ"}, "label": label}, headers=key)
    seen: list[Any] = []
    address: str | None = "/api/v1/watches?limit=2"
    while address is not None:
        page = client.get(address, headers=key)
        seen += [one["label"] for one in page.json["items"]]
        link = page.headers.get("Link")
        address = None if link is None else link.partition(">")[0][1:]
    assert seen == ["C", "B", "A"]


def test_the_api_tells_where_it_is_described(client: FlaskClient) -> None:
    answer = client.get("/api/v1")
    assert_as_documented(answer, "getApi")
    assert client.get(answer.json["description"].removeprefix("http://127.0.0.1:8000")).status_code == 200


def test_a_problem_names_the_language_of_each_of_its_texts(client: FlaskClient) -> None:
    answer = client.get("/api/v1/agencies/222222222222", headers={"Accept-Language": "zh-Hans"})
    assert (answer.status_code, answer.headers["Content-Language"]) == (404, "zh-Hans, en")
    assert client.get("/api/v1/agencies/222222222222").headers["Content-Language"] == "en"


@pytest.mark.parametrize("path", ["/dataset", "/changes.json", "/changes.atom", "/ranges/current", "/openapi.json"])
def test_any_page_may_read_what_is_open_to_all(client: FlaskClient, session: Session, path: str) -> None:
    make.make_licence(session)
    session.commit()
    assert client.get(path, headers={"Origin": "https://ngo.example"}).headers["Access-Control-Allow-Origin"] == "*"


def test_a_parameter_beside_a_file_is_not_told_to_be_a_field(client: FlaskClient, session: Session) -> None:
    key = {"Authorization": f"Bearer {make_api_key(session, make_organisation(session))}"}
    session.commit()
    answer = client.post("/api/v1/verification-jobs?start=true", data=b"vat\nIT1\n", headers=key)
    assert answer.status_code == 400
    assert "the body is a file" in answer.json["detail"]


@pytest.mark.slow
def test_an_address_or_headers_that_are_too_long_are_told_in_the_one_shape(
    settings: Settings, session: Session
) -> None:
    with serve(settings) as served:
        url = f"{served.base_url}/api/v1/verify"
        for length in (17_000, 60_000):
            long = requests.get(f"{url}?name={'x' * length}", timeout=30)
            assert (long.status_code, long.json()["code"]) == (414, "too_long"), long.text
            assert long.headers["Content-Type"] == "application/problem+json"
        for count, size in ((1, 40_000), (60, 3_000)):
            headers = {f"X-Filler-{number}": "x" * size for number in range(count)}
            large = requests.get(url, headers=headers | {"Accept-Language": "it"}, timeout=30)
            assert (large.status_code, large.json()["code"]) == (431, "too_long"), large.text
            assert large.headers["Content-Language"] == "it, en"
        assert "<html" in requests.get(f"{served.base_url}/en?q={'x' * 17_000}", timeout=30).text
        usual = requests.get(f"{url}?name={'x' * 300}", headers={"X-Filler": "x" * 20_000}, timeout=30)
        assert usual.status_code == 200
