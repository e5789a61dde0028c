"""What a mirror holds beside the log: range files of the newest epoch, and the newest snapshot of the dataset.

Both may name what the registry has to forget: what the newest epoch and snapshot no longer hold is deleted a round later.
"""

import hashlib
import os
import re
import zlib
from pathlib import Path
from typing import Any

from registry_client.mirrored import Folder
from registry_client.network import Fetch, Unreachable
from registry_client.notes import NOTE_LIMIT, VerifierKey, split_note
from registry_client.range_monitor import check_ranges, is_old
from registry_client.ranges import CURRENT_LIMIT, FILE_LIMIT, KEY, TILE_BITS, Epoch, proven_epoch, spelled_prefix
from registry_client.store import Store
from registry_client.strict import (
    Refused,
    Unreadable,
    canonical,
    list_of,
    object_of,
    read_object,
    text_of,
    whole_number,
)
from registry_client.tree import leaf_hash, root_of
from registry_client.trust import Trust
from registry_client.verdicts import State, Verdict

CURRENT, NEWEST = "/ranges/current", "/dataset/newest.json"
SNAPSHOT = "dataset/snapshot"
MANIFEST_LIMIT = 4 * 1024 * 1024
DELTA_LIMIT = 1 << 30
PADDED_TO = 16 * 1024
_NAME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{1,18}")
_FILE = re.compile(r"[a-z][a-z0-9-]{0,40}(\.[a-z0-9-]{1,20}){1,3}")
_DELTA = re.compile(rf"{_NAME.pattern}--{_NAME.pattern}\.jsonl")
_CATALOG = "catalog.jsonld"


def sweep(folder: Folder) -> None:
    """Delete range files and snapshots that the newest ones, shown since the last round at least, do not name."""
    current = folder.read(CURRENT)
    if current is not None:
        record = _entry_of(current)["record"]
        try:
            tiles, leaves = _tree(folder, folder.fetch, bytes.fromhex(record["root"]), int(record["p"]))
        except Refused:
            # A file of this mirror's own is damaged: this round fetches it anew, and the next one sweeps.
            return
        files = {leaf.hex() for leaf in leaves}
        folder.drop_all_but("/ranges", ("current", "file", "tile", str(record["epoch"])))
        folder.drop_all_but("/ranges/tile", tiles)
        folder.drop_all_but("/ranges/file", files | {f"{one}.gz" for one in files})
    newest = folder.read(NEWEST)
    if newest is not None:
        stated = read_object(newest, NEWEST)
        folder.drop_all_but("/dataset", (Path(NEWEST).name, _CATALOG, "deltas", str(stated["name"])))
        folder.drop_all_but("/dataset/deltas", (str(one["file"]) for one in stated["manifest"]["deltas"]))


def _entry_of(current: bytes) -> dict[str, Any]:
    return read_object(text_of(read_object(current, CURRENT).get("entry"), CURRENT), CURRENT)


def mirror_ranges(
    fetch: Fetch,
    folder: Folder,
    trust: Trust,
    store: Store,
    at: int,
    count: int | None,
    verdict: Verdict,
    evidence: Path,
) -> None:
    """Take the newest epoch with all its files; `count` are rebuilt from the log besides, with None all. Raises Unreachable."""
    if store.latest(KEY, store.size) is None:
        verdict.good("no_ranges")
        return
    try:
        current = fetch(CURRENT, CURRENT_LIMIT)
        epoch = proven_epoch(current, trust)
        if epoch.index >= store.size:
            verdict.unknown("range_beyond_head", epoch=epoch.number, index=epoch.index, head=store.size)
            return
        kept = folder.read(CURRENT)
        if kept is not None and (former := _entry_of(kept))["index"] > epoch.index:
            refused = Refused("range_rolled_back", seen=former["record"]["epoch"], found=epoch.number)
            _judge_former(refused, is_old(store, former["index"], at), verdict)
            return
        _, leaves = _tree(folder, fetch, epoch.root, epoch.bits)
        for prefix, leaf in enumerate(leaves):
            _write_file(folder, fetch, leaf, spelled_prefix(prefix, epoch.bits))

        def shown(path: str, limit: int) -> bytes:
            return current if path == CURRENT else folder.fetch(path, limit)

        check_ranges(shown, trust, store, at, count, verdict, evidence)
    except Refused as error:
        verdict.refused(error)
        return
    except Unreadable as error:
        verdict.bad("range_unreadable", why=str(error))
        return
    if verdict.state is State.GOOD:
        _link(folder, epoch, leaves)
        folder.write_head(CURRENT, current)


def _judge_former(shown: Refused, is_old: bool, verdict: Verdict) -> None:
    """Something older than what is kept may be of a cache or a copy that lags, but not for long."""
    if is_old:
        verdict.refused(shown)
    else:
        verdict.unknown(shown.code, **shown.values)


def _tree(folder: Folder, fetch: Fetch, root: bytes, bits: int) -> tuple[set[str], list[bytes]]:
    """The names of the tiles of an epoch, and the leaf hashes of its files in order."""
    names, level, left = set(), [root], bits
    while left:
        width = (left - 1) % TILE_BITS + 1
        below: list[bytes] = []
        for node in level:

            def folds(tile: bytes, node: bytes = node, width: int = width) -> bool:
                return len(tile) == 32 << width and root_of(_hashes(tile)) == node

            path = f"/ranges/tile/{node.hex()}"
            below += _hashes(folder.verified(path, 32 << TILE_BITS, fetch, folds, Refused("range_tile_changed")))
            names.add(node.hex())
        level, left = below, left - width
    return names, level


def _hashes(tile: bytes) -> list[bytes]:
    return [tile[at : at + 32] for at in range(0, len(tile), 32)]


def _write_file(folder: Folder, fetch: Fetch, leaf: bytes, spelled: str) -> None:
    path = f"/ranges/file/{leaf.hex()}"
    refused = Refused("range_file_changed", prefix=spelled)
    body = folder.verified(path, FILE_LIMIT, fetch, lambda body: leaf_hash(body) == leaf, refused)
    if not folder.path(f"{path}.gz").exists():
        folder.write(f"{path}.gz", _padded(body))


def _padded(body: bytes) -> bytes:
    """As gzip, filled by an extra field of noughts to a multiple of 16 KiB, so that its size tells little."""
    squeezed = zlib.compressobj(6, zlib.DEFLATED, -15)
    stream = squeezed.compress(body) + squeezed.flush()
    room = -(len(stream) + 24) % PADDED_TO
    extra = (room + 4).to_bytes(2, "little") + b"pd" + room.to_bytes(2, "little") + bytes(room)
    ends = zlib.crc32(body).to_bytes(4, "little") + len(body).to_bytes(4, "little")
    return b"\x1f\x8b\x08\x04" + bytes(4) + b"\x02\xff" + extra + stream + ends


def _link(folder: Folder, epoch: Epoch, leaves: list[bytes]) -> None:
    """The files by prefix too, for readers who check no proof."""
    for prefix, leaf in enumerate(leaves):
        for ending in ("", ".gz"):
            target = folder.path(f"/ranges/{epoch.number}/{spelled_prefix(prefix, epoch.bits)}{ending}")
            if not target.exists():
                target.parent.mkdir(exist_ok=True)
                os.link(folder.path(f"/ranges/file/{leaf.hex()}{ending}"), target)


def mirror_dataset(
    fetch: Fetch, folder: Folder, origin: str, keys: list[VerifierKey], store: Store, at: int, verdict: Verdict
) -> None:
    """Take the newest snapshot, its files and its deltas, as an entry of the log names them. Raises Unreachable."""
    if store.latest(SNAPSHOT, store.size) is None:
        verdict.good("no_dataset")
        return
    try:
        shown = read_object(fetch("/dataset", 2 * MANIFEST_LIMIT), "/dataset")
        name, index = (
            text_of(shown.get("name"), "/dataset: name"),
            whole_number(shown.get("log_index"), "/dataset: log_index"),
        )
        if index >= store.size:
            verdict.unknown("dataset_beyond_head", name=name[:80], index=index, head=store.size)
            return
        found = store.latest(SNAPSHOT, index + 1)
        if found is None or found[0] != index or found[2].get("name") != name or not _NAME.fullmatch(name):
            raise Refused("dataset_not_logged", name=name[:80])
        kept = folder.read(NEWEST)
        if kept is not None and (former := read_object(kept, NEWEST))["log_index"] > index:
            refused = Refused("dataset_rolled_back", name=name, kept=str(former["name"]))
            _judge_former(refused, is_old(store, former["log_index"], at), verdict)
            return
        manifest = _write_snapshot(fetch, folder, origin, keys, name, str(found[2].get("manifest")))
    except Refused as error:
        verdict.refused(error)
        return
    except Unreadable as error:
        verdict.bad("dataset_unreadable", why=str(error))
        return
    except Unreachable as error:
        if error.status not in (404, 410):
            raise
        verdict.unknown("dataset_not_served")
        return
    stated = {"v": manifest["v"], "name": name, "log_index": index, "manifest_sha256": found[2]["manifest"]}
    folder.write_head(NEWEST, canonical(stated | {"manifest": manifest}))
    verdict.good("dataset_follows", name=name, files=len(manifest["files"]), index=index)


def _write_snapshot(
    fetch: Fetch, folder: Folder, origin: str, keys: list[VerifierKey], name: str, digest: str
) -> dict[str, Any]:
    base = f"/dataset/{name}"

    def take(path: str, limit: int, sha256: str) -> bytes:
        refused = Refused("dataset_file_changed", path=path)
        return folder.verified(path, limit, fetch, lambda body: hashlib.sha256(body).hexdigest() == sha256, refused)

    data = take(f"{base}/manifest.json", MANIFEST_LIMIT, digest)
    manifest = read_object(data, "manifest")
    head = object_of(manifest.get("log"), "manifest: log")
    title = f"recruitment-registry dataset v{manifest.get('v')}"
    text = f"{title}\n{origin}\n{head.get('size')}\n{head.get('root')}\nmanifest sha256 {digest}\n"

    def is_signed(note: bytes) -> bool:
        body, signatures = split_note(note.decode("utf-8", "replace"), "manifest.note")
        return body == text.encode() and any(
            (one, hint) == (key.name, key.hint) and key.verifies(signature, body)
            for key in keys
            for one, hint, signature in signatures
        )

    folder.verified(f"{base}/manifest.note", NOTE_LIMIT, fetch, is_signed, Refused("dataset_not_signed", name=name))
    for one in list_of(manifest.get("files"), "manifest: files"):
        file, size = text_of(one.get("name"), "manifest: files"), whole_number(one.get("bytes"), "manifest: files")
        if not _FILE.fullmatch(file):
            raise Unreadable("manifest: files: a name that no file of a dataset has")
        body = take(f"{base}/{file}", size, text_of(one.get("sha256"), "manifest: files"))
        if file == _CATALOG:
            folder.write_head(f"/dataset/{_CATALOG}", body)
    for one in list_of(manifest.get("deltas"), "manifest: deltas"):
        file = text_of(one.get("file"), "manifest: deltas")
        if not _DELTA.fullmatch(file):
            raise Unreadable("manifest: deltas: a name that no delta has")
        take(f"/dataset/deltas/{file}", DELTA_LIMIT, text_of(one.get("sha256"), "manifest: deltas"))
    return manifest
