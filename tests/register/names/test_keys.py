"""Keys: bounded, and one is shared whatever befalls a name."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from registry.register.names.keys import keys_of, keys_of_readings
from registry.register.names.query_variants import query_variants
from registry.register.names.words import parted

LETTERS = "abdefgklmnoprstuvz"
WORDS = st.text(LETTERS, min_size=7, max_size=24)
EDITS = st.lists(
    st.tuples(st.sampled_from(["drop", "add", "change"]), st.floats(0, 0.999), st.sampled_from(LETTERS)), max_size=2
)


def edited(word: str, edits) -> str:
    for edit, where, letter in edits:
        at = int(where * len(word))
        word = word[:at] + {"drop": "", "add": letter + word[at], "change": letter}[edit] + word[at + 1 :]
    return word


@given(WORDS, EDITS)
def test_two_slips_anywhere_leave_a_key(word, edits):
    asked_for = edited(word, edits)
    # A slip that makes an umlaut's spelling, a place or a trade word of it changes more than one letter.
    assume(parted(word).letters == word and parted(asked_for).letters == asked_for)
    assert keys_of(word) & keys_of_readings(query_variants(asked_for)).keys()


@pytest.mark.parametrize(
    ("name", "asked_for"),
    [
        ("青岛云蝶国际劳务合作有限公司", "yun die"),
        ("青岛云蝶国际劳务合作有限公司", "青岛云"),
        ("青岛云蝶国际劳务合作有限公司", "云跌国际"),
        ("青岛云蝶国际劳务合作有限公司", "qdyd"),
        ("重庆曾行劳务有限公司", "zhongqing cenghang"),
        ("Lumaca Blu Lavoro Milano S.r.l.", "blu lumaca"),
        ("Mühlfrosch Personalservice GmbH", "muehlfrosch"),
        ("Синя Охлювка ЕООД", "ohlyuvka"),
        ("Good Morrow Ltd", "goodmorrow"),
    ],
)
def test_a_half_a_misread_and_a_transliterated_name_share_a_key(name, asked_for):
    assert keys_of(name) & keys_of_readings(query_variants(asked_for)).keys()


@given(st.text(max_size=80))
def test_any_text_has_few_keys(text):
    assert len(keys_of(text)) <= 120
    assert all(0 <= key < 1 << 32 for key in keys_of(text))


@pytest.mark.parametrize(
    "long", ["云蝶劳务" * 2500, "lumaca " * 2000, "a" * 10_000, "曾" * 10_000, "é" * 10_000, "a b " * 3000]
)
def test_the_longest_text_has_a_bounded_number_of_keys(long):
    assert len(keys_of_readings(query_variants(long))) <= 4000
    assert len(keys_of(long)) <= 1500


def test_an_empty_name_has_no_keys():
    assert keys_of("…") == frozenset()
    assert keys_of_readings(query_variants("%_*")) == {}
