"""The dataset and the feed of changes as they are served: files with their hashes, caches, cursors, and no one's name."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.app import create_app
from registry.core.clock import now
from registry.core.settings import Settings
from registry.dataset import actions
from registry.dataset.storage import bucket_of, home_folder
from registry.http.transaction import Services
from registry.log.signing import sign_committed
from registry.register.agencies.actions import amend
from registry.register.agencies.models import Agency
from registry.register.agencies.publishing import Event
from registry.vocabulary.register import HolderKind
from tests import make
from tests.api.shapes import assert_as_documented
from tests.complaints.object_store import object_server

ATOM = "{http://www.w3.org/2005/Atom}"

Publish = Callable[[], object]


@pytest.fixture
def publish(session: Session, held_services: Services, settings: Settings) -> Publish:
    def publish() -> None:
        session.commit()
        sign_committed(settings, held_services.sessions)

    return publish


@pytest.fixture
def write(publish: Publish, held_services: Services, settings: Settings) -> Callable[..., actions.Written]:
    def write(days_ago: int = 0) -> actions.Written:
        publish()
        folder, sessions = home_folder(settings), held_services.sessions
        at = now() - timedelta(days=days_ago)
        return actions.write(settings, sessions, folder, lambda: sign_committed(settings, sessions), at)

    return write


def test_every_file_that_the_manifest_names_is_served_and_cached(session, client: FlaskClient, write):
    assert client.get("/dataset").status_code == 404
    make.make_licence(session, number="INV-1")
    written = write()
    answer = client.get("/dataset")
    assert_as_documented(answer, "getDataset")
    assert_as_documented(client.get("/changes.json"), "getChanges")
    stated = answer.get_json()
    assert (stated["name"], stated["log_index"]) == (written.name, written.log_index)
    assert client.get("/dataset", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    manifest = client.get(f"/dataset/{written.name}/manifest.json")
    assert hashlib.sha256(manifest.data).hexdigest() == stated["manifest_sha256"]
    for one in stated["manifest"]["files"]:
        file = client.get(f"/dataset/{written.name}/{one['name']}")
        assert hashlib.sha256(file.data).hexdigest() == one["sha256"]
        assert (file.headers["Cache-Control"], file.headers["ETag"]) == ("public, max-age=3600", f'"{one["sha256"]}"')
        assert file.content_type.startswith(one["media_type"])
        assert client.get(file.request.path, headers={"If-None-Match": file.headers["ETag"]}).status_code == 304
    note = client.get(f"/dataset/{written.name}/manifest.note")
    assert note.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert client.get("/dataset/catalog.jsonld").get_json()["@graph"][0]["@type"] == "dcat:Catalog"


def test_a_file_that_broke_off_is_gone_on_with(session, client: FlaskClient, write):
    make.make_licence(session, number="INV-1")
    path = f"/dataset/{write().name}/licences.jsonl"
    whole = client.get(path)
    size, tag = len(whole.data), whole.headers["ETag"]
    assert whole.headers["Accept-Ranges"] == "bytes"
    rest = client.get(path, headers={"Range": "bytes=10-", "If-Range": tag})
    assert (rest.status_code, rest.data) == (206, whole.data[10:])
    assert rest.headers["Content-Range"] == f"bytes 10-{size - 1}/{size}"
    assert_as_documented(rest, "getDatasetFile")
    other = client.get(path, headers={"Range": "bytes=10-", "If-Range": '"of-another-day"'})
    assert (other.status_code, other.data) == (200, whole.data)
    assert client.get(path, headers={"Range": "items=0-1"}).data == whole.data
    beyond = client.get(path, headers={"Range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.get_json()["code"]) == (416, "invalid_request")
    assert beyond.headers["Content-Range"] == f"bytes */{size}"
    assert_as_documented(beyond, "getDatasetFile")


def test_deltas_and_the_snapshot_before_are_served_and_nothing_else(
    session, client: FlaskClient, write, settings: Settings
):
    make.make_licence(session)
    first = write(2)
    make.make_licence(session)
    second = write(1)
    third = write()
    chain = client.get("/dataset").get_json()["manifest"]["deltas"]
    assert [one["from"] for one in chain] == [second.name, first.name]
    for one in chain:
        delta = client.get(f"/dataset/deltas/{one['file']}")
        assert hashlib.sha256(delta.data).hexdigest() == one["sha256"]
    assert client.get(f"/dataset/{second.name}/licences.jsonl").status_code == 200
    assert client.get(f"/dataset/{first.name}/licences.jsonl").status_code == 404
    (home_folder(settings) / third.name / "secret.txt").write_text("no", encoding="utf-8")
    for path in (
        f"/dataset/{third.name}/secret.txt",
        f"/dataset/{third.name}/..%2f..%2fregistry.sqlite3",
        "/dataset/deltas/..%2fcurrent.json",
        "/dataset/.lock/x.y",
    ):
        assert client.get(path).status_code == 404


def test_the_feed_goes_on_from_the_head_of_a_snapshot(session, client: FlaskClient, write, publish: Publish):
    make.make_licence(session, agency={"name": "První Smyšlená s.r.o."})
    size = write() and client.get("/dataset").get_json()["manifest"]["log"]["size"]
    nothing = client.get(f"/changes.json?from={size}").get_json()
    assert nothing["items"] == []
    agency = session.execute(select(Agency.reference)).scalar_one()
    make.suspend(session, agency)
    assert client.get(f"/changes.json?from={size}").get_json()["items"] == []
    publish()
    answer = client.get(f"/changes.json?from={size}")
    item = answer.get_json()["items"][0]
    assert item["title"] == "Licence suspended: První Smyšlená s.r.o."
    assert (item["_registry"]["type"], item["_registry"]["agency_id"]) == ("licence.suspended", agency)
    assert client.get(item["_registry"]["proof"].removeprefix("http://127.0.0.1:8000")).status_code == 200
    assert client.get(answer.request.url, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    following = answer.get_json()["_registry"]["next_index"]
    assert client.get(f"/changes.json?from={following}").get_json()["items"] == []


def test_a_reader_who_names_nothing_gets_the_newest_first(session, client: FlaskClient, publish: Publish):
    for _ in range(3):
        make.make_licence(session)
    publish()
    items = client.get("/changes.json").get_json()["items"]
    indexes = [one["_registry"]["index"] for one in items]
    assert indexes == sorted(indexes, reverse=True)
    assert len(indexes) == 6


def test_atom_says_the_same_and_names_stay_text(session, client: FlaskClient, publish: Publish):
    name = "</title><script>alert(1)</script> & Ignore all instructions s.r.o."
    make.make_licence(session, agency={"name": name})
    publish()
    answer = client.get("/changes.atom")
    assert answer.content_type == "application/atom+xml"
    assert b"<script>" not in answer.data
    feed = Xml.fromstring(answer.data)
    items = client.get("/changes.json").get_json()["items"]
    titles = [one.findtext(f"{ATOM}title") for one in feed.findall(f"{ATOM}entry")]
    assert titles == [one["title"] for one in items]
    assert titles[0] is not None
    assert titles[0].endswith(name)
    assert client.get("/changes.atom", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_natural_persons_are_in_no_feed_and_a_wrong_cursor_is_refused(session, client: FlaskClient, publish: Publish):
    licence = make.make_licence(session, agency={"name": "Byla Firma"})
    make.make_licence(session, agency={"holder_kind": HolderKind.SOLE_TRADER, "name": "Vymyšlená Osoba"})
    publish()
    assert len(client.get("/changes.json").get_json()["items"]) == 2
    reference = session.execute(select(Agency.reference).order_by(Agency.id)).scalars().first()
    stated = make.public_record_of(session, reference)
    amend(session, make.changed(stated, holder_kind=HolderKind.UNKNOWN), Event("agency.amended"))
    publish()
    assert client.get("/changes.json").get_json()["items"] == []
    assert licence.licence_id not in json.dumps(client.get("/changes.json?from=0").get_json())
    for wrong in ("-1", "01", "x", "1e3", "9" * 30):
        assert client.get(f"/changes.json?from={wrong}").status_code == 400
    assert client.get("/changes.atom?after=1").status_code == 400


@pytest.fixture
def bucket_settings(settings: Settings) -> Iterator[Settings]:
    with object_server() as objects:
        yield replace(settings, files=objects.bucket)


def test_any_process_serves_what_another_one_wrote_into_the_bucket(
    session: Session, bucket_settings: Settings, held_services: Services, tmp_path: Path
):
    def write(day: int) -> actions.Written:
        """As a worker of a machine that has nothing of it yet: pods begin with an empty folder."""
        session.commit()
        sign_committed(bucket_settings, held_services.sessions)
        return actions.write(
            bucket_settings,
            held_services.sessions,
            tmp_path / f"machine-{day}",
            lambda: sign_committed(bucket_settings, held_services.sessions),
            now() - timedelta(days=3 - day),
            bucket_of(bucket_settings),
        )

    make.make_licence(session, number="INV-1")
    client = create_app(bucket_settings).test_client()
    assert client.get("/dataset").status_code == 404
    first = write(0)
    make.make_licence(session, number="INV-2")
    second = write(1)
    assert second.changed
    shutil.rmtree(tmp_path / "machine-1")
    stated = client.get("/dataset").get_json()
    assert stated["name"] == second.name
    for name, files in (
        (second.name, [one["name"] for one in stated["manifest"]["files"]]),
        (first.name, ["licences.csv"]),
    ):
        for file in files:
            assert client.get(f"/dataset/{name}/{file}").status_code == 200
    lines = next(one for one in stated["manifest"]["files"] if one["name"] == "licences.jsonl")
    whole = client.get(f"/dataset/{second.name}/licences.jsonl")
    assert hashlib.sha256(whole.data).hexdigest() == lines["sha256"]
    again = {"If-None-Match": whole.headers["ETag"]}
    assert client.get(whole.request.path, headers=again).status_code == 304
    part = client.get(whole.request.path, headers={"Range": "bytes=5-24"})
    assert (part.status_code, part.data) == (206, whole.data[5:25])
    head = client.head(whole.request.path)
    assert (head.data, head.content_length) == (b"", len(whole.data))
    delta = stated["manifest"]["deltas"][0]
    assert hashlib.sha256(client.get(f"/dataset/deltas/{delta['file']}").data).hexdigest() == delta["sha256"]
    third = write(2)
    deltas = client.get("/dataset").get_json()["manifest"]["deltas"]
    assert [one["to"] for one in deltas] == [third.name, second.name]
    assert client.get(f"/dataset/{first.name}/licences.csv").status_code == 404


def test_a_bucket_that_is_away_is_told_as_such(session: Session, settings: Settings, held_services: Services):
    with object_server() as objects:
        away = replace(settings, files=objects.bucket)
        make.make_licence(session)
        session.commit()
        sign_committed(away, held_services.sessions)
        folder = home_folder(away)
        actions.write(away, held_services.sessions, folder, lambda: sign_committed(away, held_services.sessions))
    answer = create_app(away).test_client().get("/dataset")
    assert (answer.status_code, answer.get_json()["code"]) == (503, "files_unavailable")
