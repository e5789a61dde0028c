"""A log over HTTP: heads, tiles, leaves and proofs, each checked against the head before it counts."""

from registry_client.network import Fetch, Unreachable
from registry_client.notes import NOTE_LIMIT
from registry_client.strict import Refused, Unreadable
from registry_client.tree import (
    TILE_WIDTH,
    consistency_ranges,
    is_consistent,
    range_hash,
    split_bundle,
    tile_path,
    tile_width,
)

BUNDLE_LIMIT = TILE_WIDTH * (2 + 16 * 1024)


class RemoteLog:
    """Tiles are kept while it lives, because proofs share them."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._tiles: dict[tuple[int, int, int], bytes] = {}

    def checkpoint_text(self) -> str:
        """Raises Unreachable and Unreadable."""
        return self.text("/log/checkpoint", NOTE_LIMIT, "checkpoint")

    def proof_text(self, index: int) -> str:
        return self.text(f"/log/proof/{index}", NOTE_LIMIT, "proof")

    def text(self, path: str, limit: int, what: str) -> str:
        try:
            return self._fetch(path, limit).decode("utf-8")
        except UnicodeDecodeError as error:
            raise Unreadable(f"{what}: not UTF-8") from error

    def tile(self, level: int, number: int, width: int) -> bytes:
        """The hashes of a tile. Raises Unreachable, and Refused where it has another length."""
        place = (level, number, width)
        if place not in self._tiles:
            data, served = self._whole_or_partial(level, number, width, 32 * TILE_WIDTH)
            if len(data) != 32 * served:
                raise Refused("tile_wrong", path=tile_path(level, number, width))
            self._tiles[place] = data[: 32 * width]
        return self._tiles[place]

    def leaves(self, number: int, size: int) -> list[bytes]:
        """The leaves of an entry bundle in a tree of `size`. Raises Unreachable and Refused."""
        width = tile_width(size, 0, number)
        data, served = self._whole_or_partial("entries", number, width, BUNDLE_LIMIT)
        try:
            leaves = split_bundle(data)
        except ValueError as error:
            raise Refused("tile_wrong", path=tile_path("entries", number, width)) from error
        # One more than belongs there is as wrong as one less: no head stands for it.
        if len(leaves) != served:
            raise Refused("tile_wrong", path=tile_path("entries", number, width))
        return leaves[:width]

    def _whole_or_partial(self, level: int | str, number: int, width: int, limit: int) -> tuple[bytes, int]:
        """A tile and how many it must hold. A partial one may go once it is whole: then the whole one begins with it."""
        try:
            return self._fetch(f"/log/{tile_path(level, number, width)}", limit), width
        except Unreachable as error:
            if error.status not in (404, 410):
                raise
            if width == TILE_WIDTH:
                raise Refused("tile_missing", path=tile_path(level, number, width)) from error
        try:
            return self._fetch(f"/log/{tile_path(level, number, TILE_WIDTH)}", limit), TILE_WIDTH
        except Unreachable as error:
            if error.status in (404, 410):
                raise Refused("tile_missing", path=tile_path(level, number, width)) from error
            raise

    def is_extension(self, old: int, old_root: bytes, new: int, new_root: bytes) -> bool:
        """Whether the head of `new` leaves contains the older one, by a consistency proof computed from tiles."""
        ranges = consistency_ranges(old, new)
        proof = [range_hash(part, new, self.tile) for part in ranges]
        return is_consistent(old, old_root, new, new_root, proof)
