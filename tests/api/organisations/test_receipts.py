"""Archived receipts: one's own alone, checked again and offline, compared with today, and deleted."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from registry_client.gathering import GatheringOptions
from registry_client.offline import verify
from registry_client.trust import read_trust
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.bulk.archive import receipts
from registry.bulk.archive.lists import SignedStatements, archive_list
from registry.bulk.models import ArchivedList, ArchivedReceipt
from registry.core.clock import now
from registry.core.ids import new_reference
from registry.register.agencies import record
from registry.vocabulary.organisations import JobKind, Scope
from tests.api.organisations.conftest import Program, program_of
from tests.api.shapes import assert_as_documented
from tests.log.publishing import Publish
from tests.make import CZECH_AT_HOME, licence_record, make_agency, make_api_key, organisation_call, suspend

NUMBER = "VYMYSL/R1"
VERIFY = "/api/v1/verify"
QUESTION = {"licence_number": NUMBER} | CZECH_AT_HOME
KEPT = QUESTION | {"keep": True}
FILE = "/api/v1/receipts"


@pytest.fixture
def holder(session: Session, publish: Publish) -> record.Agency:
    """An agency whose one licence answers yes."""
    agency = make_agency(session, licences=(licence_record(number=NUMBER),))
    publish()
    return agency


def test_an_answer_is_kept_and_compared_with_todays(
    client: FlaskClient,
    session: Session,
    program: Program,
    foreign: Program,
    holder: record.Agency,
    publish: Publish,
) -> None:
    answer = program.post(VERIFY, KEPT)
    assert_as_documented(answer, "verify")
    kept_id, token = answer.json["receipt_id"], answer.json["receipt"]
    assert (answer.json["verdict"], answer.headers["Cache-Control"]) == ("yes", "no-store")
    listed = program.get(FILE)
    assert_as_documented(listed, "listReceipts")
    (one,) = listed.json["items"]
    assert (one["receipt_id"], one["receipt"], one["agency_id"]) == (kept_id, token, holder.agency_id)
    assert one["question"] == {"licence_number": NUMBER} | CZECH_AT_HOME
    assert program.get(f"{FILE}/changes").json["items"] == []
    suspend(session, holder.agency_id)
    publish()
    changes = program.get(f"{FILE}/changes")
    assert_as_documented(changes, "listReceiptChanges")
    (change,) = changes.json["items"]
    assert (change["then"], change["today"]) == ("yes", "no")
    assert {"verdict", "reasons", "records"} <= set(change["changed"])
    again = program.get(f"{FILE}/{kept_id}/check")
    assert_as_documented(again, "recheckReceipt")
    assert (again.json["genuine"], again.json["today"]["verdict"]) == ("yes", "no")
    # Another organisation, or a caller without a key, finds nothing: the same 404 as for one that never was.
    words = {foreign.get(f"{FILE}/{reference}").json["detail"] for reference in (kept_id, "222222222222")}
    assert len(words) == 1
    for method, path in (("DELETE", f"{FILE}/{kept_id}"), ("GET", f"{FILE}/{kept_id}/check")):
        assert foreign.send(method, path).status_code == 404
        assert client.open(path, method=method).status_code == 401
    assert foreign.get(FILE).json["items"] == foreign.get(f"{FILE}/changes").json["items"] == []
    # Nothing public says that anybody asked.
    for path in (
        f"/api/v1/agencies/{holder.agency_id}",
        f"/api/v1/agencies/{holder.agency_id}/history",
        "/api/v1/statistics",
    ):
        stated = client.get(path).get_data(as_text=True)
        assert kept_id not in stated
        assert program.organisation.reference not in stated
    assert program.send("DELETE", f"{FILE}/{kept_id}").status_code == 204
    assert program.get(FILE).json["items"] == []


def test_an_export_is_checked_without_the_registry_and_runs_no_formula(
    client: FlaskClient, session: Session, program: Program, holder: record.Agency
) -> None:
    program.post(VERIFY, KEPT | {"claimed_name": "=HYPERLINK(1)"})
    stored = session.scalars(select(ArchivedReceipt)).one()
    trust = read_trust(client.get("/.well-known/registry-trust.json").data)
    with zipfile.ZipFile(io.BytesIO(program.get(f"{FILE}/export?form=zip").data)) as archive:
        (name,) = [one for one in archive.namelist() if one.endswith(".jwt")]
        report = verify(archive.read(name), GatheringOptions(trust, int(now().timestamp()) + 5))
        assert next(str(verdict.state) for _, verdict in report.verdicts) == "good"
        forged = archive.read(name)[:-8] + b"AAAAAAAA"
        assert (
            str(next(iter(verify(forged, GatheringOptions(trust, int(now().timestamp()) + 5)).verdicts))[1].state)
            == "bad"
        )
    rows = list(csv.DictReader(io.StringIO(program.get(f"{FILE}/export?form=csv").data.decode("utf-8-sig"))))
    assert [(row["receipt_id"], row["receipt"]) for row in rows] == [(stored.reference, stored.token)]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert program.get(f"{FILE}/export?form=jsonl").data.count(b"\n") == 1
    assert program.get(f"{FILE}/export?form=exe").status_code == 400


def test_keeping_needs_a_key_of_the_scope(client: FlaskClient, session: Session, holder: record.Agency) -> None:
    assert client.post(VERIFY, json=KEPT).status_code == 401
    narrow = program_of(client, session, Scope.VERIFY).post(VERIFY, KEPT)
    assert (narrow.status_code, narrow.json["code"]) == (403, "scope_missing")
    assert session.scalars(select(ArchivedReceipt)).all() == []


LISTS = "/api/v1/archived-lists"
MANY = "/api/v1/verifications"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_archives_nothing_even_where_every_answer_is_archived(
    client: FlaskClient, program: Program, holder: record.Agency, method: str
) -> None:
    program.send("PUT", f"{FILE}/settings", {"days": 30, "is_archiving": True})
    headers = {"Authorization": f"Bearer {program.key}"}
    assert client.open(VERIFY, method=method, query_string=QUESTION, headers=headers).status_code == 200
    refused = client.open(VERIFY, method=method, query_string=QUESTION | {"keep": "true"}, headers=headers)
    assert refused.status_code == 400
    assert program.get(FILE).json["items"] == []


def test_an_answer_is_archived_once_however_often_it_is_sent(program: Program, holder: record.Agency) -> None:
    key = "6f1d2c84-5b0e-4d7a-9a53-0c8e7f21b6d4"
    first = program.post(VERIFY, KEPT, headers={"Idempotency-Key": key})
    again = program.post(VERIFY, KEPT, headers={"Idempotency-Key": f'"{key}"'})
    other = program.post(VERIFY, KEPT | {"claimed_name": "Another"}, headers={"Idempotency-Key": key})
    assert [answer.status_code for answer in (first, again, other)] == [200, 200, 422]
    assert (again.data, other.json["code"]) == (first.data, "repeat_differs")
    assert [one["receipt_id"] for one in program.get(FILE).json["items"]] == [first.json["receipt_id"]]


def test_every_answer_is_kept_where_the_organisation_chose_so(
    client: FlaskClient, session: Session, program: Program, holder: record.Agency
) -> None:
    everything = {"days": 30, "is_archiving": True}
    assert "receipt_id" not in program.post(VERIFY, QUESTION).json
    assert program.send("PUT", f"{FILE}/settings", everything).json == everything
    narrow = replace(program, key=make_api_key(session, program.organisation, Scope.VERIFY))
    shy = program.post("/api/v1/organisation/keys", {"label": "trials", "scopes": ["verify"], "is_archiving": False})
    assert_as_documented(shy, "createKey")
    stored = [
        narrow.post(VERIFY, QUESTION).json["receipt_id"],
        narrow.post(VERIFY, {"licence_number": NUMBER}).json["receipt_id"],
    ]
    # A question says otherwise, a key has its own choice, and a caller without a key leaves nothing.
    assert "receipt_id" not in narrow.post(VERIFY, QUESTION | {"keep": False}).json
    assert "receipt_id" not in replace(program, key=shy.json["key"]).post(VERIFY, QUESTION).json
    assert "receipt_id" not in client.post(VERIFY, json=QUESTION).json
    items = {"items": [{"licence_number": NUMBER}]}
    whole = narrow.post(MANY, items).json["list_id"]
    for sender, body in ((narrow, items | {"keep": False}), (replace(program, key=shy.json["key"]), items)):
        assert "list_id" not in sender.post(MANY, body).json
    assert "list_id" not in client.post(MANY, json=items).json
    assert [one["receipt_id"] for one in program.get(FILE).json["items"]] == stored[::-1]
    assert [one["list_id"] for one in program.get(LISTS).json["items"]] == [whole]
    refused = narrow.post(MANY, items | {"keep": True})
    assert (refused.status_code, refused.json["code"]) == (403, "scope_missing")


def test_a_list_is_kept_under_one_signature_asked_anew_and_let_go(
    client: FlaskClient,
    session: Session,
    program: Program,
    foreign: Program,
    holder: record.Agency,
    publish: Publish,
    tmp_path: Path,
) -> None:
    items = [
        {"key": "a", "licence_number": NUMBER},
        {"key": "b", "uscc": "1"},
        {"key": "c", "licence_number": NUMBER} | CZECH_AT_HOME,
    ]
    answer = program.post(MANY, {"items": items, "constants": {"destination": "IT", "on": "2026-01-05"}, "keep": True})
    assert_as_documented(answer, "verifyMany")
    assert {one["answer"]["on"] for one in answer.json["items"] if "answer" in one} == {"2026-01-05"}
    wrong = program.post(MANY, {"items": items, "constants": {"destination": "Mars"}})
    assert [fault["parameter"] for fault in wrong.json["errors"]] == ["constants.destination"]
    assert client.post(MANY, json={"items": items, "keep": True}).status_code == 401
    at = f"{LISTS}/{answer.json['list_id']}"
    stored = program.get(at)
    assert_as_documented(stored, "getArchivedList")
    assert stored.json["counts"] == {"items": 3, "answered": 2, "refused": 1, "yes": 1, "no": 0, "unknown": 1}
    statements = tmp_path / "statements.jsonl"
    statements.write_bytes(program.get(f"{at}/statements").data)
    stated = [json.loads(line) for line in statements.read_bytes().splitlines()]
    assert [one.get("question", {}).get("destination") for one in stated] == ["IT", None, "CZ"]
    trust = read_trust(client.get("/.well-known/registry-trust.json").data)
    form = GatheringOptions(trust, int(now().timestamp()) + 5, statements=statements)
    manifest = stored.json["manifest"].encode()
    assert str(verify(manifest, form).issued.state) == "good"
    row = program.get(f"{at}/proofs/2")
    assert_as_documented(row, "getArchivedListRowProof")
    proven = verify(row.data, GatheringOptions(trust, int(now().timestamp()) + 5))
    assert (proven.kind, str(proven.issued.state), dict(proven.signed)["key"]) == ("row", "good", "c")
    for wrong in ("3", "-1", "x", "９"):
        assert program.get(f"{at}/proofs/{wrong}").status_code == 404, wrong
    statements.write_bytes(statements.read_bytes().replace(b'"yes"', b'"no"', 1))
    assert str(verify(manifest, form).issued.state) == "bad"
    assert program.get(f"{at}/changes").json == {"items": [], "asked": 3, "next_cursor": None}
    suspend(session, holder.agency_id)
    publish()
    # The day that was asked about lies before the suspension: the record is another, the answer is not.
    first = program.get(f"{at}/changes?limit=2")
    assert_as_documented(first, "listArchivedListChanges")
    rest = program.get(f"{at}/changes?limit=2&cursor={first.json['next_cursor']}").json
    anew = [*first.json["items"], *rest["items"]]
    assert [(one["n"], one["key"]) for one in anew] == [(0, "a"), (2, "c")]
    assert all(one["then"] == one["today"] for one in anew)
    assert (first.json["items"][0]["changed"], rest["next_cursor"]) == (["records"], None)
    for method, path in (
        ("GET", at),
        ("GET", f"{at}/statements"),
        ("GET", f"{at}/changes"),
        ("GET", f"{at}/proofs/0"),
        ("DELETE", at),
    ):
        assert foreign.send(method, path).status_code == 404, path
    assert foreign.get(LISTS).json["items"] == []
    assert program.send("DELETE", at).status_code == 204
    assert program.get(LISTS).json["items"] == []


def test_archived_lists_are_searched_and_a_cursor_is_good_for_its_own_search(
    session: Session, program: Program
) -> None:
    at = now()
    stored: ArchivedList
    for place, name in enumerate(("Suppliers 2026.csv", "100%.xlsx", "suppliers old.csv")):
        call = organisation_call(session, program.organisation.id)
        stored = archive_list(call, JobKind.VERIFICATION, SignedStatements(new_reference(), [], {}, "-"))
        stored.name, stored.issued_at = name, at - timedelta(days=place)
    session.commit()

    def names(query: str) -> list[str]:
        answer = program.get(f"{LISTS}?{query}")
        assert_as_documented(answer, "listArchivedLists")
        return [one["filename"] for one in answer.json["items"]]

    yesterday = at.date() - timedelta(days=1)
    assert names("text=SUPPLIERS") == ["suppliers old.csv", "Suppliers 2026.csv"]
    # What is typed is no pattern.
    assert names("text=%25") == ["100%.xlsx"]
    assert names(f"to_on={yesterday}&text=suppliers") == ["suppliers old.csv"]
    assert names(f"from_on={yesterday}&to_on={yesterday}") == ["100%.xlsx"]
    assert names(f"text={stored.reference}") == ["suppliers old.csv"]
    first = program.get(f"{LISTS}?text=suppliers&limit=1").json
    assert names(f"text=suppliers&limit=1&cursor={first['next_cursor']}") == ["Suppliers 2026.csv"]
    assert program.get(f"{LISTS}?limit=1&cursor={first['next_cursor']}").json["code"] == "invalid_request"
    assert program.get(f"{LISTS}?from_on=5/1/2026").status_code == 400


def test_receipts_are_paged_filtered_and_go_when_their_time_is_over(
    session: Session, program: Program, holder: record.Agency
) -> None:
    assert program.send("PUT", f"{FILE}/settings", {"days": 30}).json == {"days": 30, "is_archiving": False}
    stored = [program.post(VERIFY, KEPT).json["receipt_id"] for _ in range(3)]
    first = program.get(f"{FILE}?limit=2").json
    rest = program.get(f"{FILE}?limit=2&cursor={first['next_cursor']}").json
    assert [one["receipt_id"] for one in [*first["items"], *rest["items"]]] == stored[::-1]
    assert rest["next_cursor"] is None
    assert program.get(f"{FILE}?limit=2&verdict=no&cursor={first['next_cursor']}").status_code == 400
    today = now().date()
    for query, count in (
        (f"agency_id={holder.agency_id}", 3),
        ("agency_id=222222222222", 0),
        ("verdict=no", 0),
        (f"from_on={today}&to_on={today}", 3),
        (f"to_on={today - timedelta(days=1)}", 0),
    ):
        assert len(program.get(f"{FILE}?{query}").json["items"]) == count, query
    assert program.get(f"{FILE}?agency_id=1").status_code == 400
    assert program.send("PUT", f"{FILE}/settings", {"days": 99999}).status_code == 400
    receipts.purge(session, today + timedelta(days=30))
    assert len(program.get(FILE).json["items"]) == 3
    receipts.purge(session, today + timedelta(days=31))
    assert program.get(FILE).json["items"] == []
