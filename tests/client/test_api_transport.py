"""How the API client asks: what is repeated, how long it waits, what it refuses to do, and what its errors say."""

import logging
import pickle
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from registry_client.api import Client, Limits, NoAnswer
from registry_client.api import errors as api_errors
from registry_client.api.settings import ApiKey, address_of, key_of
from registry_client.api.transport import Transport, path_of

from tests.client.api_site import Reply, Site, answering, problem
from tests.serving import free_port

KEY = "rrk_invented0123456789"
NO_DATE = "Mon, 30 Nov 2026 00:00:00 +99999999999999999999"
VERDICT = {
    "verdict": "yes",
    "may_continue_existing_placements": "yes",
    "reasons": [{"code": "licence_active", "text": "in force", "shade": 3}],
    "on": "2026-11-24",
    "agency": {"agency_id": "DEMASENDAG2R", "country": "CN", "names": [{"name": "虚构", "kind": "legal"}], "newer": 1},
    "licence": None,
    "candidates": [],
    "possible_clone_of": [],
    "source": None,
    "something_newer": [1, 2],
}


@pytest.fixture(scope="module")
def whole_site() -> Iterator[Site]:
    with answering() as site:
        yield site


@pytest.fixture
def site(whole_site: Site) -> Site:
    whole_site.replies.clear()
    whole_site.asked.clear()
    whole_site.otherwise = lambda request: Reply(status=404)
    return whole_site


class Asker:
    """A transport whose waits are noted, not waited."""

    def __init__(self, site: Site, **options: Any) -> None:
        self.waits: list[float] = []
        key = ApiKey(KEY)
        self.transport = Transport(site.url, key, sleep=self.waits.append, chance=lambda: 0.0, **options)
        self.ask = self.transport.ask


@pytest.fixture
def asker(site: Site) -> Asker:
    return Asker(site)


def test_a_verdict_is_typed_and_what_is_newer_is_no_error(site: Site) -> None:
    site.replies.append(Reply(VERDICT))
    with Client(site.url, key=KEY, language="zh-Hans", agent="brand/1") as client:
        answer = client.verify(licence_number="FICT-CN-001", on=date(2026, 11, 24), receipt=False)
    assert (answer.is_yes, answer.is_no, answer.on, answer.licence) == (True, False, date(2026, 11, 24), None)
    assert answer.agency is not None
    assert answer.agency.name == "虚构"
    assert answer.raw["something_newer"] == [1, 2]
    requested = site.asked[0]
    assert (requested.method, requested.path) == ("POST", "/api/v1/verify")
    assert requested.json() == {"licence_number": "FICT-CN-001", "on": "2026-11-24", "receipt": False}
    assert requested.headers["Authorization"] == f"Bearer {KEY}"
    assert requested.headers["Accept-Language"] == "zh-Hans"
    assert requested.headers["User-Agent"].startswith("registry-client/")
    assert requested.headers["User-Agent"].endswith(" brand/1")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reasons": [{"text": "no code"}]}, r"verify\.reasons\[0\]\.code is missing"),
        ({"on": "24.11.2026"}, r"verify\.on must be a day"),
        ({"verdict": True}, r"verify\.verdict must be text"),
        ({"candidates": {}}, r"verify\.candidates must be a list"),
    ],
)
def test_an_answer_of_another_shape_is_no_verdict(site: Site, change: dict[str, Any], words: str) -> None:
    site.replies.append(Reply(VERDICT | change))
    with Client(site.url) as client, pytest.raises(api_errors.UnexpectedAnswer, match=words):
        client.verify(licence_number="1")


def test_pages_follow_one_another_and_never_in_a_circle(site: Site) -> None:
    agency = {"agency_id": "A", "country": "CN"}
    pages = [
        Reply({"items": [agency, agency], "next_cursor": "c1", "total": 3}),
        Reply({"items": [agency], "next_cursor": None, "total": 3}),
    ]
    site.replies.extend(pages)
    with Client(site.url) as client:
        found = client.agencies(q="示例", country="CN")
        assert site.asked == []
        assert len(list(found)) == 3
        assert "cursor=c1" in site.asked[1].path
        site.replies.extend([pages[0], pages[0]])
        with pytest.raises(api_errors.UnexpectedAnswer, match="next_cursor leads nowhere"):
            list(client.agencies())


# Repeats


def test_a_question_is_asked_again_with_growing_waits_until_tries_are_used_up(site: Site, asker: Asker) -> None:
    site.replies.extend([problem(503), problem(502), problem(504), Reply()])
    assert asker.ask("POST", path_of("verify"), body={}, is_read=True).status == 200
    assert asker.waits == [0.25, 0.5, 1.0]
    site.replies.extend([problem(503)] * 5)
    with pytest.raises(api_errors.Unavailable):
        asker.ask("GET", path_of("coverage"))
    assert len(site.asked) == 9


def test_what_creates_is_sent_again_under_one_key_and_never_without(site: Site, asker: Asker) -> None:
    site.replies.extend([Reply(b"{", is_broken=True)])
    with pytest.raises(NoAnswer, match="broke off"):
        asker.ask("POST", path_of("watches"), body={}, once="k1")
    site.replies.extend([problem(503), Reply(status=201)])
    asker.ask("POST", path_of("watches"), body={}, once="k2")
    assert [one.headers["Idempotency-Key"] for one in site.asked] == ["k1", "k2", "k2"]
    site.replies.extend([problem(503), Reply(status=201)])
    with pytest.raises(api_errors.Unavailable):
        asker.ask("POST", path_of("watches"), body={})
    # 429 says that nothing was done: that may always be sent again.
    site.replies.clear()
    site.replies.extend([problem(429, headers={"Retry-After": "2"}), Reply(status=201)])
    assert asker.ask("POST", path_of("watches"), body={}).status == 201


def test_the_registry_s_word_on_waiting_is_kept(site: Site, asker: Asker) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    site.replies.extend([problem(429, headers={"Retry-After": "7"}), problem(503, headers={"Retry-After": later})])
    site.replies.append(Reply())
    asker.ask("GET", path_of("coverage"))
    assert asker.waits[0] == 7
    assert 25 < asker.waits[1] <= 30
    # What is neither a number nor a date says nothing: the client waits as long as it would without.
    site.replies.extend([problem(503, headers={"Retry-After": NO_DATE}), Reply()])
    asker.ask("GET", path_of("coverage"))
    assert 0 < asker.waits.pop() <= 1
    site.replies.append(problem(429, "too_many_requests", "more than 600 a minute", headers={"Retry-After": "3600"}))
    with pytest.raises(
        api_errors.TooManyRequests, match=r"more than 600.*ask again in 3600 seconds; request id r1"
    ) as caught:
        asker.ask("GET", path_of("coverage"))
    assert caught.value.retry_after == 3600
    assert len(asker.waits) == 2


def test_who_has_no_request_left_waits_for_one_rather_than_being_refused(site: Site, asker: Asker) -> None:
    none_left = {"RateLimit-Policy": '"minute";q=600;w=60', "RateLimit": '"minute";r=0;t=60'}
    some_left = none_left | {"RateLimit": '"minute";r=3;t=59'}
    site.replies.extend([Reply(headers=none_left), Reply(headers=some_left), Reply()])
    for _ in range(3):
        asker.ask("GET", path_of("coverage"))
    assert asker.waits == [0.1]


def test_a_server_that_is_not_there_is_an_error_with_the_address_and_the_tries() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    waits: list[float] = []
    transport = Transport(url, sleep=waits.append, limits=Limits(tries=3))
    with pytest.raises(NoAnswer, match=rf"POST /api/v1/jobs: .*refused.*; asked 3 times at {url}"):
        transport.ask("POST", path_of("jobs"), body={})
    assert len(waits) == 2


# What it refuses


def test_a_redirect_is_not_followed_and_the_key_goes_nowhere_else(site: Site, asker: Asker) -> None:
    with answering() as elsewhere:
        site.replies.append(Reply(status=307, headers={"Location": f"{elsewhere.url}/api/v1/coverage"}))
        with pytest.raises(api_errors.UnexpectedAnswer, match="a redirect, which is not followed"):
            asker.ask("GET", path_of("coverage"))
        assert elsewhere.asked == []


def test_neither_cookie_nor_password_of_a_netrc_is_sent(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    site.replies.extend([Reply(headers={"Set-Cookie": "a=b; Path=/"}), Reply()])
    transport = Transport(site.url)
    for _ in range(2):
        transport.ask("GET", path_of("coverage"))
    assert not {"Authorization", "Cookie"} & set(site.asked[1].headers)


def test_an_answer_has_a_largest_size_and_a_longest_time(site: Site) -> None:
    site.otherwise = lambda request: Reply(b"x" * 4096)
    with pytest.raises(api_errors.UnexpectedAnswer, match="longer than 1000 bytes"):
        Asker(site, limits=Limits(most_bytes=1000)).ask("GET", path_of("coverage"))
    with pytest.raises(NoAnswer, match="took too long"):
        Asker(site, limits=Limits(whole=-1.0)).ask("GET", path_of("coverage"))


@pytest.mark.parametrize("reference", ["..", ".", "", "../officers"])
def test_a_reference_cannot_leave_its_place(site: Site, reference: str) -> None:
    site.otherwise = lambda request: problem(404, "not_found")
    with Client(site.url) as client, pytest.raises((api_errors.BadInput, api_errors.NotFound)):
        client.agency(reference)
    assert all(one.path == "/api/v1/agencies/..%2Fofficers" for one in site.asked)


@pytest.mark.parametrize(
    "url",
    [
        *("", "registry.example.org", "http://registry.example.org", "http://127.0.0.1.example.org", "ftp://x.example"),
        *("https://a:b@x.example", "https://x.example/api", "http://10.0.0.1", "http://0.0.0.0", "http://2130706433"),
    ],
)
def test_another_address_than_https_or_this_machine_is_refused(url: str) -> None:
    with pytest.raises(api_errors.BadSetting):
        address_of(url, {})


@pytest.mark.parametrize(
    "url", ["https://x.example:8443/", "http://localhost:8000", "http://127.0.0.2", "http://[::1]:80"]
)
def test_these_addresses_are_good(url: str) -> None:
    assert address_of(None, {"REGISTRY_CLIENT_URL": url}) == url.rstrip("/")


# Keys and errors


def test_a_key_comes_from_argument_variable_or_file_and_is_shown_nowhere(
    site: Site, asker: Asker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    found = (key_of(KEY), key_of(None, file), key_of(None, None, {"REGISTRY_CLIENT_KEY": KEY}))
    found += (key_of(None, None, {"REGISTRY_CLIENT_KEY_FILE": str(file)}),)
    assert [key.text() for key in found if key is not None] == [KEY] * 4
    assert key_of(None, None, {}) is None
    for wrong in ("", "sk_1", "rrk_a b", "rrk_a\r\nX-Evil: 1", "rrk_密", "rrk_" + "x" * 300):
        with pytest.raises(api_errors.BadSetting) as refused:
            key_of(wrong)
        assert wrong == "" or wrong not in str(refused.value)
    with pytest.raises(api_errors.BadSetting, match="No such file"):
        key_of(None, tmp_path / "nowhere")
    with pytest.raises(TypeError):
        pickle.dumps(found[0])
    site.replies.append(problem(401, "not_signed_in", "the key has ended"))
    with pytest.raises(api_errors.KeyRefused, match="REGISTRY_CLIENT_KEY") as caught:
        asker.ask("GET", path_of("organisation"))
    client = Client(site.url, key=KEY)
    output = repr(found) + repr(client) + repr(vars(client)) + str(caught.value) + repr(caught.value) + caplog.text
    assert "invented" not in output


def test_an_error_says_what_was_wrong_where_and_what_to_do(site: Site, asker: Asker) -> None:
    faults = [{"parameter": "lei", "code": "impossible_lei", "detail": "its check digits do not fit"}]
    site.replies.append(problem(400, "invalid_request", "the question is not well formed", errors=faults))
    with pytest.raises(api_errors.InvalidInput) as caught:
        asker.ask("POST", path_of("verify"), body={"lei": "private"})
    assert str(caught.value) == (
        "POST /api/v1/verify: the question is not well formed (400 invalid_request); "
        "lei: its check digits do not fit (impossible_lei); request id r1"
    )
    assert caught.value.problem.errors[0].parameter == "lei"
    for status, kind in (
        (403, api_errors.NotAllowed),
        (404, api_errors.NotFound),
        (409, api_errors.Conflict),
        (413, api_errors.TooLarge),
    ):
        site.replies.append(problem(status))
        with pytest.raises(kind):
            asker.ask("GET", path_of("organisation"))
    # A proxy's page is a problem too.
    site.replies.append(Reply(b"<html>", 500))
    with pytest.raises(api_errors.Unavailable, match=r"refused \(500 \)"):
        asker.ask("GET", path_of("organisation"))


def test_what_checks_offline_needs_no_requests() -> None:
    code = (
        "import sys; sys.modules['requests'] = sys.modules['rich'] = None\n"
        "import registry_client.cli, registry_client.offline, registry_client.monitor"
    )
    env = {"PYTHONPATH": str(Path(__file__).parents[2] / "client")}
    subprocess.run([sys.executable, "-c", code], env=env, check=True)
