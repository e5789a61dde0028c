"""Help lines: nothing unverified is shown to a worker, and who answers is always said."""

from datetime import date

import msgspec
import pytest

from registry.i18n.wording import word
from registry.register.help_lines import (
    PUBLIC_BODIES,
    HelpLine,
    emergency_number,
    help_lines_in,
    lines_of,
    public_number,
)
from registry.register.law.loading import shipped_law
from registry.vocabulary.law import Mark
from registry.vocabulary.register import EU_STATES, Language, RunBy


def numbers_in(country: str | None) -> list[str | None]:
    return [
        public_number(line, is_demo=False) for line in lines_of(country, help_lines_in(shipped_law()), Language.ZH_HANS)
    ]


def ngo(mark: Mark = Mark.SECONDARY) -> HelpLine:
    lines = help_lines_in(shipped_law())
    return next(line for line in lines if line.run_by is RunBy.NGO and line.number and line.mark is mark)


def test_an_ngos_number_from_its_own_pages_is_given_and_said_to_be_uncalled() -> None:
    assert public_number(ngo(Mark.SOURCE), is_demo=False) == ngo(Mark.SOURCE).number
    assert ngo(Mark.SOURCE).is_uncalled
    assert "08000 121 700" in numbers_in("GB")


def test_an_ngos_number_that_another_source_gives_is_hidden_until_it_was_called() -> None:
    assert public_number(ngo(), is_demo=False) is None


def test_a_public_bodys_number_is_given_and_said_to_be_uncalled() -> None:
    lines = [line for line in help_lines_in(shipped_law()) if line.run_by in PUBLIC_BODIES and line.number]
    assert lines
    for line in lines:
        assert public_number(line, is_demo=False) == line.number
        assert line.is_uncalled


def test_a_number_is_shown_once_it_was_called() -> None:
    called = msgspec.structs.replace(ngo(), checked_on=date(2026, 11, 24))
    assert public_number(called, is_demo=False) == called.number
    assert not called.is_uncalled


def test_a_demonstration_shows_unchecked_numbers_marked() -> None:
    assert public_number(ngo(), is_demo=True) == ngo().number
    assert ngo().is_uncalled


def test_a_number_is_digits_alone_and_what_is_said_beside_it_has_words_in_each_language() -> None:
    numbers = [one for line in help_lines_in(shipped_law()) for one in (line.number, line.number_abroad) if one]
    assert [one for one in numbers if any(letter.isalpha() for letter in one)] == []
    assert {line.country for line in help_lines_in(shipped_law()) if line.may_fail_abroad} == {"ES", "HU"}


def test_in_china_the_chinese_lines_are_given_and_112_is_not() -> None:
    assert {"110", "12345", "12308", "12333", "12348", "96110"} <= set(numbers_in("CN"))
    assert "112" not in numbers_in("CN")
    assert numbers_in("CN")[-1] == "110"


def test_the_line_that_speaks_the_readers_language_day_and_night_comes_first() -> None:
    lines = help_lines_in(shipped_law())
    assert lines_of("IT", lines, Language.ZH_HANS)[0].number == "800 290 290"
    assert lines_of("CZ", lines, Language.RO)[0].languages[-3:] == ("ro", "ru", "bg")


def test_in_danger_of_life_china_has_a_number_of_its_own() -> None:
    lines = help_lines_in(shipped_law())
    assert [emergency_number(country, lines) for country in ("CN", "IT", "LU", "GB", None)] == ["110", *["112"] * 4]


def test_in_the_union_the_own_country_comes_first_and_china_not_at_all() -> None:
    italy = lines_of("IT", help_lines_in(shipped_law()), Language.ZH_HANS)
    assert [line.country for line in italy] == ["IT"] * (len(italy) - 1) + [None]


def test_unread_or_withheld_lines_are_not_given() -> None:
    numbers = {line.number for line in help_lines_in(shipped_law())}
    assert not {"010-84242557", "020-390 000"} & numbers
    assert all(line.mark in (Mark.SOURCE, Mark.SECONDARY) for line in help_lines_in(shipped_law()))


@pytest.mark.parametrize("country", sorted(EU_STATES))
def test_112_is_shown_everywhere_in_the_union(country: str) -> None:
    numbers = [
        public_number(line, is_demo=False) for line in lines_of(country, help_lines_in(shipped_law()), Language.ZH_HANS)
    ]
    assert "112" in numbers


def test_lines_of_the_police_stand_after_those_that_frighten_less() -> None:
    spain = [line.run_by for line in lines_of("ES", help_lines_in(shipped_law()), Language.ZH_HANS)]
    assert spain == [RunBy.NGO, RunBy.POLICE, RunBy.EMERGENCY]
    assert [line.run_by for line in lines_of("LU", help_lines_in(shipped_law()), Language.ZH_HANS)][-2:] == [
        RunBy.POLICE,
        RunBy.EMERGENCY,
    ]


def test_every_line_says_in_a_word_that_is_translated_what_it_is_for() -> None:
    lines = [line for line in help_lines_in(shipped_law()) if line.country is not None]
    assert [line.organisation for line in lines if line.kind is None] == []
    for language in Language:
        assert all(word(language, "line_kind", line.kind) for line in lines if line.kind)


def test_only_belgium_has_no_line_that_a_real_home_gives_but_112() -> None:
    empty = {country for country in EU_STATES if [number for number in numbers_in(country) if number] == ["112"]}
    assert empty == {"BE"}


def test_ways_beside_the_telephone_are_named() -> None:
    lines = {line.number: line for line in help_lines_in(shipped_law())}
    assert lines["800 939 000"].whatsapp == "+39 350 909 2008"
    assert lines["12308"].has_wechat
    assert lines["12308"].app == "中国领事"


def test_every_line_has_a_source_and_a_known_country() -> None:
    for line in help_lines_in(shipped_law()):
        assert line.source
        assert line.source_on
        assert line.country is None or line.country in EU_STATES | {"CN", "GB", "HK", "MO"}


def test_the_data_refuses_a_misspelt_field() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(
            {"run_by": "ngo", "source": "x", "source_on": "2026-11-24", "mark": "m", "nmber": "1"}, HelpLine
        )
