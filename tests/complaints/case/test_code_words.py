"""A complaint code as six words: the same entropy, read in either script and in pinyin, and one wrong character is noticed."""

from itertools import product
from random import Random

from pypinyin import lazy_pinyin

from registry.complaints.case import code_words
from registry.complaints.case.code_words import BASE, CHECK, QUALITIES, THINGS, WORDS
from registry.complaints.case.complaint_codes import RANDOM_DIGITS, is_typed_back, new_code, read_code, words_of
from registry.vocabulary.register import Language

HANS, HANT = Language.ZH_HANS, Language.ZH_HANT
CODE = "4170099273901656271587"


def test_every_number_of_twenty_digits_has_six_words_of_its_own() -> None:
    assert (BASE * BASE) ** WORDS >= CHECK * 10**RANDOM_DIGITS
    for number in (0, 1, 10**RANDOM_DIGITS - 1, *(int(new_code()[:RANDOM_DIGITS]) for _ in range(50))):
        digits = f"{number:0{RANDOM_DIGITS}d}"
        words = code_words.words_of(digits, HANS)
        assert [len(word) for word in words] == [2] * WORDS
        assert code_words.digits_of(code_words.read_words("".join(words)) or []) == digits


def test_no_two_characters_of_a_list_sound_alike_and_no_two_words_are_spelt_alike() -> None:
    for scripts in (QUALITIES, THINGS):
        for characters in scripts:
            assert len(set(characters)) == len(characters) == BASE
    assert set("".join(QUALITIES)).isdisjoint("".join(THINGS))
    spelt = {quality + thing for quality, thing in product(code_words._SYLLABLES[0], code_words._SYLLABLES[1])}
    assert len(spelt) == BASE * BASE


def test_words_open_what_their_digits_open_in_either_script_and_in_pinyin() -> None:
    words = words_of(CODE, HANS)
    spelt = ["".join(lazy_pinyin(word)) for word in words]
    for typed in (
        "".join(words),
        " ".join(words),
        "，".join(words),
        "\n".join(words_of(CODE, HANT)),
        " ".join(spelt),
        "-".join(spelt).upper(),
        "　".join(words),
    ):
        assert read_code(typed) == CODE, typed


def test_a_character_that_sounds_the_same_is_read() -> None:
    assert read_code("冷防平伞短树灰海硬衣前河") == read_code("冷房平伞短树灰海硬衣前河") is not None


def test_one_wrong_character_is_always_noticed() -> None:
    words = "".join(words_of(CODE, HANS))
    for place, right in enumerate(words):
        for wrong in (QUALITIES, THINGS)[place % 2][0]:
            typed = words[:place] + wrong + words[place + 1 :]
            assert (read_code(typed) == CODE) if wrong == right else (read_code(typed) is None), typed


def test_what_is_no_code_is_none() -> None:
    words = words_of(CODE, HANS)
    for typed in (
        "",
        "红山",
        "".join(words[:5]),
        "".join([*words, "红山"]),
        "".join(words) + "1",
        "hello world",
        "山红" * 6,
    ):
        assert read_code(typed) is None, typed
    chance = Random(7)
    guessed = [
        "".join(chance.choice(QUALITIES[0]) + chance.choice(THINGS[0]) for _ in range(WORDS)) for _ in range(2000)
    ]
    assert sum(read_code(one) is not None for one in guessed) < 60


def test_the_end_that_is_typed_back_may_be_digits_or_words() -> None:
    words = words_of(CODE, HANS)
    for typed in (CODE[-6:], "".join(words[-2:]), " ".join(words_of(CODE, HANT)[-2:]), CODE, "".join(words)):
        assert is_typed_back(CODE, typed), typed
    for typed in ("", CODE[-5:], CODE[:6], words[-1], "".join(words[:2]), "".join(words[1:])):
        assert not is_typed_back(CODE, typed), typed


def test_the_syllables_are_those_that_pypinyin_reads() -> None:
    read = [[lazy_pinyin(character)[0] for character in simplified] for simplified, _ in (QUALITIES, THINGS)]
    assert [list(one) for one in code_words._SYLLABLES] == read
