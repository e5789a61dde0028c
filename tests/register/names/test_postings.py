"""Posting lists as bytes."""

from hypothesis import given
from hypothesis import strategies as st

from registry.register.names.postings import (
    MAX_AGENCIES_PER_KEY,
    agencies_under,
    bucket_of,
    by_bucket,
    key_and_agency,
    numbers_in,
    packed,
    posting,
    unpacked,
)

KEYS = st.integers(0, 2**32 - 1)
AGENCIES = st.integers(1, 2**31 - 1)


@given(st.sets(st.tuples(st.integers(0, 2**16 - 1), AGENCIES), max_size=50), st.integers(0, 2**16 - 1))
def test_what_is_packed_is_found_again_under_its_key(pairs, bucket):
    numbers = sorted(posting(bucket << 16 | half, agency) for half, agency in pairs)
    body = packed(numbers)
    assert list(numbers_in(bucket, unpacked(body))) == numbers
    for half in {0, 1, 256, 2**16 - 1, *(half for half, _ in pairs)}:
        key = bucket << 16 | half
        assert bucket_of(key) == bucket
        assert list(agencies_under(key, body)) == sorted(agency for other, agency in pairs if other == half)


@given(st.lists(st.sampled_from((0, 1, 256, 257, 258, 512, 513, 65535)), max_size=30), st.integers(0, 2**16 - 1))
def test_a_key_is_not_found_across_two_others(halves, bucket):
    """Halves of keys that are made of the same bytes: the end of one and the beginning of the next look like a third."""
    pairs = sorted({(half, place + 1) for place, half in enumerate(halves)})
    body = packed(posting(bucket << 16 | half, agency) for half, agency in pairs)
    for wanted in (0, 1, 256, 257, 258, 512, 513, 65535):
        under = [agency for half, agency in pairs if half == wanted]
        assert list(agencies_under(bucket << 16 | wanted, body)) == under


@given(KEYS, AGENCIES)
def test_a_posting_is_its_key_and_agency(key, agency):
    assert key_and_agency(posting(key, agency)) == (key, agency)


def test_a_key_of_too_many_agencies_keeps_the_first_and_leaves_others_alone():
    many = [posting(7, agency) for agency in range(1, MAX_AGENCIES_PER_KEY + 100)] + [posting(8, 3)]
    body = packed(many)
    assert list(agencies_under(7, body)) == list(range(1, MAX_AGENCIES_PER_KEY + 1))
    assert list(agencies_under(8, body)) == [3]


def test_postings_are_grouped_by_bucket():
    keys = [1, 2, 2**31, 2**32 - 1]
    grouped = list(by_bucket(posting(key, 1) for key in keys))
    assert [bucket for bucket, _ in grouped] == sorted({bucket_of(key) for key in keys})


def test_the_bytes_are_the_same_on_every_machine():
    assert packed([posting(1, 2)]) == bytes([1, 0, 2, 0, 0, 0])
