"""What is served of range files: the newest epoch that the published log proves, its files and its tiles.

Also all of it as files at the paths they are served at, for any web server or CDN.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.errors import NotFound
from registry.core.files import write_public
from registry.log import queries as log
from registry.log import tree
from registry.ranges import rules
from registry.ranges.actions import record_of
from registry.ranges.models import RangeEpoch, RangeObject

HASH_HEX = 64


class Current(NamedTuple):
    """The newest epoch whose entry stands under the published head: its record, the entry's bytes, and the proof of it."""

    epoch: RangeEpoch
    entry: str
    proof: str


def current(session: Session) -> Current:
    """As `Current`. NotFound while no epoch is published and signed."""
    head = log.published(session)
    found = None if head is None else _newest_below(session, head.size)
    if head is None or found is None:
        raise NotFound("no range files are published yet: `registry ranges write` and the worker write them")
    leaf = log.entry_at(session, found.log_index).leaf.decode()
    return Current(found, leaf, log.proof(session, found.log_index, head).text())


def _newest_below(session: Session, size: int) -> RangeEpoch | None:
    """The newest epoch whose entry stands in a log of so many entries."""
    query = select(RangeEpoch).where(RangeEpoch.log_index < size).order_by(RangeEpoch.epoch.desc()).limit(1)
    return session.execute(query).scalar_one_or_none()


class Absence(NamedTuple):
    """Proof that no agency stands under a number: the file in which it would stand, and its place in an epoch.

    `log_index` is that of the epoch's entry, `prefix` of the file among 2^`bits`; `file` its leaf hash, and `path` the hashes
    from it to the root that the entry states, as RFC 9162 has them.
    """

    epoch: int
    log_index: int
    bits: int
    prefix: str
    file: bytes
    path: list[bytes]


def absence_of(session: Session, key: str, size: int) -> Absence | None:
    """Proof that a key (`rules.key_text`) leads to no one, by the newest epoch in a log of `size` entries.

    None where there is no epoch, or where its file has the key: then it was published or taken away a moment ago.
    """
    epoch = _newest_below(session, size)
    if epoch is None:
        return None
    bits, hash_ = int(record_of(epoch)["p"]), rules.key_hash(key)
    prefix = rules.prefix_of(hash_, bits)
    try:
        file, path = _place_of(session, epoch, prefix)
        body = rules.uncompressed(stored_object(session, file.hex()))
    except NotFound:
        return None
    if f'"h":"{hash_.hex()[: rules.HASH_HEX]}"'.encode() in body:
        return None
    return Absence(epoch.epoch, epoch.log_index, bits, rules.spelled(prefix, bits), file, path)


def _place_of(session: Session, epoch: RangeEpoch, prefix: int) -> tuple[bytes, list[bytes]]:
    """The leaf hash of a file, and the hashes beside its way to the root, the lowest first. NotFound where a tile is gone."""
    stated = record_of(epoch)
    hash_, left = bytes.fromhex(stated["root"]), int(stated["p"])
    path: list[bytes] = []
    while left:
        width = rules.top_bits(left)
        level = tree.split(stored_object(session, hash_.hex()))
        place = prefix >> (left - width) & (1 << width) - 1
        hash_, left = level[place], left - width
        beside = []
        while len(level) > 1:
            beside.append(level[place ^ 1])
            level = [tree.node_hash(one, other) for one, other in zip(level[::2], level[1::2], strict=True)]
            place >>= 1
        path = beside + path
    return hash_, path


def current_answer(session: Session) -> dict[str, object]:
    """What `/ranges/current` answers: the entry as text, and the proof that leads from it to a signed head."""
    found = current(session)
    return {"v": rules.VERSION, "entry": found.entry, "proof": found.proof}


def stored_object(session: Session, hash_hex: str) -> bytes:
    """A file (compressed) or a tile by its hash. NotFound for any other spelling, and behind the published head."""
    found = None
    if len(hash_hex) == HASH_HEX and set(hash_hex) <= set("0123456789abcdef"):
        query = select(RangeObject.body).where(RangeObject.hash == bytes.fromhex(hash_hex))
        found = session.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound("there is no such range file; ask /ranges/current which epoch is the newest")
    return bytes(found)


def file_at(session: Session, epoch: str, prefix: str) -> bytes:
    """The file of a prefix in the current epoch or the one before it, compressed. NotFound otherwise."""
    newest = current(session).epoch
    stated = record_of(newest)
    number = rules.read_prefix(prefix, int(stated["p"]))
    if epoch != str(newest.epoch) or number is None:
        raise NotFound(
            "only the current epoch is served by prefix, and a prefix in its one spelling: lower-case hexadecimal digits"
        )
    return stored_object(session, path_to(session, newest, number)[-1].hex())


def path_to(session: Session, epoch: RangeEpoch, prefix: int) -> list[bytes]:
    """The hashes from the root of an epoch down to the leaf of a prefix."""
    stated = record_of(epoch)
    hash_, left = bytes.fromhex(stated["root"]), int(stated["p"])
    path = [hash_]
    while left:
        width = rules.top_bits(left)
        tile = stored_object(session, hash_.hex())
        place = prefix >> (left - width) & (1 << width) - 1
        hash_, left = tile[32 * place : 32 * place + 32], left - width
        path.append(hash_)
    return path


def tree_of(session: Session, epoch: RangeEpoch) -> Iterator[tuple[str, bytes]]:
    """Every tile and file of an epoch with its path below `/ranges/`, tiles as they are and files compressed."""
    stated = record_of(epoch)

    def below(hash_: bytes, left: int) -> Iterator[tuple[str, bytes]]:
        body = stored_object(session, hash_.hex())
        yield f"{'tile' if left else 'file'}/{hash_.hex()}", body
        width = rules.top_bits(left) if left else 0
        for start in range(0, len(body) if left else 0, 32):
            yield from below(body[start : start + 32], left - width)

    yield from below(bytes.fromhex(stated["root"]), int(stated["p"]))


def ended_paths(session: Session, epoch: str) -> list[str]:
    """Paths that a cache should drop when an epoch comes: what it replaced, and who is the newest. NotFound if unknown."""
    found = session.get(RangeEpoch, int(epoch)) if epoch.isdigit() and len(epoch) < 10 else None
    if found is None:
        raise NotFound("this epoch is not kept")
    return ["/ranges/current", *(f"/ranges/{line}" for line in found.ended.splitlines())]


def export(session: Session, folder: Path) -> int:
    """Write the current epoch below `folder`/ranges, `current` last; what is there stays. Gives the number of its files.

    Files are written uncompressed, and compressed beside them with the ending .gz, which nginx (gzip_static) and others serve.
    If we crash in the middle the former epoch is still there.
    """
    found = current(session)
    stated = record_of(found.epoch)
    ranges, files = folder / "ranges", 0
    for name, body in tree_of(session, found.epoch):
        path = ranges / name
        is_file = name.startswith("file/")
        files += is_file
        if path.exists():
            continue
        if is_file:
            write_public(path.with_name(f"{path.name}.gz"), body)
            body = rules.uncompressed(body)
        write_public(path, body)
    _link(session, ranges, int(stated["p"]), found.epoch.epoch)
    answer = {"v": rules.VERSION, "entry": found.entry, "proof": found.proof}
    write_public(
        ranges / "ended" / str(found.epoch.epoch),
        "".join(f"{p}\n" for p in ended_paths(session, str(found.epoch.epoch))).encode(),
    )
    write_public(ranges / "current", msgspec.json.encode(answer))
    return files


def _link(session: Session, ranges: Path, bits: int, epoch: int) -> None:
    """The files of an epoch by prefix too, as links to those by hash."""
    here = ranges / str(epoch)
    here.mkdir(parents=True, exist_ok=True)
    newest = current(session).epoch
    for prefix in range(1 << bits):
        leaf = path_to(session, newest, prefix)[-1].hex()
        for ending in ("", ".gz"):
            target = here / f"{rules.spelled(prefix, bits)}{ending}"
            if not target.exists():
                os.link(ranges / "file" / f"{leaf}{ending}", target)
