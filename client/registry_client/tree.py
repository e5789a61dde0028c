"""RFC 6962 hashing and proofs, and C2SP tlog-tiles of height 8."""

import hashlib
from collections.abc import Callable, Iterable, Sequence

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The roots of the perfect subtrees that a tree of `size` leaves is made of, the largest first."""

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if size < 0 or len(hashes) != size.bit_count():
            raise ValueError("a frontier holds a hash for each bit that is set in its size")
        self.size = size
        self.hashes = list(hashes)

    def add(self, leaf: bytes) -> None:
        """Append the hash of one leaf."""
        carried, size = leaf, self.size
        while size & 1:
            carried = node_hash(self.hashes.pop(), carried)
            size >>= 1
        self.hashes.append(carried)
        self.size += 1

    def root(self) -> bytes:
        if not self.hashes:
            return EMPTY_ROOT
        found = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            found = node_hash(left, found)
        return found


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Root over hashes of leaves."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.add(leaf)
    return frontier.root()


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root that an inclusion proof leads to, from the hash of the leaf; None where its length does not fit.

    The path splits where the way to the leaf leaves the right border of the tree: below it each bit of the index says the
    side, above it every hash stands on the left.
    """
    if not 0 <= index < size:
        return None
    inner = (index ^ (size - 1)).bit_length()
    border = (index >> inner).bit_count()
    if len(proof) != inner + border:
        return None
    found = leaf
    for level, other in enumerate(proof[:inner]):
        found = node_hash(other, found) if index >> level & 1 else node_hash(found, other)
    for other in proof[inner:]:
        found = node_hash(other, found)
    return found


Range = tuple[int, int]
"""Leaves from (inclusive) and to (exclusive) whose subtree is meant."""


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def consistency_ranges(old: int, new: int) -> list[Range]:
    """The subtrees whose hashes make the consistency proof from `old` to `new` leaves, in the order of RFC 6962, 2.1.2."""

    def below(stored: int, first: int, last: int, is_whole: bool) -> list[Range]:
        count = last - first
        if stored == count:
            return [] if is_whole else [(first, last)]
        middle = first + _split(count)
        if stored <= middle - first:
            return [*below(stored, first, middle, is_whole), (middle, last)]
        return [*below(stored - (middle - first), middle, last, False), (first, middle)]

    return [] if old in (0, new) else below(old, 0, new, True)


def is_consistent(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a proof in the order of RFC 6962 shows that the older tree is the beginning of the newer."""
    if not 0 <= old <= new:
        return False
    if old in (0, new):
        return not proof and old_root == (EMPTY_ROOT if old == 0 else new_root)
    rest = list(proof)
    if old & (old - 1) == 0:
        rest.insert(0, old_root)
    if not rest:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    was = became = rest.pop(0)
    for other in rest:
        if last == 0:
            return False
        if place & 1 or place == last:
            was, became = node_hash(other, was), node_hash(other, became)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            became = node_hash(became, other)
        place, last = place >> 1, last >> 1
    return last == 0 and was == old_root and became == new_root


def tile_name(number: int) -> str:
    """`x001/x234/067`: three digits a part, all but the last marked."""
    parts = [f"{number % 1000:03d}"]
    while number >= 1000:
        number //= 1000
        parts.append(f"x{number % 1000:03d}")
    return "/".join(reversed(parts))


def tile_width(size: int, level: int, number: int) -> int:
    """How many hashes a tile holds in a tree of `size` leaves; 0 where there is no such tile."""
    return max(0, min(TILE_WIDTH, (size >> TILE_HEIGHT * level) - TILE_WIDTH * number))


def tile_path(level: int | str, number: int, width: int) -> str:
    """Path below `/log/`; `entries` as level means a bundle of leaves."""
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{level}/{tile_name(number)}{partial}"


TileReader = Callable[[int, int, int], bytes]
"""From level, number and width to the bytes of the tile's hashes."""


def range_hash(part: Range, size: int, read: TileReader) -> bytes:
    """Hash of the subtree over a range, from the tiles of a tree of `size` leaves.

    The range is one of those that `consistency_ranges` gives: it begins where a perfect subtree of its size may begin.
    """
    first, last = part
    count = last - first
    if count & (count - 1):
        middle = first + _split(count)
        return node_hash(range_hash((first, middle), size, read), range_hash((middle, last), size, read))
    height = count.bit_length() - 1
    level, above = divmod(height, TILE_HEIGHT)
    index = first >> TILE_HEIGHT * level
    number, offset = divmod(index, TILE_WIDTH)
    tile = read(level, number, tile_width(size, level, number))
    hashes = [tile[32 * (offset + i) : 32 * (offset + i + 1)] for i in range(1 << above)]
    return root_of(hashes)


def split_bundle(data: bytes) -> list[bytes]:
    """The leaves of an entry bundle: each after its length in two bytes, big end first. Raises ValueError."""
    leaves, place = [], 0
    while place < len(data):
        length = int.from_bytes(data[place : place + 2], "big")
        leaf = data[place + 2 : place + 2 + length]
        if place + 2 > len(data) or len(leaf) != length:
            raise ValueError("the entry bundle is cut off")
        leaves.append(leaf)
        place += 2 + length
    return leaves
