"""What is served of the dataset: the newest snapshot that the published log proves, its files, and the deltas that lead to it."""

from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from registry.core.errors import DatasetRefused, NotFound
from registry.dataset.actions import DELTAS, newest_in
from registry.dataset.manifest import FILE_NAME, MANIFEST, NAME, NOTE, read_manifest
from registry.log import queries as log

_NOTHING = "no dataset is published here yet: the worker and `registry dataset write` write it"


class ServedFile(NamedTuple):
    """A file that may be served: where it lies, its media type, and its hash."""

    path: Path
    media_type: str
    sha256: str


class Current(NamedTuple):
    """The newest snapshot: its manifest, and the index of the log's entry that holds the hash of it."""

    name: str
    log_index: int
    manifest_sha256: str
    manifest: dict[str, Any]


def current(session: Session, folder: Path) -> Current:
    """As `Current`. NotFound while none is published under the published head."""
    head = log.published(session)
    newest = newest_in(session, folder, head.size) if head is not None else None
    if newest is None:
        raise NotFound(_NOTHING)
    try:
        stated, _ = read_manifest(folder / newest.name)
    except (DatasetRefused, OSError):
        raise NotFound(_NOTHING) from None
    return Current(newest.name, newest.log_index, newest.manifest, stated)


def file_of(session: Session, folder: Path, name: str, file: str) -> ServedFile:
    """A file of the newest snapshot, or of the one before for who has begun to fetch it. NotFound for any other."""
    if not NAME.fullmatch(name) or not FILE_NAME.fullmatch(file):
        raise NotFound("a snapshot is named by its day and the size of the log; ask /dataset which is the newest")
    newest = current(session, folder)
    earlier = next(iter(newest.manifest["deltas"]), {"from": None})["from"]
    if name not in (newest.name, earlier):
        raise NotFound(f"this snapshot is not kept any more; the newest is {newest.name}")
    try:
        stated, _ = read_manifest(folder / name)
    except DatasetRefused:
        raise NotFound(f"this snapshot is not kept any more; the newest is {newest.name}") from None
    listed = {
        one["name"]: ServedFile(folder / name / file, one["media_type"], one["sha256"]) for one in stated["files"]
    }
    manifest = newest.manifest_sha256 if name == newest.name else ""
    listed[MANIFEST] = ServedFile(folder / name / MANIFEST, "application/json", manifest)
    listed[NOTE] = ServedFile(folder / name / NOTE, "text/plain", "")
    found = listed.get(file)
    if found is None or not found.path.is_file():
        raise NotFound("the snapshot has no such file; its manifest.json names all of them")
    return found


def delta_of(session: Session, folder: Path, file: str) -> ServedFile:
    """A delta of the chain that leads to the newest snapshot. NotFound for any other."""
    for one in current(session, folder).manifest["deltas"]:
        if one["file"] == file and (folder / DELTAS / file).is_file():
            return ServedFile(folder / DELTAS / file, "application/jsonl", one["sha256"])
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
