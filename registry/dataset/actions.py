"""Writes a snapshot of the dataset into a folder, with the delta from the one before, and appends its manifest to the log.

Everything is made in a folder beside, synced, and put in its place by one rename. The entry of the log follows, and what is
served is found by the entry: if we crash between the two the former snapshot is served, and the next one clears up.
"""

import fcntl
import hashlib
import json
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from registry.core import clock, errors, installed
from registry.core.db.engine import reading_session
from registry.core.files import sync_folder, write_public
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.dataset import deltas, descriptions, queries, storage, tables
from registry.dataset.formats import File, read_lines, write_derived, write_lines, write_whole
from registry.dataset.manifest import MANIFEST, NAME, NOTE, Head, files_stated, note_text, require_whole, tables_of
from registry.log import queries as log
from registry.log.actions import Draft, append
from registry.log.keys import signed_text
from registry.log.models import Entry, LogState
from registry.register.agencies import models, record
from registry.vocabulary.supervision import EntryType

KEY = "dataset/snapshot"
"""The key of a snapshot's entry in the log."""

DELTAS, CURRENT = "deltas", "current.json"
KEPT_DELTA_DAYS = 60
"""How many days deltas are kept for."""

_PART, _LOCK = ".part-", ".lock"


class Written(NamedTuple):
    """A snapshot that was written just now. `changed` counts the delta's lines, None where there is no delta.

    `damaged` is a former snapshot in the folder that could not be built on, `has_parquet` whether Parquet was written.
    """

    name: str
    log_index: int
    licences: int
    events: int
    changed: int | None
    left_out: dict[str, int]
    has_parquet: bool
    damaged: str | None


def is_due(session: Session, settings: Settings, at: datetime) -> bool:
    """Whether the worker should write: in each of the day's equal parts (UTC), where none is served, and after an erasure.

    How many parts a day has, REGISTRY_DATASETS_A_DAY says.
    """
    if log.published(session) is None:
        return False
    newest = newest_in(session, storage.store_of(settings))
    if newest is None:
        return True
    erased_at = session.execute(select(func.max(models.Agency.erased_at))).scalar_one()
    part = timedelta(days=1) / settings.datasets_a_day
    midnight = datetime.combine(at.astimezone(UTC).date(), time(), UTC)
    began_at = midnight + (at - midnight) // part * part
    return newest.at < began_at or (erased_at is not None and erased_at > newest.at)


class Snapshot(NamedTuple):
    """A snapshot that the log knows of: its name, hash and bytes of its manifest, and index and instant of its entry."""

    name: str
    manifest_sha256: str
    log_index: int
    at: datetime
    manifest: bytes


def newest_in(session: Session, store: storage.Store, below: int | None = None) -> Snapshot | None:
    """The newest snapshot that lies in a store and is an entry of the log, of entries below an index if one is given."""
    query = select(Entry).where(Entry.key == KEY)
    if below is not None:
        query = query.where(Entry.index < below)
    for entry in session.execute(query.order_by(Entry.index.desc()).limit(100)).scalars():
        stated = json.loads(entry.leaf)["record"]
        manifest = store.read(f"{stated['name']}/{MANIFEST}")
        if manifest is not None and hashlib.sha256(manifest).hexdigest() == stated["manifest"]:
            return Snapshot(stated["name"], stated["manifest"], entry.index, entry.at, manifest)
    return None


def write(
    settings: Settings,
    sessions: sessionmaker[Session],
    folder: Path,
    sign: Callable[[], object],
    at: datetime | None = None,
    bucket: storage.BucketStore | None = None,
) -> Written:
    """Write a snapshot of the published head into a folder, and append its manifest; `sign` then signs the log.

    With a bucket the former snapshot is fetched from there, and the new one put there before the log names it. Raises NotFound
    while nothing is published, LogClosed, KeyTrouble, FilesUnavailable, DatasetRefused for a folder that is not ours, and
    OSError (a full disk): whatever is raised, the former snapshot lies there as before.
    """
    at = at or clock.now()
    with _alone(folder), reading_session(sessions) as session:
        found = log.head(session)
        head = Head(found.origin, found.size, found.root, found.note)
        if bucket is not None:
            _fetch_former(session, bucket, folder)
        former, damaged = _former(session, folder)
        name = f"{at:%Y-%m-%d}-{head.size}"
        part = folder / f"{_PART}{secrets.token_hex(6)}"
        part.mkdir()
        try:
            files, reading = _write_tables(session, part, head, at)
            has_parquet = installed.has_extra("parquet")
            files += write_derived(part, settings.public_url, has_parquet=has_parquet)
            files += _write_descriptions(part, settings, name, at, files)
            stated: dict[str, Any] = {
                "v": tables.VERSION,
                "name": name,
                "registry": settings.public_url,
                "day": f"{at:%Y-%m-%d}",
                "made_at": clock.answer_instant(at),
                "licence": settings.data_licence,
                "licence_address": descriptions.licence_address(settings.data_licence),
                "notice": tables.NOTICE,
                "is_demo": bool(session.execute(select(LogState.is_demo)).scalar_one()),
                "log": head.stated(),
                "tables": tables_of(files),
                "left_out": reading.left_out,
                "files": files_stated(files),
                "absent_formats": [] if has_parquet else ["parquet"],
            }
            delta = _write_delta(folder, part, former, stated) if former is not None else None
            has_gone = former is not None and _has_gone(folder / former["name"], reading.included_references)
            stated["deltas"] = _chain(
                folder, delta, former if not has_gone else None, KEPT_DELTA_DAYS * settings.datasets_a_day
            )
            digest = _seal(session, settings, part, head, stated)
            _put_in_place(folder, part, name)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
    if bucket is not None:
        bucket.put(folder, name, [f"{DELTAS}/{one['file']}" for one in stated["deltas"]])
    with sessions.begin() as session:
        record_ = {
            "v": tables.VERSION,
            "name": name,
            "manifest": digest,
            "log_size": head.size,
            "root": head.stated()["root"],
            "licences": stated["tables"][tables.LICENCES]["rows"],
            "events": stated["tables"][tables.EVENTS]["rows"],
        }
        appended = append(session, [Draft(KEY, EntryType.DATASET_PUBLISHED, record_)])
    sign()
    _clear(folder, {name} | ({former["name"]} if former and not has_gone else set()), stated["deltas"])
    if bucket is not None:
        bucket.keep_only(folder)
    pointer = record.canonical({"v": tables.VERSION, "name": name, "log_index": appended.first_index})
    write_public(folder / CURRENT, pointer)
    return Written(
        name,
        appended.first_index,
        record_["licences"],
        record_["events"],
        delta["rows"] if delta else None,
        reading.left_out,
        has_parquet,
        damaged,
    )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Make the folder, refuse one that holds anything else, and lock it; what a killed writer left half made goes."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        is_ours = path.name in (DELTAS, CURRENT, _LOCK) or path.name.startswith((_PART, f".{CURRENT}."))
        if not is_ours and not NAME.fullmatch(path.name):
            raise errors.DatasetRefused(
                f"{folder} holds other files ({path.name}): name an empty folder, or one that this command wrote"
            )
    with (folder / _LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for path in folder.glob(f"{_PART}*"):
            shutil.rmtree(path)
        yield


def _former(session: Session, folder: Path) -> tuple[dict[str, Any] | None, str | None]:
    """The manifest of the newest snapshot in the folder, whole; or why it cannot be built on."""
    newest = newest_in(session, storage.FolderStore(folder))
    if newest is None:
        return None, None
    try:
        return require_whole(folder / newest.name), None
    except errors.DatasetRefused as damaged:
        return None, damaged.text


def _fetch_former(session: Session, bucket: storage.BucketStore, folder: Path) -> None:
    newest = newest_in(session, bucket)
    if newest is not None:
        bucket.fetch(f"{newest.name}/", folder)
        bucket.fetch(f"{DELTAS}/", folder)


def _write_tables(session: Session, part: Path, head: Head, at: datetime) -> tuple[list[File], queries.Reading]:
    reading = queries.Reading(session, head.size, at.date())
    files = [
        write_lines(part / f"{name}.jsonl", rows, tables.TABLES[name])
        for name, rows in ((tables.LICENCES, reading.licences()), (tables.EVENTS, reading.events()))
    ]
    return files, reading


def _write_descriptions(part: Path, settings: Settings, name: str, at: datetime, files: Sequence[File]) -> list[File]:
    licence = settings.data_licence
    found = descriptions.catalog(
        name, settings.public_url, licence, f"{at:%Y-%m-%d}", files, settings.security_contact, settings.datasets_a_day
    )
    made = [write_whole(part / descriptions.CATALOG, _json(found), descriptions.LD_JSON)]
    for table in tables.TABLES.values():
        path = part / f"{table.name}.csv-metadata.json"
        made.append(write_whole(path, _json(descriptions.csvw(table, licence)), descriptions.CSVM))
    return made


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


def _write_delta(folder: Path, part: Path, former: dict[str, Any], later: dict[str, Any]) -> dict[str, Any] | None:
    """Write the delta beside the snapshot; it is put in its place with it. None where it is the very same snapshot."""
    if former["name"] == later["name"]:
        return None
    name = f"{former['name']}--{later['name']}.jsonl"
    (part / DELTAS).mkdir()
    ends = deltas.end_of(former), deltas.end_of(later)
    file = deltas.write_delta(part / DELTAS / name, folder / former["name"], ends[0], part, ends[1])
    return {"from": former["name"], "to": later["name"], "file": name, "sha256": file.sha256, "rows": file.rows}


def _has_gone(former: Path, included: set[str]) -> bool:
    """Whether an agency stands in the former snapshot that may not stand in this one."""
    return any(row["agency_id"] not in included for row in read_lines(former / f"{tables.LICENCES}.jsonl"))


def _chain(
    folder: Path, delta: dict[str, Any] | None, former: dict[str, Any] | None, most: int
) -> list[dict[str, Any]]:
    """The deltas that lead here, the newest first: the new one, and those that led to the snapshot `former`.

    Once an agency has gone that is None: former deltas, which may name it, are not kept.
    """
    earlier = former["deltas"] if former is not None else []
    kept = takewhile(lambda one: (folder / DELTAS / one["file"]).is_file(), earlier)
    return [*([] if delta is None else [delta]), *kept][:most]


def _seal(session: Session, settings: Settings, part: Path, head: Head, stated: dict[str, Any]) -> str:
    """Write the manifest and its note. Gives the manifest's hash."""
    body = record.canonical(stated)
    made = write_whole(part / MANIFEST, body, "application/json")
    keyring = Keyring(settings.keys)
    text = note_text(head.origin, head.stated(), body)
    write_whole(part / NOTE, signed_text(session, keyring, head.origin, text).encode(), "text/plain")
    return made.sha256


def _put_in_place(folder: Path, part: Path, name: str) -> None:
    (folder / DELTAS).mkdir(exist_ok=True)
    for path in _paths_in(part / DELTAS):
        path.replace(folder / DELTAS / path.name)
    if (part / DELTAS).exists():
        (part / DELTAS).rmdir()
    sync_folder(part)
    if (folder / name).exists():
        # Written twice at one head and day, or left by a crash before its entry: the newer stands.
        (folder / name).rename(folder / f"{_PART}{secrets.token_hex(6)}")
    part.rename(folder / name)
    sync_folder(folder)


def _paths_in(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _clear(folder: Path, wanted: set[str], chain: Sequence[dict[str, Any]]) -> None:
    """Remove snapshots and deltas that are not needed any more, and what was put aside."""
    names = {one["file"] for one in chain}
    for path in folder.iterdir():
        if path.name.startswith(_PART) or (NAME.fullmatch(path.name) and path.name not in wanted):
            shutil.rmtree(path)
    for path in _paths_in(folder / DELTAS):
        if path.name not in names:
            path.unlink()


def applied(former: Path, delta: deltas.Delta, folder: Path) -> dict[str, Any]:
    """Make a snapshot's tables and the files that follow from them in a new folder, from a former one and a delta.

    Gives the later end as the delta states it. DatasetRefused where the folder holds anything, or the delta does not fit.
    """
    if folder.exists() and any(folder.iterdir()):
        raise errors.DatasetRefused(f"{folder} is not empty: name a new folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = folder.parent / f"{_PART}{secrets.token_hex(6)}"
    part.mkdir()
    try:
        deltas.apply_delta(delta, former, part)
        write_derived(part, str(delta.later["registry"]), has_parquet=installed.has_extra("parquet"))
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return dict(delta.later)
