"""References: random, short, printable, and different from every misreading."""

import re
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.core.ids import (
    ALPHABET,
    LENGTH,
    check_character,
    new_reference,
    new_references,
    read_reference,
    references_in_order,
)

bodies = st.text(ALPHABET, min_size=LENGTH - 1, max_size=LENGTH - 1)
PAGE = Path(__file__).parents[2] / "docs" / "users" / "identifiers.md"
EXAMPLES = re.findall(r"^\| `([2-9A-Z]{11})` \| `(.)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def reference_of(body: str) -> str:
    return body + check_character(body)


def test_a_new_reference_reads_itself():
    for reference in [new_reference() for _ in range(200)] + new_references(200):
        assert len(reference) == LENGTH
        assert read_reference(reference) == reference


def test_many_at_once_are_all_different():
    assert len(set(new_references(5000))) == 5000
    assert new_references(0) == []


def test_references_in_order_are_sorted_lot_by_lot_and_never_end():
    taken = list(islice(references_in_order(40), 100))
    assert all(read_reference(reference) == reference for reference in taken)
    assert len(set(taken)) == len(taken)
    assert taken[:40] == sorted(taken[:40])
    assert taken[40:80] == sorted(taken[40:80])
    assert len(list(islice(references_in_order(0), 3))) == 3


def test_every_character_is_used_about_equally_often():
    counts = dict.fromkeys(ALPHABET, 0)
    for reference in new_references(3000):
        for character in reference[:-1]:
            counts[character] += 1
    mean = 3000 * (LENGTH - 1) / len(ALPHABET)
    # Six standard deviations: a fair source fails this once in ten million runs.
    assert all(abs(count - mean) < 6 * mean**0.5 for count in counts.values())


@given(bodies, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_every_single_wrong_character_is_noticed(body, place, wrong):
    good = reference_of(body)
    bad = good[:place] + wrong + good[place + 1 :]
    assert (read_reference(bad) is None) is (bad != good)


@given(bodies, st.integers(0, LENGTH - 2))
def test_every_swap_of_neighbours_is_noticed(body, place):
    good = reference_of(body)
    bad = good[:place] + good[place + 1] + good[place] + good[place + 2 :]
    assert (read_reference(bad) is None) is (bad != good)


@given(bodies)
def test_a_reference_is_read_in_any_case_with_hyphens_spaces_and_full_width(body):
    good = reference_of(body)
    displayed = f"{good[:4]}-{good[4:8]}-{good[8:]}"
    wide = "".join(chr(ord(character) + 0xFEE0) for character in good)
    for typed in (displayed, displayed.lower(), displayed.replace("-", " "), f" {good} ", wide):
        assert read_reference(typed) == good


@pytest.mark.parametrize(
    "typed", ["", "2", "0" * 12, "O" * 12, "2" * 11, "2" * 13, "示例" * 6, "2222\x002222222", "\ud800" * 12]
)
def test_what_cannot_be_a_reference_is_none(typed):
    assert read_reference(typed) is None


def test_the_alphabet_has_no_character_that_is_misread():
    assert len(ALPHABET) == 31
    assert not set("01ILO") & set(ALPHABET)


def test_the_examples_of_the_documentation_are_true():
    assert len(EXAMPLES) >= 3
    assert [check_character(body) for body, _ in EXAMPLES] == [check for _, check in EXAMPLES]
