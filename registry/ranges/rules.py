"""The format of range files, version 1 (docs/users/range-files.md): keys, prefixes, files, the tree over them. Pure.

A lookup key is text: `licence_number:IT-0001`, `registration_number:IT:123`. Its SHA-256 says in which file it stands; the tree
over all files has a leaf for each prefix, and its root is an entry of the log.
"""

import hashlib
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import msgspec

from registry.log import tree
from registry.register.agencies import record
from registry.register.agencies.keys import LICENCE_NUMBER
from registry.vocabulary.register import IdentifierScheme

VERSION = 1

KINDS = (LICENCE_NUMBER, *(scheme.value for scheme in IdentifierScheme))
"""Kinds of keys that range files hold. Names stay on the server: who looks for one does not know how it is written."""

HASH_HEX = 40
"""Hexadecimal digits of a key's hash in a file: 160 bits, beyond any search for a number that collides."""

MEAN, MIN_MEAN, MORE = 60, 54, 1
"""Keys in a file on average: at least so many after the prefixes were cut, and the bound below which they are cut anew; of both
so many more for each bit, since of more files the least falls further below the mean.

Files then hold 40 to 200 keys each, for hashes that are spread like lots: of two, 512 or 32,768 files hardly one lies beyond.
"""

MAX_BITS = 24
PADDED_TO = 16 * 1024
"""The compressed size of a file is a multiple of this."""

MAX_RECORD = 16 * 1024
"""Bytes of one record in a file; of a larger one only the reference and the answers are there."""

MAX_DAYS = 30
"""For how many days after its day an epoch may be relied on."""

_EASTERNMOST = timedelta(hours=8)

_DOMAIN = b"recruitment-registry range v1\0"


def easternmost_day(at: datetime) -> date:
    """The day in UTC+8, the easternmost zone that the registry answers for: readers of files count in it."""
    return (at.astimezone(UTC) + _EASTERNMOST).date()


def key_text(kind: str, value: str) -> str:
    """The key as it is hashed; `value` is normalised (registry.register.agencies.keys), the country of a registration number
    leading."""
    return f"{kind}:{value}"


def key_hash(key: str) -> bytes:
    """SHA-256 of a key, with the format's name before it so that no other table of hashes fits."""
    return hashlib.sha256(_DOMAIN + key.encode()).digest()


def bits_for(keys: int) -> int:
    """How many bits cut so many keys well; 0 where one file holds all."""
    return max(bits for bits in range(MAX_BITS + 1) if bits == 0 or keys >> bits >= MEAN + MORE * bits)


def is_cut_well(keys: int, bits: int) -> bool:
    """Whether the prefixes may stay: cutting anew changes every file."""
    return (bits == 0 or keys >> bits >= MIN_MEAN + MORE * bits) and bits_for(keys) <= bits


def prefix_of(hash_: bytes, bits: int) -> int:
    """The number of the file in which a key of that hash stands."""
    return int.from_bytes(hash_[:4], "big") >> (32 - bits)


def bounds_of(prefix: int, bits: int) -> tuple[bytes, bytes | None]:
    """The first hash of a prefix, and the first behind it; None where nothing is behind it."""
    first = (prefix << (32 - bits)).to_bytes(4, "big") + bytes(28)
    behind = (prefix + 1) << (32 - bits)
    return first, None if behind >> 32 else behind.to_bytes(4, "big") + bytes(28)


def bounds_in_file(hash_hex: str) -> tuple[bytes, bytes | None]:
    """The first hash that is spelled so in a file, and the first behind all of them; None where nothing is behind them."""
    free = 4 * (64 - len(hash_hex))
    first = int(hash_hex or "0", 16) << free
    behind = first + (1 << free)
    return first.to_bytes(32, "big"), None if behind >> 256 else behind.to_bytes(32, "big")


def spelled(prefix: int, bits: int) -> str:
    """A prefix in its one spelling: the number of the file in lower-case hexadecimal, as wide as the largest."""
    return f"{prefix:0{max(1, -(-bits // 4))}x}"


def read_prefix(text: str, bits: int) -> int | None:
    """The inverse of `spelled`; None for any other spelling."""
    try:
        prefix = int(text, 16) if len(text) <= 8 else -1
    except ValueError:
        return None
    return prefix if 0 <= prefix < 1 << bits and spelled(prefix, bits) == text else None


class Entry(NamedTuple):
    """A number in a file: its hash there, who holds it, what it answers, and the last day on which all of that holds.

    `holders` are the agencies with the licences that the number names, `records` their records, both by reference; answers and
    records are JSON already. Without `last_day` nothing known ends.
    """

    hash: str
    holders: dict[str, list[str]]
    records: dict[str, msgspec.Raw]
    answers: msgspec.Raw
    last_day: date | None


def file_bytes(prefix: int, bits: int, entries: Iterable[Entry]) -> bytes:
    """The file of a prefix: RFC 8785 bytes that depend on its entries alone."""
    ordered = sorted(entries, key=lambda one: one.hash)
    records = {reference: stated for one in ordered for reference, stated in one.records.items()}
    place = {reference: number for number, reference in enumerate(sorted(records))}
    return record.canonical(
        {
            "v": VERSION,
            "p": bits,
            "prefix": spelled(prefix, bits),
            "entries": [
                {
                    "h": one.hash,
                    "holders": [
                        {"record": place[reference]} | ({"licences": licences} if licences else {})
                        for reference, licences in sorted(one.holders.items())
                    ],
                    "answers": one.answers,
                }
                for one in ordered
            ],
            "records": [records[reference] for reference in place],
        }
    )


def compressed(body: bytes) -> bytes:
    """The gzip form that is served: an extra field of noughts fills it to a multiple of 16 KiB, so that sizes tell little."""
    squeezed = zlib.compressobj(6, zlib.DEFLATED, -15)
    stream = squeezed.compress(body) + squeezed.flush()
    bare = 10 + len(stream) + 8
    room = -(bare + 6) % PADDED_TO
    head = b"\x1f\x8b\x08\x04" + bytes(4) + b"\x02\xff"
    # RFC 1952: length of the extra field, then subfields: two letters, length, content.
    extra = (room + 4).to_bytes(2, "little") + b"pd" + room.to_bytes(2, "little") + bytes(room)
    ends = (zlib.crc32(body) & 0xFFFFFFFF).to_bytes(4, "little") + (len(body) & 0xFFFFFFFF).to_bytes(4, "little")
    return head + extra + stream + ends


def uncompressed(stored: bytes) -> bytes:
    """The inverse of `compressed`."""
    return zlib.decompress(stored, 31)


def top_bits(bits: int) -> int:
    """How many bits of a prefix the uppermost tile below a subtree of so many bits settles: all tiles below have 8."""
    return (bits - 1) % tree.HEIGHT + 1


def tiles_over(leaves: Sequence[bytes]) -> tuple[bytes, dict[bytes, bytes]]:
    """Root and tiles of the tree over the files' leaf hashes, whose number is a power of two.

    A tile holds the hashes of the subtrees one tile below it, and is named by the root it folds to: who has the root can
    fetch and check their way down to a file. One file alone has no tile.
    """
    found: dict[bytes, bytes] = {}
    level = list(leaves)
    while len(level) > 1:
        width = min(tree.WIDTH, len(level))
        parts = [level[start : start + width] for start in range(0, len(level), width)]
        level = [tree.folded(part) for part in parts]
        found.update(zip(level, (b"".join(part) for part in parts), strict=True))
    return level[0], found


class Regrown(NamedTuple):
    """A tree after some of its leaves were replaced: its root, the tiles that are new, the names of those they replace."""

    root: bytes
    tiles: dict[bytes, bytes]
    gone: set[bytes]


def regrown(root: bytes, bits: int, leaves: Mapping[int, bytes], read: Callable[[bytes], bytes]) -> Regrown:
    """The tree of 2^`bits` leaves with other `leaves` at some places; `read` gives the tile of a name.

    Only tiles on the way to those places are read: one to three for each, however many leaves there are.
    """
    tiles: dict[bytes, bytes] = {}
    gone: set[bytes] = set()

    def below(name: bytes, left: int, replaced: Mapping[int, bytes]) -> bytes:
        if not left:
            return replaced[0]
        rest = left - top_bits(left)
        parts: dict[int, dict[int, bytes]] = defaultdict(dict)
        for place, leaf in replaced.items():
            parts[place >> rest][place & (1 << rest) - 1] = leaf
        level = tree.split(read(name))
        for place, part in parts.items():
            level[place] = below(level[place], rest, part)
        found = tree.folded(level)
        if found != name:
            tiles[found] = b"".join(level)
            gone.add(name)
        return found

    return Regrown(below(root, bits, leaves) if leaves else root, tiles, gone)
