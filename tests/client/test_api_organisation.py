"""An organisation's receipts and keys by the client."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from registry_client.api import Client
from registry_client.api import errors as api_errors

from tests.client.api_site import Reply, Site, answering, problem

KEY = "rrk_invented0123456789"
MADE = {
    "key_id": "K2", "label": "nightly", "prefix": "rrk_new", "scopes": ["verify"], "expires_on": "2027-01-01",
    "created_on": "2026-11-25", "last_used_on": None, "replaced_by": None, "key": "rrk_newsecret",
}  # fmt: skip
KEPT = {"receipt_id": "R1", "issued_at": "2026-11-24T10:00:00Z", "agency_id": None, "verdict": "yes", "question": {}}
KEPT |= {"retained_until": "2033-11-24", "receipt": "a.b.c"}


@pytest.fixture
def site() -> Iterator[Site]:
    with answering() as site:
        yield site


def test_what_is_archived_is_sent_again_under_the_same_key(site: Site) -> None:
    site.replies.extend([problem(503, headers={"Retry-After": "0"}), problem(409, "already_done", "it is archived")])
    with Client(site.url, key=KEY) as client, pytest.raises(api_errors.Conflict):
        client.verify(vat="IT1", keep=True)
    assert [one.json() for one in site.asked] == [{"vat": "IT1", "keep": True}] * 2
    first, second = (one.headers["Idempotency-Key"] for one in site.asked)
    assert first == second


def test_a_request_waits_for_the_first_with_its_key(site: Site) -> None:
    site.replies.extend([problem(409, "still_running", headers={"Retry-After": "0"}), problem(409, "already_done")])
    with Client(site.url, key=KEY) as client, pytest.raises(api_errors.AlreadyDone):
        client.verify(vat="IT1", keep=True)
    assert len({one.headers["Idempotency-Key"] for one in site.asked}) == 1
    assert len(site.asked) == 2


def test_the_file_of_receipts_is_read_in_pages_and_written_down_whole(site: Site, tmp_path: Path) -> None:
    changed = {
        "receipt_id": "R1",
        "issued_at": "2026-11-24T10:00:00Z",
        "then": "yes",
        "today": "no",
        "changed": ["verdict"],
    }
    site.replies.extend([Reply({"items": [KEPT], "next_cursor": "c"}), Reply({"items": [], "next_cursor": None})])
    site.replies.append(Reply({"items": [changed], "next_cursor": None, "asked": 1}))
    site.replies.extend([Reply(b"half", is_broken=True), Reply(b"whole")])
    with Client(site.url, key=KEY) as client:
        assert [one.receipt for one in client.receipts.archived(verdict="yes")] == ["a.b.c"]
        assert site.asked[1].path == "/api/v1/receipts?verdict=yes&limit=100&cursor=c"
        assert [(one.then, one.today) for one in client.receipts.changes()] == [("yes", "no")]
        with pytest.raises(api_errors.NoAnswer):
            client.receipts.export("csv", tmp_path / "receipts.csv")
        assert list(tmp_path.iterdir()) == []
        client.receipts.export("csv", tmp_path / "receipts.csv", from_on="2026-01-01")
    assert site.asked[-1].path == "/api/v1/receipts/export?from_on=2026-01-01&form=csv"
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("receipts.csv", b"whole")]


def test_a_new_key_is_given_once_and_never_printed_again(site: Site) -> None:
    site.replies.extend([Reply(MADE, 201), Reply(MADE, 201), Reply(status=204)])
    with Client(site.url, key=KEY) as client:
        made = client.keys.make("nightly", ["verify"], days=30)
        assert client.keys.exchange("K1", overlap_days=0).key == "rrk_newsecret"
        client.keys.revoke("K1")
    assert (made.key, "newsecret" in repr(made)) == ("rrk_newsecret", False)
    assert site.asked[0].json() == {"label": "nightly", "scopes": ["verify"], "days": 30}
    assert site.asked[1].path == "/api/v1/organisation/keys/K1/exchange"
    assert site.asked[0].headers["Idempotency-Key"] != site.asked[1].headers["Idempotency-Key"]
