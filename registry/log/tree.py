"""The Merkle tree over the leaves, as RFC 6962 hashes it and C2SP tlog-tiles cuts it. Pure: it reads tiles by a function.

A tile of level L and number N holds the hashes of 256 complete subtrees of 256 to the power L leaves each. The `frontier` are
the roots of the largest complete subtrees from left to right: all that appending needs to know of what was before.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence

from registry.core.errors import BadProof

HASH = 32
WIDTH = 256
HEIGHT = 8

EMPTY_ROOT = hashlib.sha256(b"").digest()

ReadTile = Callable[[int, int], bytes]
"""Gives the hashes of a tile by level and number: as many as there are, at least those the asked tree has."""

_PATH = re.compile(
    r"(?P<level>entries|[0-9]{1,2})/(?P<number>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def leaf_hashes(leaves: Iterable[bytes]) -> list[bytes]:
    """As `leaf_hash` of each; a million take a second."""
    sha256 = hashlib.sha256
    return [sha256(b"\0" + leaf).digest() for leaf in leaves]


def root_of(frontier: Sequence[bytes]) -> bytes:
    """The root of the tree whose largest complete subtrees are these."""
    if not frontier:
        return EMPTY_ROOT
    root = frontier[-1]
    for subtree in reversed(frontier[:-1]):
        root = node_hash(subtree, root)
    return root


def pushed(size: int, frontier: Sequence[bytes], hashes: Iterable[bytes]) -> list[bytes]:
    """The frontier of a tree of `size` leaves after these leaf hashes were appended."""
    grown = list(frontier)
    for hash_ in hashes:
        merged, place = hash_, size
        # Two subtrees of the same size are one of twice the size, as ones are carried in a binary counter.
        while place & 1:
            merged = node_hash(grown.pop(), merged)
            place >>= 1
        grown.append(merged)
        size += 1
    return grown


def folded(hashes: Sequence[bytes]) -> bytes:
    """The root of a complete subtree over these hashes, whose number is a power of two."""
    sha256 = hashlib.sha256
    level = list(hashes)
    while len(level) > 1:
        level = [sha256(b"\1" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=True)]
    return level[0]


def levels_of(hashes: list[bytes]) -> list[list[bytes]]:
    """All hashes that tiles hold of a tree with these leaf hashes, level by level."""
    levels = [hashes]
    while len(levels[-1]) >= WIDTH:
        below = levels[-1]
        whole = len(below) // WIDTH * WIDTH
        levels.append([folded(below[start : start + WIDTH]) for start in range(0, whole, WIDTH)])
    return levels


def reading(levels: Sequence[Sequence[bytes]]) -> ReadTile:
    """Reads the tiles of levels that are held in memory."""

    def read(level: int, number: int) -> bytes:
        return b"".join(levels[level][number * WIDTH : (number + 1) * WIDTH]) if level < len(levels) else b""

    return read


def edge_of(hashes: Sequence[bytes]) -> list[bytes]:
    """What an incomplete tile adds to the frontier: its largest complete subtrees from left to right."""
    found: list[bytes] = []
    start = 0
    for bit in reversed(range(HEIGHT)):
        if len(hashes) >> bit & 1:
            found.append(folded(hashes[start : start + (1 << bit)]))
            start += 1 << bit
    return found


def split(tile: bytes) -> list[bytes]:
    """The hashes of a tile."""
    return [tile[start : start + HASH] for start in range(0, len(tile), HASH)]


def tile_path(level: int | None, number: int, width: int = WIDTH) -> str:
    """The canonical path below `tile/`; level None is that of the entries. `width` below 256 makes it a partial tile."""
    steps = [f"{number % 1000:03}"]
    while number >= 1000:
        number //= 1000
        steps.insert(0, f"x{number % 1000:03}")
    partial = "" if width == WIDTH else f".p/{width}"
    return f"{'entries' if level is None else level}/{'/'.join(steps)}{partial}"


def read_tile_path(path: str) -> tuple[int | None, int, int] | None:
    """The inverse of `tile_path`: level, number, width. None for a path that is not the canonical one."""
    found = _PATH.fullmatch(path) if len(path) < 100 else None
    if found is None:
        return None
    level = None if found["level"] == "entries" else int(found["level"])
    number = int(found["number"].replace("x", "").replace("/", ""))
    width = int(found["width"] or WIDTH)
    if (level or 0) > 63 or tile_path(level, number, width) != path:
        return None
    return level, number, width


def has_tile(size: int, level: int | None, number: int, width: int) -> bool:
    """Whether a tree of `size` leaves has so much of that tile."""
    return number * WIDTH + width <= size >> HEIGHT * (level or 0)


def root_at(read: ReadTile, size: int) -> bytes:
    """The root of the first `size` leaves."""
    return _over(read, 0, size) if size else EMPTY_ROOT


def inclusion_proof(read: ReadTile, index: int, size: int) -> list[bytes]:
    """RFC 6962, 2.1.1: the hashes that prove the leaf at `index` in the tree of `size`, from the leaf's sibling upwards."""
    if not 0 <= index < size:
        raise BadProof(f"the tree of {size} entries has none at index {index}")
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split_at(end - start)
        if index < middle:
            proof.append(_over(read, middle, end))
            end = middle
        else:
            proof.append(_over(read, start, middle))
            start = middle
    return proof[::-1]


def check_inclusion(leaf: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Raise BadProof unless a leaf of that hash stands at `index` in the tree of `size` with `root` (RFC 9162, 2.1.3.2)."""
    words = f"the tree of {size} entries does not have this one at index {index}"
    place, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            raise BadProof(words)
        if place & 1 or place == last:
            found = node_hash(step, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    if not 0 <= index < size or last or found != root:
        raise BadProof(words)


def consistency_proof(read: ReadTile, old: int, size: int) -> list[bytes]:
    """RFC 6962, 2.1.2: the hashes that prove that the tree of `size` begins with that of `old`."""
    if not 0 <= old <= size:
        raise BadProof(f"a tree of {size} entries cannot follow one of {old}")
    if old in (0, size):
        return []
    proof: list[bytes] = []
    start, end, is_whole = 0, size, True
    while end != old:
        middle = start + _split_at(end - start)
        if old <= middle:
            proof.append(_over(read, middle, end))
            end = middle
        else:
            proof.append(_over(read, start, middle))
            start, is_whole = middle, False
    if not is_whole:
        proof.append(_over(read, start, end))
    return proof[::-1]


def check_consistency(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Raise BadProof unless the tree of `size` with `root` begins with that of `old` with `old_root` (RFC 9162, 2.1.4.2)."""
    words = f"the tree of {size} entries does not begin with the tree of {old}"
    if old > size:
        raise BadProof(f"a tree of {size} entries cannot follow one of {old}")
    if old in (0, size):
        if proof or old_root != (root if old else EMPTY_ROOT):
            raise BadProof(words)
        return
    steps = list(proof)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        raise BadProof(words)
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise BadProof(words)
        if place & 1 or place == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(second, step)
        place, last = place >> 1, last >> 1
    if last or first != old_root or second != root:
        raise BadProof(words)


def _split_at(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def _over(read: ReadTile, start: int, end: int) -> bytes:
    """The hash of the leaves from `start` to before `end`, a range that RFC 6962 would cut out."""
    count = end - start
    if count & (count - 1):
        middle = start + _split_at(count)
        return node_hash(_over(read, start, middle), _over(read, middle, end))
    level, bits = divmod(count.bit_length() - 1, HEIGHT)
    number, place = divmod(start >> HEIGHT * level, WIDTH)
    hashes = read(level, number)[place * HASH : (place + (1 << bits)) * HASH]
    if len(hashes) != HASH << bits:
        raise BadProof(f"the tile {tile_path(level, number)} is shorter than the tree asks for")
    return folded(split(hashes))
