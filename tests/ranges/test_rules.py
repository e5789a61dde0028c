"""The format of range files: vectors, prefixes, padding, and the tree over files."""

import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from registry_client.ranges import key_hash as client_hash
from registry_client.ranges import key_of as client_key
from registry_client.strict import Unreadable

from registry.log import tree
from registry.ranges import rules
from registry.register.agencies.keys import LICENCE_NUMBER, identifier_key, number_key
from registry.vocabulary.register import IdentifierScheme

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))


def key(kind: str, number: str, country: str | None = None) -> str:
    is_number = kind == LICENCE_NUMBER
    value = number_key(number) if is_number else identifier_key(IdentifierScheme(kind), number, country)
    return rules.key_text(kind, value)


def test_keys_and_hashes_are_those_of_the_vectors_for_server_and_client():
    for one in VECTORS:
        question = {name: one[name] for name in ("kind", "number", "country") if name in one}
        assert key(**question) == client_key(**question) == one["key"]
        assert rules.key_hash(one["key"]).hex() == client_hash(one["key"]).hex() == one["hash"]


@given(st.text(max_size=60), st.sampled_from(rules.KINDS))
def test_the_client_normalises_every_number_as_the_server_does(number: str, kind: str):
    country = "IT" if kind == "registration_number" else None
    ours = key(kind, number, country)
    try:
        theirs = client_key(kind, number, country)
    except Unreadable:
        assert not number_key(number) or kind == "euid"
        return
    assert theirs == ours


@given(st.integers(0, 10**8))
def test_prefixes_are_cut_by_how_many_keys_there_are(keys: int):
    bits = rules.bits_for(keys)
    assert rules.is_cut_well(keys, bits)
    assert bits == 0 or bits == rules.MAX_BITS or 60 < keys >> bits < 2 * (62 + bits)
    # A few numbers more or less never cut all anew, and back again.
    assert all(rules.is_cut_well(other, bits) for other in range(max(0, keys - 3), keys))


@pytest.mark.parametrize("bits", [1, 9, 14])
def test_the_smallest_file_holds_40_numbers_and_the_largest_200(bits: int):
    """At both ends of what so many bits are taken for."""
    least, last = (60 + bits) << bits, (61 + bits << bits + 1) - 1
    assert (rules.bits_for(least - 1), rules.bits_for(least), rules.bits_for(last)) == (bits - 1, bits, bits)
    spread = Counter(prefix for _, prefix in zip(range(last), lots(bits), strict=False))
    assert max(spread.values()) <= 200
    spread = Counter(prefix for _, prefix in zip(range(least), lots(bits), strict=False))
    assert len(spread) == 1 << bits
    assert min(spread.values()) >= 40


def lots(bits: int) -> Iterator[int]:
    """Prefixes of hashes, two bytes of each at a time, for two million digests take long."""
    for n in count():
        digest = hashlib.sha512(b"%d" % n).digest()
        for at in range(0, 64, 2):
            yield int.from_bytes(digest[at : at + 2], "big") >> (16 - bits)


@pytest.mark.parametrize("bits", [0, 1, 4, 9, 16])
def test_a_prefix_has_one_spelling(bits: int):
    last = (1 << bits) - 1
    for prefix in {0, last // 2, last}:
        text = rules.spelled(prefix, bits)
        assert rules.read_prefix(text, bits) == prefix
        others = {f"0{text}", f" {text}", f"+{text}", text.upper() if text != text.upper() else "-0", "", f"0x{text}"}
        assert {rules.read_prefix(other, bits) for other in others} == {None}
    assert rules.read_prefix(f"{last + 1:x}", bits) is None


@given(st.binary(min_size=32, max_size=32), st.integers(0, 24))
def test_a_hash_lies_within_the_bounds_of_its_prefix(hash_: bytes, bits: int):
    first, behind = rules.bounds_of(rules.prefix_of(hash_, bits), bits)
    assert first <= hash_
    assert behind is None or hash_ < behind


@given(st.binary(max_size=70_000))
def test_a_compressed_file_is_padded_and_any_gzip_reads_it(body: bytes):
    stored = rules.compressed(body)
    assert len(stored) % rules.PADDED_TO == 0
    assert gzip.decompress(stored) == rules.uncompressed(stored) == body


@pytest.mark.parametrize("bits", [0, 1, 8, 9, 10])
def test_tiles_lead_from_the_root_to_every_file(bits: int):
    leaves = [tree.leaf_hash(bytes([n & 255, n >> 8])) for n in range(1 << bits)]
    root, tiles = rules.tiles_over(leaves)
    assert root == tree.root_at(tree.reading(tree.levels_of(leaves)), len(leaves))
    for prefix, leaf in enumerate(leaves):
        found, left = root, bits
        while left:
            width = rules.top_bits(left)
            tile = tiles[found]
            assert len(tile) == 32 << width
            place = prefix >> (left - width) & (1 << width) - 1
            found, left = tile[32 * place : 32 * place + 32], left - width
        assert found == leaf


@given(
    st.integers(0, 10),
    st.dictionaries(st.integers(0, 1023), st.integers(0, 3), max_size=6),
)
def test_a_tree_with_some_leaves_replaced_is_the_one_made_anew(bits: int, changes: dict[int, int]):
    leaves = [tree.leaf_hash(bytes([n & 255, n >> 8])) for n in range(1 << bits)]
    root, tiles = rules.tiles_over(leaves)
    read = []

    def tile(name: bytes) -> bytes:
        read.append(name)
        return tiles[name]

    # Some leaves are replaced by themselves.
    new = {
        place % len(leaves): tree.leaf_hash(b"new %d" % n) if n else leaves[place % len(leaves)]
        for place, n in changes.items()
    }
    grown = rules.regrown(root, bits, new, tile)
    whole_root, whole = rules.tiles_over([new.get(n, leaf) for n, leaf in enumerate(leaves)])
    assert grown.root == whole_root
    assert grown.tiles == {name: body for name, body in whole.items() if name not in tiles}
    assert grown.gone == set(tiles) - set(whole)
    assert len(read) <= 2 * len(new)
