"""Entries on their way into files: in the order of their hashes, and a small part of them in memory at a time."""

import hashlib
import random
import tracemalloc
from os import SEEK_END
from tempfile import TemporaryFile

import msgspec
import pytest

from registry.ranges import spool
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


@pytest.mark.parametrize(("most_known", "is_shared"), [(1, False), (4096, True)])
def test_answers_that_many_entries_share_are_written_once_and_come_back(
    most_known: int, is_shared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "MAX_KNOWN", most_known)
    monkeypatch.setattr(spool, "PART", 1000)
    answers = [entry_of(number).answers for number in range(5)]
    entries = [entry_of(number)._replace(answers=answers[number % 5]) for number in range(2000)]
    with TemporaryFile() as file:
        filled = Spool(file)
        for entry in entries:
            filled.add(entry)
        assert list(filled.in_order()) == sorted(entries, key=lambda entry: entry.hash)
        written = file.seek(0, SEEK_END)
    # The words of each take some three hundred bytes, however they are compressed.
    assert (written < len(entries) * 200) is is_shared
