"""The tree against RFC 6962's own recursion, for every size up to a few hundred, and every bit of a proof."""

import hashlib
from functools import cache

import pytest

from registry.core.errors import BadProof
from registry.log import tree
from tests.log.proving import check_inclusion
from tests.thorough import thorough

MAX_SIZE = 300

RFC_LEAVES = [
    bytes.fromhex(text)
    for text in (
        *("", "00", "10", "2021", "3031", "40414243"),
        *("5051525354555657", "606162636465666768696a6b6c6d6e6f"),
    )
]
"""The leaves of the test vectors that come with RFC 6962's reference implementation."""

RFC_ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def by_definition(leaves: list[bytes]) -> bytes:
    return _by_definition(tuple(leaves))


@cache
def _by_definition(leaves: tuple[bytes, ...]) -> bytes:
    """RFC 6962, 2.1, word for word. Remembered, for a tree of each size has most of its branches from smaller ones."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + _by_definition(leaves[:split]) + _by_definition(leaves[split:])).digest()


def leaves_of(count: int) -> list[bytes]:
    return [f"entry {index}".encode() for index in range(count)]


def reading(leaves: list[bytes]) -> tree.ReadTile:
    """All tiles of a tree, made without the code that stores them."""

    def read(level: int, number: int) -> bytes:
        span = 256**level
        starts = range(number * 256 * span, min((number + 1) * 256 * span, len(leaves) - span + 1), span)
        return b"".join(by_definition(leaves[start : start + span]) for start in starts)

    return read


def test_the_tree_has_the_roots_of_the_vectors_of_rfc_6962():
    frontier: list[bytes] = []
    for size, (leaf, root) in enumerate(zip(RFC_LEAVES, RFC_ROOTS, strict=True)):
        frontier = tree.pushed(size, frontier, [tree.leaf_hash(leaf)])
        assert tree.root_of(frontier).hex() == root
    assert tree.root_of([]) == tree.EMPTY_ROOT


def test_appending_gives_the_root_of_the_definition_at_every_size():
    leaves = leaves_of(MAX_SIZE)
    frontier: list[bytes] = []
    for size in range(MAX_SIZE):
        frontier = tree.pushed(size, frontier, [tree.leaf_hash(leaves[size])])
        assert tree.root_of(frontier) == by_definition(leaves[: size + 1])


@pytest.mark.parametrize("size", [*range(1, 40), 63, 64, 65, 256, *thorough(127, 128, 129, 255, 257, 258, 299, 300)])
def test_every_entry_is_proven_in_a_tree_of_every_size(size: int):
    leaves = leaves_of(MAX_SIZE)
    read, root = reading(leaves), by_definition(leaves[:size])
    assert tree.root_at(read, size) == root
    for index in range(size):
        proof = tree.inclusion_proof(read, index, size)
        check_inclusion(tree.leaf_hash(leaves[index]), index, size, proof, root)
        with pytest.raises(BadProof):
            check_inclusion(tree.leaf_hash(b"another"), index, size, proof, root)
        with pytest.raises(BadProof):
            check_inclusion(tree.leaf_hash(leaves[index]), index, size, [*proof, root], root)


def test_every_tree_begins_with_every_smaller_one():
    leaves = leaves_of(MAX_SIZE)
    read = reading(leaves)
    roots = [by_definition(leaves[:size]) for size in range(MAX_SIZE + 1)]
    for size in (1, 2, 3, 7, 8, 9, 31, 64, 100, 255, 256, 257, 300):
        for old in range(size + 1):
            proof = tree.consistency_proof(read, old, size)
            tree.check_consistency(old, roots[old], size, roots[size], proof)
            if 0 < old < size:
                with pytest.raises(BadProof):
                    tree.check_consistency(old, roots[old - 1], size, roots[size], proof)
                with pytest.raises(BadProof):
                    tree.check_consistency(old, roots[old], size, roots[old], proof)


@pytest.mark.parametrize(("index", "size"), [(0, 1), (0, 2), (4, 7), (255, 300), (299, 300)])
def test_a_bit_flipped_in_a_proof_of_inclusion_is_seen(index: int, size: int):
    leaves = leaves_of(size)
    leaf, root = tree.leaf_hash(leaves[index]), by_definition(leaves)
    proof = tree.inclusion_proof(reading(leaves), index, size)
    for place in range(len(proof)):
        for bit in range(0, 256, 7):
            with pytest.raises(BadProof):
                check_inclusion(leaf, index, size, flipped(proof, place, bit), root)
        with pytest.raises(BadProof):
            check_inclusion(leaf, index, size, proof[:place] + proof[place + 1 :], root)
    for other in {index ^ 1, index + 1, size} - {index}:
        with pytest.raises(BadProof):
            check_inclusion(leaf, other, size, proof, root)


@pytest.mark.parametrize(("old", "size"), [(1, 2), (3, 7), (4, 7), (6, 8), (256, 300), (257, 300)])
def test_a_bit_flipped_in_a_proof_of_consistency_is_seen(old: int, size: int):
    leaves = leaves_of(size)
    roots = by_definition(leaves[:old]), by_definition(leaves)
    proof = tree.consistency_proof(reading(leaves), old, size)
    for place in range(len(proof)):
        for bit in range(0, 256, 7):
            with pytest.raises(BadProof):
                tree.check_consistency(old, roots[0], size, roots[1], flipped(proof, place, bit))
    for wrong in (proof[:-1], [*proof, roots[0]], []):
        with pytest.raises(BadProof):
            tree.check_consistency(old, roots[0], size, roots[1], wrong)


def flipped(proof: list[bytes], place: int, bit: int) -> list[bytes]:
    changed = bytearray(proof[place])
    changed[bit // 8] ^= 1 << bit % 8
    return [*proof[:place], bytes(changed), *proof[place + 1 :]]


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("0/000", (0, 0, 256)),
        ("entries/067", (None, 67, 256)),
        ("63/x001/x234/067.p/255", (63, 1234067, 255)),
        ("1/x001/000.p/1", (1, 1000, 1)),
    ],
)
def test_a_tile_has_one_path(path: str, meant: tuple[int | None, int, int]):
    assert tree.read_tile_path(path) == meant
    assert tree.tile_path(*meant) == path


@pytest.mark.parametrize(
    "path",
    [
        *(
            "0/0",
            "00/000",
            "64/000",
            "0/x000/000",
            "0/x001/x000",
            "0/001/000",
            "0/000.p/0",
            "0/000.p/256",
            "0/000.p/01",
        ),
        *("0/000.p", "entries/000/", "/0/000", "-1/000", "0/1000", "0/00\u0663", "0/000\n", "x" * 200),
    ],
)
def test_a_path_that_is_not_canonical_is_none(path: str):
    assert tree.read_tile_path(path) is None


def test_a_tile_that_is_cut_short_is_seen():
    leaves = leaves_of(300)
    whole = reading(leaves)
    with pytest.raises(BadProof, match="shorter"):
        tree.inclusion_proof(lambda level, number: whole(level, number)[:-32], 299, 300)
