"""The dataset and the feed of changes as they are served: files with their hashes, caches, cursors, and no one's name."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from xml.etree import ElementTree as Xml

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.settings import Settings
from registry.dataset import actions
from registry.http.transaction import Services
from registry.log.signing import sign_committed
from registry.register.agencies.actions import amend
from registry.register.agencies.models import Agency
from registry.register.agencies.publishing import Event
from registry.vocabulary.register import HolderKind
from tests import make
from tests.api.shapes import assert_as_documented

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
        folder, sessions = actions.home_folder(settings), held_services.sessions
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
    part = client.get(f"/dataset/{written.name}/licences.jsonl", headers={"Range": "bytes=0-9"})
    assert (part.status_code, len(part.data)) == (206, 10)
    assert client.get("/dataset/catalog.jsonld").get_json()["@graph"][0]["@type"] == "dcat:Catalog"


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
    (actions.home_folder(settings) / third.name / "secret.txt").write_text("no", encoding="utf-8")
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
