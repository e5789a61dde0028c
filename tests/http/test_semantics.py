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
from tests.http.sockets import head, opened, read_answer
from tests.make import make_api_key, make_organisation
from tests.serving import serve

JSON = {"Content-Type": "application/json"}


def test_an_encoded_body_is_415_and_says_so(client: FlaskClient) -> None:
    body = gzip.compress(json.dumps({"licence_number": "X"}).encode())
    for path in ("/api/v1/verify", "/api/v1/verifications"):
        answer = client.post(path, data=body, headers=JSON | {"Content-Encoding": "gzip"})
        assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")
        assert "without Content-Encoding" in answer.json["detail"]


def test_a_query_in_characters_as_they_are_written_is_that_query_encoded(settings: Settings) -> None:
    """curl and old browsers send what was typed, although an address is ASCII."""
    typed = "/en/agencies?name=示例启航%20é", "/api/v1/agencies?name=示例", "/api/v1/verify?colour=示", "/nothing?x=示"
    with serve(settings) as served:
        for address in typed:
            with opened(served, head(served, "GET", address, {"Connection": "close"})) as connection:
                answer = read_answer(connection)
            encoded = requests.get(served.base_url + address, timeout=30)
            assert encoded.request.path_url.isascii()
            assert answer.status == encoded.status_code, address
            assert answer.status < 500


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
    # A feed names the place where it goes on later, which is no page that is there.
    feed = client.get("/api/v1/events", headers=key)
    assert feed.json["next_cursor"]
    assert "Link" not in feed.headers


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
        # Beyond 65,535 characters the server's own parser refuses it, before anything of the registry is asked.
        assert requests.get(f"{url}?name={'x' * 200_000}", timeout=30).status_code == 414
        assert "<html" in requests.get(f"{served.base_url}/en?q={'x' * 17_000}", timeout=30).text
        usual = requests.get(f"{url}?name={'x' * 300}", headers={"X-Filler": "x" * 20_000}, timeout=30)
        assert usual.status_code == 200


VERIFY = "/api/v1/verify"
PLACED = f"{VERIFY}?licence_number=1"

TWO_LENGTHS = "Content-Type: application/json\r\nContent-Length: 2\r\nTransfer-Encoding: chunked"

WRONG = [
    (
        "two keys",
        f"GET {PLACED}",
        "Authorization: Bearer rrk_a\r\nAuthorization: Bearer rrk_b",
        "",
        401,
        "not_signed_in",
    ),
    ("a key in the address", f"GET {PLACED}&key=rrk_{'A' * 43}", "", "", 400, "key_in_address"),
    ("another host", f"GET {PLACED}", "Host: evil.example", "", 421, "host_not_served"),
    ("no host", f"GET {PLACED}", "Host:", "", 421, "host_not_served"),
    ("two lengths", f"POST {VERIFY}", TWO_LENGTHS, "0\r\n\r\n", 400, "invalid_request"),
    ("a method that is none", f"TRACE {PLACED}", "", "", 405, "method_not_allowed"),
    ("a zero byte", f"GET {VERIFY}?licence_number=%00", "", "", 400, "invalid_request"),
    ("no text", f"GET {VERIFY}?name=%ff", "", "", 400, "invalid_request"),
    ("a lone surrogate", f"GET {VERIFY}?name=%ed%a0%80", "", "", 400, "invalid_request"),
    ("a negative limit", "GET /api/v1/agencies?limit=-1", "", "", 400, "invalid_request"),
    ("a huge limit", f"GET /api/v1/agencies?limit={'9' * 400}", "", "", 400, "invalid_request"),
    ("a cursor of nothing", "GET /api/v1/agencies?cursor=x", "", "", 400, "invalid_request"),
    ("an address of nothing", "GET /api/v1/nothing", "", "", 404, "not_found"),
]
"""Requests that no client should send: the first line, another header, the body; and the status and code of the answer."""


@pytest.mark.slow
def test_what_no_client_should_send_has_each_its_status_and_code(settings: Settings, session: Session) -> None:
    with serve(settings) as served:
        host = served.base_url.removeprefix("http://")
        for name, line, header, body, status, code in WRONG:
            lines = [
                f"{line} HTTP/1.1",
                "" if header.startswith("Host") else f"Host: {host}",
                header,
                "Connection: close",
            ]
            raw = "\r\n".join([*filter(None, lines), "", body]).encode()
            with opened(served, raw) as connection:
                answer = read_answer(connection)
            assert (answer.status, f'"code":"{code}"' in answer.body.decode()) == (status, True), (name, answer)
