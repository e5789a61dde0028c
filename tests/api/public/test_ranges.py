"""The addresses of range files: one spelling of each, what caches may keep, and what a suspension changes."""

import base64
import json
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from sqlalchemy.orm import Session

from registry.api.public.ranges import CURRENT_AGE
from registry.core.settings import Settings
from registry.http.transaction import services
from registry.log.signing import sign_committed
from registry.log.tree import leaf_hash
from registry.ranges import rules
from registry.ranges.actions import write_epoch
from registry.worker.schedule import TASKS
from tests import make
from tests.api.shapes import assert_as_documented
from tests.log.entry_schema import SCHEMA
from tests.log.proving import check_inclusion

GZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture
def publish(app: Flask, session: Session, settings: Settings) -> Any:
    def publish() -> None:
        session.commit()
        sign_committed(settings, services(app).sessions)
        write_epoch(services(app).sessions)
        sign_committed(settings, services(app).sessions)

    return publish


def epoch(client: FlaskClient) -> dict[str, Any]:
    entry: dict[str, Any] = json.loads(client.get("/ranges/current").json["entry"])  # type: ignore[index]
    return entry["record"]


def test_nothing_is_there_before_the_first_epoch(client: FlaskClient):
    assert client.get("/ranges/current").status_code == 404


def test_an_epoch_is_served_with_what_caches_may_keep(client: FlaskClient, session: Session, publish: Any):
    make.make_licence(session, number="INV-1", valid_to=date(2099, 1, 1))
    publish()
    current = client.get("/ranges/current")
    assert current.headers["Cache-Control"] == "public, max-age=10, stale-while-revalidate=10"
    assert_as_documented(current, "getRangesEpoch")
    assert_as_documented(client.get("/ranges/1/0"), "getRangesFileByPrefix")
    entry = json.loads(current.json["entry"])  # type: ignore[index]
    Draft202012Validator(SCHEMA).validate(entry)
    # One file alone has no tile: the root is its leaf.
    assert entry["record"]["p"] == 0
    by_hash = client.get(f"/ranges/file/{entry['record']['root']}", headers=GZIP)
    assert by_hash.headers["Content-Encoding"] == "gzip"
    assert by_hash.headers["Cache-Control"] == "public, max-age=31536000, immutable, no-transform"
    assert len(by_hash.data) % rules.PADDED_TO == 0
    body = rules.uncompressed(by_hash.data)
    assert leaf_hash(body).hex() == entry["record"]["root"]
    assert client.get("/ranges/1/0", headers={"Accept-Encoding": "gzip;q=0"}).data == body
    assert client.get("/ranges/1/0").data == body == client.get(f"/ranges/file/{entry['record']['root']}").data


def claims_of(client: FlaskClient, number: str) -> dict[str, Any]:
    answer = client.get(f"/api/v1/verify?licence_number={number}&destination=CZ&receipt=true")
    body = answer.json["receipt"].split(".")[1]  # type: ignore[index]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims


def test_a_receipt_proves_that_no_one_stands_under_a_number(client: FlaskClient, session: Session, publish: Any):
    for number in range(300):
        make.make_licence(session, number=f"INV-{number}")
    publish()
    absence = claims_of(client, "NIX-1")["absence"]
    record = epoch(client)
    assert (absence["p"], absence["epoch"]) == (record["p"], record["epoch"])
    assert record["p"] > 0
    body = client.get(f"/ranges/file/{absence['file']}").data
    hash_ = rules.key_hash("licence_number:NIX1")
    assert leaf_hash(body).hex() == absence["file"]
    assert hash_.hex()[: rules.HASH_HEX] not in [one["h"] for one in json.loads(body)["entries"]]
    path = [bytes.fromhex(one) for one in absence["path"]]
    prefix = rules.prefix_of(hash_, record["p"])
    assert rules.spelled(prefix, record["p"]) == absence["prefix"]
    root = bytes.fromhex(record["root"])
    check_inclusion(leaf_hash(body), prefix, 1 << record["p"], path, root)
    assert "absence" not in claims_of(client, "INV-7")
    make.make_licence(session, number="NIX-1")
    session.commit()
    assert "absence" not in claims_of(client, "NIX-1")


def test_every_other_spelling_is_not_found(client: FlaskClient, session: Session, publish: Any):
    make.make_licence(session, number="INV-1")
    publish()
    root = epoch(client)["root"]
    for path in (
        f"/ranges/file/{root.upper()}", f"/ranges/file/{root[:-1]}", f"/ranges/file/{'0' * 64}", "/ranges/1/00", "/ranges/01/0",
        "/ranges/2/0", "/ranges/1/g", f"/ranges/tile/{'é' * 64}", "/ranges/ended/x", "/ranges/ended/99",
    ):  # fmt: skip
        found = client.get(path)
        assert (found.status_code, "immutable" in found.headers.get("Cache-Control", "")) == (404, False), path


def test_a_suspension_shows_within_a_minute():
    """At worst: the worker's round, its signature, and a cache that shows once more what it kept; twenty seconds are left."""
    seconds = {task.name: task.seconds for task in TASKS}
    assert seconds["write_ranges"] + seconds["sign_log"] + 2 * CURRENT_AGE <= 40


def test_a_suspension_is_the_next_epoch_and_names_what_caches_drop(client: FlaskClient, session: Session, publish: Any):
    licence = make.make_licence(session, number="INV-1", valid_to=date(2099, 1, 1))
    publish()
    first = epoch(client)
    agency = json.loads(client.get("/ranges/1/0").data)["records"][0]["agency_id"]
    make.suspend(session, agency)
    publish()
    second = epoch(client)
    assert (second["epoch"], second["root"] != first["root"]) == (2, True)
    content = json.loads(client.get("/ranges/2/0").data)
    reasons = [one["code"] for answer in content["entries"][0]["answers"] for one in answer["reasons"]]
    assert "licence_suspended" in reasons
    assert licence.number == "INV-1"
    assert client.get("/ranges/ended/2").text.splitlines() == ["/ranges/current", f"/ranges/file/{first['root']}"]
    # Who asked a moment before goes on reading what they were told of.
    assert client.get(f"/ranges/file/{first['root']}").status_code == 200
