"""The open dataset and the public feed of changes (docs/users/dataset.md): files and feeds that need no key."""

import json
import re
from typing import Any, NamedTuple
from xml.etree import ElementTree as Xml

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug.wsgi import FileWrapper

from registry.core.clock import answer_instant, day_at, now
from registry.core.errors import Fault, InvalidInput, NotFound
from registry.dataset import actions, descriptions, queries, storage, tables
from registry.dataset.manifest import FILE_NAME, MANIFEST, NAME, NOTE
from registry.http.responses import cache_seconds, encode, respond_with
from registry.http.transaction import public_reading, services
from registry.i18n.wording import word
from registry.log import queries as log
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import Language

JSON, FEED, ATOM = "application/json", "application/feed+json", "application/atom+xml"

AN_HOUR = 3600
"""Seconds that a file may be kept: what was erased must be gone from caches the same day."""

PIECE = 1 << 20
"""Bytes that are read of a file at once: of a bucket, each is a request."""

_INDEX = re.compile(r"0|[1-9][0-9]{0,17}")
_XML_ATOM = "http://www.w3.org/2005/Atom"

pages = Blueprint("dataset", __name__)


_NOTHING = "no dataset is published here yet: the worker and `registry dataset write` write it"


class ServedFile(NamedTuple):
    """A file that may be served: open, with its media type, and its hash where one was stated."""

    opened: storage.Opened
    media_type: str
    sha256: str


class Current(NamedTuple):
    """The newest snapshot: its manifest, and the index of the log's entry that holds the hash of it."""

    name: str
    log_index: int
    manifest_sha256: str
    manifest: dict[str, Any]


def current(session: Session, store: storage.Store) -> Current:
    """As `Current`. NotFound while none is published under the published head."""
    head = log.published(session)
    newest = actions.newest_in(session, store, head.size) if head is not None else None
    if newest is None:
        raise NotFound(_NOTHING)
    return Current(newest.name, newest.log_index, newest.manifest_sha256, json.loads(newest.manifest))


def file_of(session: Session, store: storage.Store, name: str, file: str) -> ServedFile:
    """A file of the newest snapshot, or of the one before for who has begun to fetch it. NotFound for any other."""
    if not NAME.fullmatch(name) or not FILE_NAME.fullmatch(file):
        raise NotFound("a snapshot is named by its day and the size of the log; ask /dataset which is the newest")
    newest = current(session, store)
    stated: dict[str, Any] | None = newest.manifest if name == newest.name else None
    if name == next(iter(newest.manifest["deltas"]), {"from": None})["from"]:
        stated = json.loads(store.read(f"{name}/{MANIFEST}") or b"null")
    if stated is None:
        raise NotFound(f"this snapshot is not kept any more; the newest is {newest.name}")
    known = {one["name"]: (one["media_type"], one["sha256"]) for one in stated["files"]}
    known[MANIFEST] = ("application/json", newest.manifest_sha256 if name == newest.name else "")
    known[NOTE] = ("text/plain", "")
    opened = store.open(f"{name}/{file}") if file in known else None
    if opened is None:
        raise NotFound("the snapshot has no such file; its manifest.json names all of them")
    return ServedFile(opened, *known[file])


def delta_of(session: Session, store: storage.Store, file: str) -> ServedFile:
    """A delta of the chain that leads to the newest snapshot. NotFound for any other."""
    for one in current(session, store).manifest["deltas"]:
        opened = store.open(f"{actions.DELTAS}/{file}") if one["file"] == file else None
        if opened is not None:
            return ServedFile(opened, "application/jsonl", one["sha256"])
    raise NotFound("there is no such delta; the newest snapshot's manifest names those that are kept")


def current_answer(found: Current) -> dict[str, Any]:
    """What /dataset answers."""
    return {
        "v": found.manifest["v"],
        "name": found.name,
        "log_index": found.log_index,
        "manifest_sha256": found.manifest_sha256,
        "manifest": found.manifest,
    }


@pages.get("/dataset")
def show_dataset() -> Response:
    """The newest snapshot: its manifest, and the entry of the log that holds the hash of it."""
    found = current(public_reading(), _store())
    return respond_with(encode(current_answer(found)), JSON, cache_seconds(now(), ()), request.environ)


@pages.get(f"/dataset/{descriptions.CATALOG}")
def show_catalog() -> Response:
    """The newest snapshot's description for catalogues of open data, DCAT-AP 3 in JSON-LD."""
    store = _store()
    newest = current(public_reading(), store)
    return _file(file_of(public_reading(), store, newest.name, descriptions.CATALOG))


@pages.get("/dataset/deltas/<file>")
def show_delta(file: str) -> Response:
    """A delta that leads from one snapshot to the next."""
    return _file(delta_of(public_reading(), _store(), file))


@pages.get("/dataset/<name>/<file>")
def show_file(name: str, file: str) -> Response:
    """A file of a snapshot."""
    return _file(file_of(public_reading(), _store(), name, file))


def _store() -> storage.Store:
    return storage.store_of(services().settings)


def _file(served: ServedFile) -> Response:
    """A file as it lies there; parts of it by Range, and nothing for who holds these very bytes."""
    response = Response(FileWrapper(served.opened.file, PIECE), mimetype=served.media_type, direct_passthrough=True)
    response.content_length = served.opened.size
    if served.sha256:
        response.set_etag(served.sha256)
    response.headers["Cache-Control"] = f"public, max-age={AN_HOUR}"
    environ = dict(request.environ)
    if not environ.get("HTTP_RANGE", "").startswith("bytes="):
        # RFC 9110, 14.2: a unit that is not known is as if it were not there.
        environ.pop("HTTP_RANGE", None)
    response.make_conditional(environ, accept_ranges=True, complete_length=served.opened.size)
    return response


@pages.get("/changes.json")
def show_changes() -> Response:
    """The feed of changes as JSON Feed 1.1."""
    found, first = _changes()
    url = services().settings.public_url
    value = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Changes in this registry",
        "description": tables.NOTICE,
        "home_page_url": f"{url}/",
        "feed_url": f"{url}/changes.json" + ("" if first is None else f"?from={first}"),
        "next_url": f"{url}/changes.json?from={found.next_index}",
        "items": [_item(one, url) for one in found.items],
        "_registry": {"next_index": found.next_index, "log_size": found.size},
    }
    return respond_with(encode(value), FEED, cache_seconds(now(), ()), request.environ)


@pages.get("/changes.stream")
def show_no_stream() -> Response:
    """The stream of changes is answered by a process of its own."""
    raise NotFound(
        "`registry stream` answers this, in a process of its own: with `make run` on the port after this one"
    )


@pages.get("/changes.atom")
def show_changes_as_atom() -> Response:
    """The feed of changes as Atom (RFC 4287)."""
    found, first = _changes()
    return respond_with(_atom(found, first), ATOM, cache_seconds(now(), ()), request.environ)


def _changes() -> tuple[queries.Changes, int | None]:
    """The page that the address asks for, and from which index. InvalidInput for anything but an index."""
    given = request.args.get("from", "")
    if set(request.args) - {"from"} or (given and not _INDEX.fullmatch(given)) or len(request.args.getlist("from")) > 1:
        detail = "must be the index of an entry, from 0: `log.size` of a snapshot, or `next_index` of this feed"
        raise InvalidInput([Fault("from", Problem.INVALID_CURSOR, detail)])
    first = int(given) if given else None
    return queries.changes(public_reading(), first, day_at(now(), None)), first


def _item(change: queries.Change, url: str) -> dict[str, Any]:
    row = change.row
    return {
        "id": _id(row, url),
        "url": _address(row, url),
        "title": _title(change),
        "content_text": _title(change),
        "date_published": answer_instant(change.at),
        "_registry": row | {"proof": f"{url}/log/proof/{row['index']}"},
    }


def _id(row: dict[str, Any], url: str) -> str:
    return f"{url}/log/proof/{row['index']}"


def _address(row: dict[str, Any], url: str) -> str:
    return f"{url}/en/agencies/{row['agency_id']}"


def _title(change: queries.Change) -> str:
    """What happened, and to whom: the name stands last and is data, whatever it says."""
    type_ = change.row["type"]
    happened = "Withheld by law" if type_ == tables.WITHHELD_EVENT else word(Language.EN, "entry", type_)
    return f"{happened}: {change.name or change.row['agency_id']}"


def _atom(found: queries.Changes, first: int | None) -> bytes:
    url = services().settings.public_url
    Xml.register_namespace("", _XML_ATOM)
    feed = Xml.Element(f"{{{_XML_ATOM}}}feed")

    def add(parent: Xml.Element, name: str, text: str | None = None, **attributes: str) -> Xml.Element:
        made = Xml.SubElement(parent, f"{{{_XML_ATOM}}}{name}", attributes)
        made.text = text
        return made

    own = f"{url}/changes.atom"
    add(feed, "id", own)
    add(feed, "title", "Changes in this registry")
    add(feed, "subtitle", tables.NOTICE)
    latest = max((one.at for one in found.items), default=None)
    add(feed, "updated", answer_instant(latest) if latest is not None else "1970-01-01T00:00:00Z")
    add(feed, "link", rel="self", type=ATOM, href=own + ("" if first is None else f"?from={first}"))
    add(feed, "link", rel="next", type=ATOM, href=f"{own}?from={found.next_index}")
    add(feed, "link", rel="alternate", type="text/html", href=f"{url}/")
    add(add(feed, "author"), "name", "The authority that runs this registry")
    for change in found.items:
        entry = add(feed, "entry")
        add(entry, "id", _id(change.row, url))
        add(entry, "title", _title(change), type="text")
        add(entry, "updated", answer_instant(change.at))
        add(entry, "link", rel="alternate", type="text/html", href=_address(change.row, url))
        add(entry, "category", term=change.row["type"])
        add(entry, "content", _title(change), type="text")
    body: bytes = Xml.tostring(feed, encoding="utf-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + body
