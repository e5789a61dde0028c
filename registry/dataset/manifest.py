"""The manifest of a snapshot: its files with hashes, the signed head it was read at, and the note that signs all of it.

The note is signed with the log's own keys, as heads are; its text has not the form of a checkpoint, so neither can be taken for
the other. The hash of the manifest is an entry of the log besides, so that no two manifests of one name can be shown.
"""

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from registry.core.errors import BadProof, DatasetRefused
from registry.dataset import formats, tables
from registry.log.note import ED25519, Checkpoint, VerifierKey, is_signed, read_note, read_vkey, verify_checkpoint

MANIFEST, NOTE = "manifest.json", "manifest.note"
NAME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{1,18}")
"""Of a snapshot: the day in UTC, and the size of the log."""

FILE_NAME = re.compile(r"[a-z][a-z0-9-]{0,40}(\.[a-z0-9-]{1,20}){1,3}")

MAX_BYTES = 4 * 1024 * 1024

_TITLE = f"recruitment-registry dataset v{tables.VERSION}"


class Head(NamedTuple):
    """A signed head of the log, with its note."""

    origin: str
    size: int
    root: bytes
    note: str

    def stated(self) -> dict[str, Any]:
        return {"origin": self.origin, "size": self.size, "root": b64encode(self.root).decode(), "head": self.note}


class Keys(NamedTuple):
    """Whom a reader believes: the keys that heads of the log verify with."""

    keys: tuple[VerifierKey, ...]

    @classmethod
    def of_trust(cls, trust: bytes) -> "Keys":
        """The log's keys of a trust file (docs/users/proofs.md). Raises BadProof where it is none."""
        try:
            stated = json.loads(trust)
            return cls(tuple(read_vkey(one) for one in stated["log_keys"]))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BadProof("this is no trust file: fetch /.well-known/registry-trust.json and keep it") from None


def opened_head(stated: Mapping[str, Any], keys: Keys) -> Head:
    """The head that a manifest or a delta names. DatasetRefused unless the log's keys signed it and it says the same."""
    try:
        note = str(stated["head"])
        checkpoint: Checkpoint = verify_checkpoint(note, keys.keys)
        head = Head(checkpoint.origin, checkpoint.size, checkpoint.root, note)
        is_same = head.stated() == {name: stated[name] for name in ("origin", "size", "root", "head")}
    except (BadProof, KeyError, TypeError) as error:
        why = error.text if isinstance(error, BadProof) else "it names none"
        raise DatasetRefused(f"the head that it was made at was never signed by this log: {why}") from None
    if not is_same:
        raise DatasetRefused("the head that it names is not the one that was signed")
    return head


def tables_of(files: Sequence[formats.File]) -> dict[str, dict[str, Any]]:
    """The tables by name: the hash and rows of their JSON Lines, by which one state is told from another."""
    lines = [one for one in files if one.table is not None and one.name == f"{one.table}.jsonl"]
    return {str(one.table): {"sha256": one.sha256, "rows": one.rows} for one in lines}


def files_stated(files: Sequence[formats.File]) -> list[dict[str, Any]]:
    return [{name: value for name, value in one._asdict().items() if value is not None} for one in files]


def note_text(origin: str, head: Mapping[str, Any], manifest: bytes) -> str:
    """What is signed of a manifest: five lines."""
    digest = hashlib.sha256(manifest).hexdigest()
    return f"{_TITLE}\n{origin}\n{head['size']}\n{head['root']}\nmanifest sha256 {digest}\n"


def read_manifest(folder: Path) -> tuple[dict[str, Any], bytes]:
    """The manifest of a snapshot, and its bytes. DatasetRefused where the folder is half written."""
    try:
        body = (folder / MANIFEST).read_bytes()
        stated = json.loads(body)
        if len(body) > MAX_BYTES or stated["v"] != tables.VERSION or stated["name"] != folder.name:
            raise DatasetRefused(f"{folder}: its manifest is of another version, or of another snapshot")
        if not all(FILE_NAME.fullmatch(one["name"]) for one in stated["files"]) or not set(stated["tables"]) == set(
            tables.TABLES
        ):
            raise DatasetRefused(f"{folder}: its manifest names files that no dataset has")
        (folder / NOTE).stat()
    except FileNotFoundError as missing:
        raise DatasetRefused(
            f"{folder} is half written: {Path(str(missing.filename)).name} is missing. Take the snapshot anew"
        ) from None
    except (ValueError, KeyError, TypeError):
        raise DatasetRefused(f"{folder} is half written: its manifest cannot be read. Take the snapshot anew") from None
    return stated, body


def require_whole(folder: Path) -> dict[str, Any]:
    """The manifest of a snapshot whose files all have the size and hash that it states. DatasetRefused otherwise."""
    stated, _ = read_manifest(folder)
    for one in stated["files"]:
        path = folder / one["name"]
        if not path.is_file():
            raise DatasetRefused(f"{folder} is half written: {one['name']} is missing. Take the snapshot anew")
        digest, size = formats.digest_of(path)
        if size != one["bytes"]:
            raise DatasetRefused(
                f"{folder} is half written: {one['name']} has {size} bytes of {one['bytes']}. Take the snapshot anew"
            )
        if digest != one["sha256"]:
            raise DatasetRefused(f"{folder}: {one['name']} is not the file that was signed. Take the snapshot anew")
    return stated


def checked(folder: Path, keys: Keys) -> dict[str, Any]:
    """The manifest of a whole snapshot that the log's keys signed, at a head that they signed. DatasetRefused otherwise."""
    stated = require_whole(folder)
    head = opened_head(stated["log"], keys)
    try:
        note = read_note((folder / NOTE).read_text(encoding="utf-8"))
        own = [key for key in keys.keys if key.kind == ED25519 and key.name == head.origin]
        # Every known key is tried: a false line under a known name spoils the whole note.
        signed_by = [key for key in own if is_signed(note, key)]
    except (BadProof, UnicodeDecodeError) as error:
        raise DatasetRefused(f"{folder}: its note does not hold: {error}") from None
    wanted = note_text(head.origin, head.stated(), (folder / MANIFEST).read_bytes())
    if not signed_by or note.text != wanted:
        raise DatasetRefused(f"{folder}: its manifest is not signed by the keys of {head.origin}")
    return stated
