"""The gold set: typed texts, the agencies they mean, and a neighbour that must not come first.

tests/data/names_gold.csv, all names invented: `means` holds an agency's names parted by a bar, its legal one first;
where it is empty nothing may be found; `near` is another agency.
"""

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from rapidfuzz import fuzz, process

from registry.register.names.actions import index_all
from registry.register.names.queries import search
from registry.register.names.spelling import normalised
from registry.vocabulary.register import NameKind
from tests.thorough import POSTGRESQL_IS_THOROUGH

GOLD = Path(__file__).parents[2] / "data" / "names_gold.csv"
FORMER = " (former)"


class Pair(NamedTuple):
    kind: str
    asked: str
    means: str
    near: str


@cache
def pairs() -> list[Pair]:
    with GOLD.open(encoding="utf-8", newline="") as file:
        return [Pair(*row) for row in list(csv.reader(file))[1:]]


@cache
def agencies() -> dict[str, list[tuple[NameKind, str]]]:
    """By legal name, every agency of the set with its names."""
    found: dict[str, list[tuple[NameKind, str]]] = {}
    for written in dict.fromkeys([pair.means for pair in pairs() if pair.means] + [pair.near for pair in pairs()]):
        legal, *others = written.split(" | ")
        names = [(NameKind.LEGAL, legal)]
        names += [
            (NameKind.FORMER, name.removesuffix(FORMER)) if name.endswith(FORMER) else (NameKind.TRADE, name)
            for name in others
        ]
        found.setdefault(legal, names)
    return found


@pytest.fixture
def numbers(session) -> dict[str, int]:
    numbers = {legal: number for number, legal in enumerate(agencies(), 1)}
    index_all(session, [(numbers[legal], names) for legal, names in agencies().items()])
    return numbers


def test_the_gold_set_covers_what_people_do_to_names():
    kinds = defaultdict(int)
    for pair in pairs():
        kinds[pair.kind] += 1
    assert len(pairs()) >= 400
    assert kinds.keys() >= {
        "exact", "one typo", "two typos", "swapped words", "legal form missing", "legal form other", "legal form translated",
        "traditional", "wrong character", "missing character", "pinyin spaced", "pinyin joined", "pinyin with tones",
        "pinyin, second reading", "half the name", "English trade name", "former name", "diacritics dropped",
        "umlauts spelled out", "nothing near",
    }  # fmt: skip


@POSTGRESQL_IS_THOROUGH
def test_who_is_meant_comes_first_and_no_neighbour_wins(session, numbers):
    wrong = []
    for pair in pairs():
        if pair.means:
            hits = search(session, pair.asked)
            if not hits or hits[0].agency_id != numbers[pair.means.split(" | ")[0]]:
                wrong.append((pair.kind, pair.asked, hits[:2]))
    assert wrong == []


def test_nothing_is_shown_where_nothing_is_near(session, numbers):
    displayed = {pair.asked: search(session, pair.asked) for pair in pairs() if not pair.means}
    assert {requested: hits for requested, hits in displayed.items() if hits} == {}


@POSTGRESQL_IS_THOROUGH
def test_no_kind_is_found_less_often_than_by_comparing_with_every_name(session, numbers):
    names = [(numbers[legal], normalised(name)) for legal, several in agencies().items() for _, name in several]
    letters = [name for _, name in names]
    ours, theirs = defaultdict(int), defaultdict(int)
    for pair in pairs():
        if not pair.means:
            continue
        meant = numbers[pair.means.split(" | ")[0]]
        hits = search(session, pair.asked)
        ours[pair.kind] += bool(hits) and hits[0].agency_id == meant
        nearest = process.extractOne(normalised(pair.asked), letters, scorer=fuzz.ratio)
        theirs[pair.kind] += nearest is not None and names[nearest[2]][0] == meant
    assert {kind for kind in theirs if ours[kind] < theirs[kind]} == set()
