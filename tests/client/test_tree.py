"""Hashes and proofs of trees, against the recursive definition of RFC 6962."""

import pytest
from registry_client.tree import (
    EMPTY_ROOT,
    TILE_WIDTH,
    Frontier,
    consistency_ranges,
    is_consistent,
    leaf_hash,
    node_hash,
    range_hash,
    root_from_inclusion,
    root_of,
    split_bundle,
    tile_path,
    tile_width,
)

from tests.client.registrar import path_to, tree_hash

# The leaves and roots of the examples that implementations of RFC 6962 share.
LEAVES = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "60" * 16)]
SIZES = range(1, 70)


def leaves_of(size: int) -> list[bytes]:
    return [f"leaf {number}".encode() for number in range(size)]


def test_the_empty_tree_and_one_empty_leaf_have_the_known_hashes() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(LEAVES[0]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert (
        root_of(map(leaf_hash, LEAVES[:2])).hex() == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    )


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 64, 65, 255, 256, 257, 300])
def test_a_frontier_has_the_root_of_the_definition(size: int) -> None:
    leaves = leaves_of(size)
    assert root_of(map(leaf_hash, leaves)) == tree_hash(leaves)
    frontier = Frontier()
    for leaf in leaves:
        frontier.add(leaf_hash(leaf))
    assert Frontier(size, frontier.hashes).root() == tree_hash(leaves)


def test_every_inclusion_proof_leads_to_the_root_and_to_no_other_place() -> None:
    for size in SIZES:
        leaves = leaves_of(size)
        root = tree_hash(leaves)
        for index, leaf in enumerate(leaves):
            proof = path_to(index, leaves)
            assert root_from_inclusion(leaf_hash(leaf), index, size, proof) == root
            assert root_from_inclusion(leaf_hash(leaf), index, size, [*proof, root]) is None
            if size > 1:
                assert root_from_inclusion(leaf_hash(leaf), (index + 1) % size, size, proof) != root
    assert root_from_inclusion(b"", 3, 3, []) is None


def test_every_consistency_proof_from_tiles_holds_and_none_for_another_history() -> None:
    for size in SIZES:
        leaves = leaves_of(size)
        hashes = [leaf_hash(leaf) for leaf in leaves]

        def tile(level: int, number: int, width: int, hashes: list[bytes] = hashes) -> bytes:
            assert (level, number) == (0, 0)
            return b"".join(hashes[:width])

        root = tree_hash(leaves)
        for old in range(size + 1):
            proof = [range_hash(part, size, tile) for part in consistency_ranges(old, size)]
            assert is_consistent(old, tree_hash(leaves[:old]), size, root, proof)
            if old > 0:
                other = tree_hash([b"another", *leaves[1:old]])
                assert not is_consistent(old, other, size, root, proof)
                assert not is_consistent(old, tree_hash(leaves[:old]), size, EMPTY_ROOT, proof)
    assert not is_consistent(2, EMPTY_ROOT, 1, EMPTY_ROOT, [])


def test_tiles_of_higher_levels_are_read_where_the_tree_is_large() -> None:
    size = 2 * TILE_WIDTH + 10
    leaves = [leaf_hash(leaf) for leaf in leaves_of(size)]
    above = [root_of(leaves[TILE_WIDTH * n : TILE_WIDTH * (n + 1)]) for n in range(2)]
    wanted = []

    def tile(level: int, number: int, width: int) -> bytes:
        wanted.append((level, number, width))
        row = leaves if level == 0 else above
        return b"".join(row[TILE_WIDTH * number : TILE_WIDTH * number + width])

    old = TILE_WIDTH
    proof = [range_hash(part, size, tile) for part in consistency_ranges(old, size)]
    assert is_consistent(old, root_of(leaves[:old]), size, root_of(leaves), proof)
    assert (1, 0, 2) in wanted
    assert node_hash(above[0], above[1]) == root_of(leaves[: 2 * TILE_WIDTH])


def test_tiles_are_named_as_the_specification_names_them() -> None:
    assert tile_path(0, 1234067, 256) == "tile/0/x001/x234/067"
    assert tile_path("entries", 0, 7) == "tile/entries/000.p/7"
    assert [tile_width(600, 0, number) for number in range(4)] == [256, 256, 88, 0]
    assert tile_width(70000, 1, 1) == 17


def test_a_bundle_that_is_cut_off_is_refused() -> None:
    assert split_bundle(b"\0\x02ab\0\0") == [b"ab", b""]
    for cut in (b"\0", b"\0\x02a"):
        with pytest.raises(ValueError, match="cut off"):
            split_bundle(cut)
