"""Entries on their way into files: in the order of their hashes, and a small part of them in memory at a time."""

import hashlib
import random
import tracemalloc
from tempfile import TemporaryFile

import msgspec

from registry.ranges.rules import Entry
from registry.ranges.spool import Spool

NUMBERS = 40_000


def entry_of(number: int) -> Entry:
    # Words that do not shrink, so that many parts of each place are written.
    words = random.Random(number).randbytes(300).hex()
    return Entry(
        hashlib.sha256(str(number).encode()).hexdigest(), {"A": []}, {}, msgspec.Raw(f'"{words}"'.encode()), None
    )


def test_entries_come_back_in_the_order_of_their_hashes_and_few_are_in_memory() -> None:
    with TemporaryFile() as file:
        spool = Spool(file)
        for number in range(NUMBERS):
            spool.add(entry_of(number))
        tracemalloc.start()
        try:
            last = ""
            for entry in spool.in_order():
                assert entry.hash > last
                last = entry.hash
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert most < NUMBERS * 700 / 20
