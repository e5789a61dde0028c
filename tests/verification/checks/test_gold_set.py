"""Red flags over a set of adverts of our own: none may be read worse than the floor, honest adverts least of all."""

from collections import Counter

import pytest

from bench.adverts import MIN_PRECISION, MIN_RECALL, adverts, found, scores
from registry.vocabulary.codes import RedFlag


def test_the_set_is_large_enough_and_holds_every_language_and_flag() -> None:
    every = list(adverts())
    assert len(every) >= 200
    assert {one.language for one in every} == {"zh-Hans", "zh-Hant", "en", "it", "fr", "ro"}
    assert min(Counter(one.language for one in every).values()) >= 20
    assert sum(not one.flags for one in every) >= 40
    assert min(sum(flag in one.flags for one in every) for flag in RedFlag) >= 5


@pytest.mark.thorough
def test_each_flag_is_read_no_worse_than_its_floor() -> None:
    for flag, score in scores().items():
        assert (flag, score.precision >= MIN_PRECISION, score.recall >= MIN_RECALL) == (flag, True, True)


def test_an_honest_advert_is_not_accused() -> None:
    """That a text names no company is told of an honest one too."""
    honest = [one for one in adverts() if one.flags <= {RedFlag.NO_COMPANY}]
    assert {one.text: found(one.text) for one in honest if found(one.text) != one.flags} == {}


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("护照自己保管，护照自己拿着去面签", RedFlag.PASSPORT),
        ("合同齐全，有合同", RedFlag.NO_CONTRACT),
        ("keep your passport with you", RedFlag.PASSPORT),
        ("签证费由雇主承担", RedFlag.FEE),
    ],
)
def test_what_refuses_a_wrong_is_not_taken_for_it(text: str, flag: RedFlag) -> None:
    assert flag not in found(text)
