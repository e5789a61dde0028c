"""What follows from an entry: the status of a day, and what must stand in the status list for it."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from registry_client.entries import Entry, key_record, read_entry, status_on, status_value
from registry_client.strict import Unreadable

from tests.client.registrar import Registrar, SigningKey, canonical

DAY = date(2026, 11, 18)


def licence(*periods: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"status_history": list(periods)} | more


def stated(status: str, begin: str = "2024-01-01", **more: Any) -> dict[str, Any]:
    return {"status": status, "from": begin} | more


VALUES = {
    0: "active active_with_conditions provisional under_surveillance renewal_pending_deemed_valid",
    1: "revoked revoked_immediate banned surrendered renewal_refused refused annulled_entity_dissolved",
    2: "suspended winding_down delisted applied expired something_new",
}


@pytest.mark.parametrize(("value", "status"), [(value, one) for value, text in VALUES.items() for one in text.split()])
def test_each_status_has_its_value_in_the_list(value: int, status: str) -> None:
    assert status_value(licence(stated(status)), {}, DAY) == value


def test_every_status_of_the_table_of_verdicts_is_known_here() -> None:
    """The table is the rules' own; the client has its words from the documents alone."""
    table = (Path(__file__).parents[1] / "verification" / "verdicts" / "tables.txt").read_text(encoding="utf-8")
    rows = table[table.index("status  ") :].split("\n\n")[0].splitlines()[1:]
    answers = {row.split()[0]: row.split()[1] for row in rows if row.strip()}
    for status, answer in answers.items():
        value = status_value(licence(stated(status, is_stayed=True)), {}, DAY)
        assert (value == 0) == (answer == "yes"), status


@pytest.mark.parametrize(
    ("record", "status", "value"),
    [
        (licence(), None, 0),
        (licence(valid_to="2026-11-17"), "expired", 0),
        (licence(valid_to="2026-11-18"), None, 0),
        (licence(stated("active"), valid_to="2026-11-17"), "expired", 0),
        (licence(stated("expired"), valid_to="2026-12-31"), "expired", 2),
        (licence(stated("renewal_pending_deemed_valid"), valid_to="2026-11-17"), "renewal_pending_deemed_valid", 0),
        (licence(stated("suspended"), valid_to="2026-11-17"), "suspended", 2),
        (licence(stated("delisted"), valid_to="2026-11-17"), "expired", 0),
        (licence(stated("active"), stated("suspended", "2026-11-18")), "suspended", 2),
        (licence(stated("active"), stated("suspended", "2026-11-19")), "active", 0),
        (licence(stated("suspended", to="2026-11-17"), stated("active")), "active", 0),
        (licence(stated("revoked"), stated("active", "2025-01-01")), "revoked", 1),
        (licence(stated("revocation_pending_appeal")), "revoked", 1),
        (licence(stated("revocation_pending_appeal", is_stayed=True)), "revocation_pending_appeal", 2),
        (licence(stated("winding_down", until="2026-12-31")), "winding_down", 2),
        (licence(stated("winding_down", until="2026-11-17")), "expired", 2),
    ],
)
def test_the_gravest_statement_of_the_day_counts(record: dict[str, Any], status: str | None, value: int) -> None:
    assert status_on(record, {}, DAY) == status
    assert status_value(record, {}, DAY) == value


def test_the_holder_counts_too() -> None:
    record = licence(stated("active"))
    assert status_value(record, {"dissolved_on": "2026-11-18"}, DAY) == 1
    assert status_value(record, {"dissolved_on": "2026-11-19"}, DAY) == 0
    assert status_value(record, {"identifiers": [{"is_under_review": True}]}, DAY) == 2


@pytest.mark.parametrize("record", [licence("x"), licence(stated("active", "yesterday")), {"valid_to": 5}, licence({})])  # type: ignore[arg-type]
def test_a_malformed_record_is_unreadable(record: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        status_on(record, {}, DAY)


def test_the_entries_vectors_are_read() -> None:
    path = Path(__file__).parents[1] / "log" / "vectors.json"
    for vector in json.loads(path.read_text(encoding="utf-8")):
        entry = read_entry(vector["leaf"].encode())
        assert (entry.index, entry.key, entry.record) == (
            vector["entry"]["index"],
            vector["entry"]["key"],
            vector["entry"]["record"],
        )


@pytest.mark.parametrize(
    "changes",
    [
        {"kid": "AAAAAAAAAAAAAAAA"},
        {"state": "retired"},
        {"alg": "EdDSA"},
        {"use": "anything"},
        {"public": {"crv": "P-256", "kty": "EC", "x": "AA"}},
        {"last_good_index": 3},
    ],
)
def test_a_key_event_must_agree_with_itself(changes: dict[str, Any]) -> None:
    key = SigningKey("status")
    record = {"alg": "ES256", "kid": key.kid, "public": key.jwk, "state": "active", "use": "status"}
    good = Entry("2026-11-18T00:00:00.000000Z", 3, f"key/{key.kid}", None, "registry.key_added", record)
    assert key_record(good).kid == key.kid
    with pytest.raises(Unreadable):
        key_record(Entry(good.at, 3, good.key, None, good.type, record | changes))


def test_a_key_of_which_nothing_is_good_is_read() -> None:
    registrar = Registrar()
    index = registrar.key_event(registrar.keys["status"], "compromised", last_good=-1)
    assert key_record(read_entry(registrar.leaves[index])).last_good_index == -1


@pytest.mark.parametrize("text", ["a\u200bb", "a\u202eb", "e\u0301", "a\x07b", "\ufeffa"])
def test_text_that_hides_something_is_refused(text: str) -> None:
    entry = json.loads(Registrar().leaves[-1])
    entry["record"]["number"] = text
    with pytest.raises(Unreadable, match="text"):
        read_entry(canonical(entry))
