"""What is served of the dataset: the newest snapshot that the published log proves, its files, and the deltas that lead to it."""

import json
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from registry.core.errors import NotFound
from registry.dataset.actions import DELTAS, newest_in
from registry.dataset.manifest import FILE_NAME, MANIFEST, NAME, NOTE
from registry.dataset.storage import Opened, Store
from registry.log import queries as log

_NOTHING = "no dataset is published here yet: the worker and `registry dataset write` write it"


class ServedFile(NamedTuple):
    """A file that may be served: open, with its media type, and its hash where one was stated."""

    opened: Opened
    media_type: str
    sha256: str


class Current(NamedTuple):
    """The newest snapshot: its manifest, and the index of the log's entry that holds the hash of it."""

    name: str
    log_index: int
    manifest_sha256: str
    manifest: dict[str, Any]


def current(session: Session, store: Store) -> Current:
    """As `Current`. NotFound while none is published under the published head."""
    head = log.published(session)
    newest = newest_in(session, store, head.size) if head is not None else None
    if newest is None:
        raise NotFound(_NOTHING)
    return Current(newest.name, newest.log_index, newest.manifest_sha256, json.loads(newest.manifest))


def file_of(session: Session, store: Store, name: str, file: str) -> ServedFile:
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


def delta_of(session: Session, store: Store, file: str) -> ServedFile:
    """A delta of the chain that leads to the newest snapshot. NotFound for any other."""
    for one in current(session, store).manifest["deltas"]:
        opened = store.open(f"{DELTAS}/{file}") if one["file"] == file else None
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
