"""What entries must hold, and whether status lists and answers follow from them, against a real HTTP server."""

import re
import time
import zlib
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from registry_client import entries, unit_keys
from registry_client.store import Store

from tests.client.registrar import AGENCY, LICENCE, Registrar, SigningKey, b64url
from tests.client.site import Site
from tests.client.watching import KID, bad, codes, fill, key_event, revoke, watch


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"prev": 0}, "chain_broken"),
        ({"index": 99}, "index_differs"),
        ({"at": "2020-01-01T00:00:00.000000Z"}, "time_runs_back"),
        ({"v": 2}, "entry_malformed"),
        ({"note": "more"}, "entry_malformed"),
        ({"type": "licence.amended"}, "entry_malformed"),
        ({"record": {"agency_id": "ZZZZZZZZZZZZ"}}, "entry_malformed"),
        ({"record": {"agency_id": AGENCY, "place": None}}, "entry_malformed"),
        ({"record": {"agency_id": AGENCY, "place": "a\u202eb"}}, "entry_malformed"),
    ],
)
def test_an_entry_that_breaks_a_rule_is_reported_at_every_run(
    site: Site, state: Path, changes: dict[str, Any], code: str
) -> None:
    site.registrar.append(f"agency/{AGENCY}", "agency.amended", site.registrar.agency(), **changes)
    assert code in bad(watch(site, state))
    fill(site, 1)
    again = watch(site, state)
    assert (again.exit_code, code in bad(again)) == (1, True)


def test_a_chain_that_leaves_an_entry_out_is_broken(site: Site, state: Path) -> None:
    revoke(site)
    before = site.registrar.latest[f"licence/{LICENCE}"]
    record = site.registrar.licence()
    site.registrar.append(f"licence/{LICENCE}", "licence.amended", record, prev=before - 1)
    assert "chain_broken" in bad(watch(site, state))


def test_a_key_entry_that_is_not_of_its_key_is_malformed(site: Site, state: Path) -> None:
    key = SigningKey("status", site.registrar.root)
    record = {"alg": "ES256", "kid": key.kid, "public": SigningKey("status").jwk, "state": "active", "use": "status"}
    site.registrar.append(f"key/{key.kid}", "registry.key_added", record)
    assert "entry_malformed" in bad(watch(site, state))


# Kinds of entries that came later than the reader


def test_an_entry_of_a_later_kind_is_passed_over_and_named_at_every_run(site: Site, state: Path) -> None:
    for _ in range(2):
        site.registrar.append("later-kind/1", "later.stated", {"anything": ["goes"]})
    site.registrar.append("other/a.b~c", "other.stated", {})
    for _ in range(2):
        report = watch(site, state)
        assert (report.exit_code, bad(report)) == (0, set())
        (found,) = [one for one in report.log if one.code == "kinds_not_known"]
        assert dict(found.values) == {"count": 3, "kinds": "later-kind, other"}
    # Its place is held to the chain like any other's.
    site.registrar.append("later-kind/1", "later.stated", {}, prev=0)
    assert bad(watch(site, state)) == {"chain_broken"}


@pytest.mark.parametrize("key", ["malformed/1", "Later/1", "later-kind", "later/", "later/\u00fc", "licence/1"])
def test_what_is_no_key_of_any_kind_is_malformed(site: Site, state: Path, key: str) -> None:
    site.registrar.append(key, "later.stated", {})
    assert bad(watch(site, state)) == {"entry_malformed"}


def test_what_an_earlier_version_called_malformed_is_read_again_and_mended(
    site: Site, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_event(site.registrar)
    site.registrar.append("Later/1", "later.stated", {})
    with monkeypatch.context() as earlier:
        earlier.setattr(entries, "KEY", re.compile(entries.KEY.pattern.replace("unit-key", "-")))
        report = watch(site, state)
    assert [one.code for one in report.log if one.state == "bad"] == ["entry_malformed"] * 2
    # What came since is held to what can be read now.
    key_event(site.registrar, "retired")
    for _ in range(2):
        report = watch(site, state)
        assert [str(one.values["index"]) for one in report.log if one.state == "bad"] == [
            str(len(site.registrar.leaves) - 2)
        ]
    with Store.open(state, is_reader=True) as store:
        record = unit_keys.known(store, f"unit-key/{KID}", store.size)
    assert record is not None
    assert record.state == "retired"


# Status lists


def test_a_hidden_revocation_is_found(site: Site, state: Path) -> None:
    revoke(site)
    clean = site.registrar.places(0, len(site.registrar.leaves) - 1, "2026-11-25")
    lst = {"bits": 2, "lst": b64url(zlib.compress(clean))}
    site.lies["/status/0"] = site.status(status_list=lst).encode()
    report = watch(site, state)
    assert {"list_differs", "list_differs_in"} <= bad(report)
    finding = next(one for one in report.lists if one.code == "list_differs")
    assert (finding.values["said"], finding.values["expected"], finding.values["place"]) == (0, 1, 5)


def test_a_list_follows_by_the_day_in_utc_or_farther_east_and_by_no_other(site: Site, state: Path) -> None:
    moment = datetime.fromtimestamp(site.registrar.clock.timestamp(), UTC).replace(hour=17, minute=0) + timedelta(
        days=1
    )
    today, tomorrow, later = (str((moment + timedelta(days=shift)).date()) for shift in (0, 1, 2))
    site.registrar.state(("active", "2024-01-01"), ("suspended", tomorrow), valid_to="2099-12-31")
    site.iat = int(moment.timestamp())
    for day in (today, tomorrow):
        lst = zlib.compress(site.registrar.places(0, len(site.registrar.leaves), day))
        site.lies["/status/0"] = site.status(status_list={"bits": 2, "lst": b64url(lst)}).encode()
        assert "list_follows" in codes(watch(site, state, at=site.iat + 60))
    site.registrar.state(("active", "2024-01-01"), ("suspended", later), valid_to="2099-12-31")
    lst = zlib.compress(site.registrar.places(0, len(site.registrar.leaves), later))
    site.lies["/status/0"] = site.status(status_list={"bits": 2, "lst": b64url(lst)}).encode()
    assert "list_differs" in codes(watch(site, state, at=site.iat + 60))


def test_a_list_that_holds_an_entry_back_is_found(site: Site, state: Path) -> None:
    before = len(site.registrar.leaves)
    revoke(site)
    now = site.registrar.clock.timestamp() + 4 * 3600
    site.iat = int(now)
    site.lies["/status/0"] = site.status(size=before).encode()
    assert "list_holds_back" in bad(watch(site, state, at=now))
    site.iat = int(site.registrar.clock.timestamp())
    site.lies["/status/0"] = site.status(size=before).encode()
    assert "list_holds_back" not in codes(watch(site, state, at=now))


def test_a_revocation_undone_in_the_list_is_found(site: Site, state: Path) -> None:
    revoke(site)
    assert watch(site, state).exit_code == 0
    site.registrar.state(("active", "2024-01-01"), kind="licence.reinstated", valid_to="2099-12-31")
    assert watch(site, state).exit_code == 0
    revoke(site)
    site.lies["/status/0"] = site.status(size=len(site.registrar.leaves) - 1).encode()
    # It says upon how many entries it stands, so it follows: but not for longer than a list may be behind.
    assert "list_differs" not in codes(watch(site, state))


def test_lists_that_are_stale_missing_or_foreign_are_reported(site: Site, state: Path) -> None:
    site.iat = int(time.time()) - 2 * 86400
    stale = watch(site, state)
    assert (stale.exit_code, "list_stale" in codes(stale)) == (3, True)
    site.iat = None
    site.lies["/status/0"] = 404
    assert "list_missing" in bad(watch(site, state))
    site.lies["/status/0"] = b"no token"
    assert "list_unreadable" in bad(watch(site, state))
    site.lies["/status/0"] = site.status(key=Registrar().keys["status"]).encode()
    assert "list_not_genuine" in bad(watch(site, state))
    site.lies["/status/0"] = site.status(key=SigningKey("status", site.registrar.root)).encode()
    assert "list_key_not_logged" in bad(watch(site, state))
    site.lies["/status/0"] = site.status(number=1).encode()
    assert "list_of_another_place" in bad(watch(site, state))
    site.lies["/status/0"] = site.status(size=10_000).encode()
    assert "list_beyond_head" in codes(watch(site, state))


def test_a_list_signed_by_a_stolen_key_is_bad(site: Site, state: Path) -> None:
    site.registrar.key_event(site.registrar.keys["status"], "compromised", last_good=1)
    assert "list_key_not_good" in bad(watch(site, state))


def test_a_place_given_twice_is_found(site: Site, state: Path) -> None:
    site.registrar.append("licence/345678ABCDE2", "licence.issued", site.registrar.licence(licence_id="345678ABCDE2"))
    assert "place_given_twice" in bad(watch(site, state))


# Answers of the API


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "active"},
        {"number": "FICT-0002"},
        {"agency_id": "ZZZZZZZZZZZZ"},
        {"corridors": []},
        {"valid_to": None},
        {"status_history": []},
        {"status_history": [{"status": "active", "from": "2024-01-01"}, {"status": "suspended", "from": "2025-01-01"}]},
    ],
)
def test_an_answer_that_does_not_follow_from_the_log_is_found(site: Site, state: Path, changes: dict[str, Any]) -> None:
    revoke(site)
    assert watch(site, state).exit_code == 0
    site.lies[f"/api/v1/licences/{LICENCE}"] = site.licence(**changes)
    report = watch(site, state)
    assert (report.exit_code, "answer_differs" in bad(report)) == (1, True)


def test_an_answer_that_is_missing_or_no_answer_is_found(site: Site, state: Path) -> None:
    site.lies[f"/api/v1/licences/{LICENCE}"] = 404
    assert "answer_missing" in bad(watch(site, state))
    site.lies[f"/api/v1/licences/{LICENCE}"] = b"[]"
    assert "answer_differs" in bad(watch(site, state))
    site.lies[f"/api/v1/licences/{LICENCE}"] = 500
    assert watch(site, state).exit_code == 3


def test_what_the_law_withholds_is_no_difference(site: Site, state: Path) -> None:
    revoke(site)
    hidden = [{"status": "active", "from": "2024-01-01"}, {"withheld": "withheld_by_law", "from": "2025-01-01"}]
    site.lies[f"/api/v1/licences/{LICENCE}"] = site.licence(status_history=hidden, status=None)
    assert watch(site, state).exit_code == 0


def test_what_was_erased_is_no_difference(site: Site, state: Path) -> None:
    registrar = site.registrar
    digest = "sha256:" + "0" * 64
    registrar.append(
        f"agency/{AGENCY}",
        "agency.amended",
        {**registrar.agency(holder_kind="sole_trader", private=digest), "names": []},
    )
    closed = {
        name: part
        for name, part in registrar.licence(private=digest, valid_to="2099-12-31").items()
        if name != "number"
    }
    registrar.append(f"licence/{LICENCE}", "licence.amended", closed)
    for number in ("withheld_by_law", "FICT-0001", None):
        site.lies[f"/api/v1/licences/{LICENCE}"] = site.licence(number=number)
        assert watch(site, state).exit_code == 0


def test_an_answer_a_moment_ahead_of_the_log_is_waited_for(site: Site, state: Path) -> None:
    before = len(site.registrar.leaves)
    revoke(site)
    ahead = site.licence()
    site.shown = before

    def then_signed(handler: BaseHTTPRequestHandler) -> None:
        site.shown = None
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(ahead)))
        handler.end_headers()
        handler.wfile.write(ahead)

    site.lies[f"/api/v1/licences/{LICENCE}"] = then_signed
    report = watch(site, state, settling=5)
    assert (report.exit_code, report.head["size"]) == (0, before + 1)


def test_a_registry_that_asks_for_patience_gets_it(site: Site, state: Path) -> None:
    answers = iter([429])

    def busy(handler: BaseHTTPRequestHandler) -> None:
        code = next(answers, 200)
        body = b"" if code == 429 else site.licence()
        handler.send_response(code)
        handler.send_header("Retry-After", "1")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    site.lies[f"/api/v1/licences/{LICENCE}"] = busy
    assert watch(site, state).exit_code == 0
