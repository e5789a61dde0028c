"""Posting lists in buckets: which agencies stand under which key. A posting is a number, its key above its agency."""

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import ColumnElement, literal_column

MAX_AGENCIES_PER_KEY = 1500
"""Agencies that stand under one key. A key of more says little of any; those have other keys as well."""

# A bucket holds the keys that share their first half, so that only the other half need be stored. At a million agencies it
# has 250 postings, 1.5 kB, which PostgreSQL still keeps in its row.
_HALF = 16
_LOW = (1 << _HALF) - 1
_AGENCY = (1 << 32) - 1


class Postings(NamedTuple):
    """The postings of one bucket: second halves of keys in order, and beside each its agency."""

    keys: "array[int]"
    agencies: "array[int]"


def bucket_of(key: int) -> int:
    return key >> _HALF


def bucket_in_sql(key: ColumnElement[int]) -> ColumnElement[int]:
    """As `bucket_of`, of a column."""
    return key.bitwise_rshift(literal_column(str(_HALF)))


def posting(key: int, agency_id: int) -> int:
    return key << 32 | agency_id


def key_and_agency(number: int) -> tuple[int, int]:
    return number >> 32, number & _AGENCY


def packed(numbers: Iterable[int]) -> bytes:
    """Sorted postings of one bucket as bytes: all halves of keys, then all agencies, little end first.

    At most `MAX_AGENCIES_PER_KEY` stand there of a key.
    """
    stored = array("Q", _bounded(numbers if isinstance(numbers, list) else list(numbers)))
    if sys.byteorder == "big":
        stored.byteswap()
    # Little end first, a number is its agency in four bytes, the second half of its key in two, and the first.
    body = memoryview(stored).cast("B")
    return body.cast("H")[2::4].tobytes() + body.cast("I")[::2].tobytes()


def unpacked(body: bytes) -> Postings:
    end = len(body) // 3
    return Postings(_from_bytes("H", body[:end]), _from_bytes("I", body[end:]))


def numbers_in(bucket: int, postings: Postings) -> Iterator[int]:
    for half, agency_id in zip(postings.keys, postings.agencies, strict=True):
        yield posting(bucket << _HALF | half, agency_id)


def agencies_under(key: int, body: bytes) -> "array[int]":
    """The agencies of a packed bucket that stand under the key, read in place: of most keys there are none."""
    half = (key & _LOW).to_bytes(2, "little")
    end = len(body) // 3
    first = body.find(half, 0, end)
    while first > 0 and first % 2:
        # The end of one half of a key and the beginning of the next.
        first = body.find(half, first + 1, end)
    if first < 0:
        return array("I")
    last = body.rfind(half, first, end)
    while last % 2:
        last = body.rfind(half, first, last + 1)
    return _from_bytes("I", body[end + 2 * first : end + 2 * last + 4])


def by_bucket(numbers: Iterable[int]) -> Iterator[tuple[int, list[int]]]:
    """Sorted postings, a bucket at a time."""
    stored, start = numbers if isinstance(numbers, list) else list(numbers), 0
    while start < len(stored):
        bucket = stored[start] >> (32 + _HALF)
        end = bisect_left(stored, (bucket + 1) << (32 + _HALF), start)
        yield bucket, stored[start:end]
        start = end


def _bounded(numbers: list[int]) -> list[int]:
    if len(numbers) <= MAX_AGENCIES_PER_KEY:
        return numbers
    return [
        number
        for _, group in groupby(numbers, key=lambda number: number >> 32)
        for number in list(group)[:MAX_AGENCIES_PER_KEY]
    ]


def _from_bytes(kind: str, body: bytes) -> "array[int]":
    values = array(kind)
    values.frombytes(body)
    if sys.byteorder == "big":
        values.byteswap()
    return values
