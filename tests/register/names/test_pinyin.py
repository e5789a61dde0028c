"""Every reading of a character, within bounds."""

import pytest

from registry.register.names.pinyin import MAX_READINGS, initials, is_pinyin, readings, spellings, untyped, usual


@pytest.mark.parametrize(
    ("character", "several"),
    [
        ("曾", {"zeng", "ceng"}),
        ("重", {"zhong", "chong"}),
        ("行", {"xing", "hang"}),
        ("乐", {"le", "yue"}),
        ("绿", {"lu"}),
    ],
)
def test_a_polyphone_has_all_its_readings(character, several):
    assert several <= set(readings(character))


def test_a_word_has_the_spellings_of_all_its_readings():
    assert set(spellings("曾行")) >= {"zengxing", "cengxing", "zenghang", "cenghang"}


def test_a_word_of_many_polyphones_keeps_few_spellings_and_each_misreading_of_one_character():
    word = "曾行重乐"
    assert 4 < len(spellings(word)) <= MAX_READINGS
    assert "zengxingzhongle" in spellings(word)


def test_a_known_word_is_said_as_it_is_and_as_one_reads_it_character_by_character():
    assert usual("重庆") == ("chongqing", "zhongqing")
    assert usual("青岛") == ("qingdao",)


def test_what_is_not_chinese_has_no_pinyin():
    assert readings("a") == ()
    assert spellings("云a") == ()


def test_initials_are_of_the_commonest_readings():
    assert initials("青岛云蝶") == "qdyd"


@pytest.mark.parametrize(
    ("letters", "is_it"), [("qingdaoyundie", True), ("grifone", False), ("xi'an", False), ("", False)]
)
def test_pinyin_is_told_from_other_words(letters, is_it):
    assert is_pinyin(letters) is is_it


@pytest.mark.parametrize(
    ("typed", "meant"), [("lvye", "luye"), ("lyuye", "luye"), ("nv3", "nu"), ("qianyue", "qianyue")]
)
def test_pinyin_as_keyboards_write_it_is_read(typed, meant):
    assert untyped(typed) == meant
