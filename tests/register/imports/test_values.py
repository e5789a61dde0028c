"""Single values of lists: days, scripts, identifiers, and numbers of persons that must not be kept."""

from datetime import date

import pytest

from registry.register.imports.identifiers import Checked, NumberRule, checked
from registry.register.imports.personal import holds_personal_number, is_personal_column, is_vat_of_a_person
from registry.register.imports.values import (
    Edge,
    Topic,
    day_of,
    days_of_term,
    folded,
    names_a_month,
    script_of,
    tidy,
    word_about,
    words_about,
)
from registry.vocabulary.codes import Flaw
from registry.vocabulary.register import IdentifierScheme, Script
from tests.register.imports.lists import ico


@pytest.mark.parametrize(
    "text",
    ["2024-02-29", "2024/2/29", "2024.02.29", "2024年2月29日", "20240229", "２０２４-０２-２９", "2024-02-29T00:00:00"],
)
def test_a_day_with_the_year_first_is_read_in_every_form(text: str) -> None:
    assert day_of(text) == date(2024, 2, 29)


@pytest.mark.parametrize("text", ["2023-02-29", "0000-01-01", "9999-12-31", "31.12.2024", "soon", "2024-13-01", ""])
def test_what_is_no_day_is_none(text: str) -> None:
    assert day_of(text) is None


def test_forms_that_countries_read_differently_must_be_stated() -> None:
    assert day_of("03/04/2024") is None
    assert day_of("03/04/2024", ("d/m/y",)) == date(2024, 4, 3)
    assert day_of("03/04/2024", ("m/d/y",)) == date(2024, 3, 4)
    assert day_of("3. 4. 2024", ("d.m.y",)) == date(2024, 4, 3)


@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("虚构劳务有限公司", Script.HANS),
        ("虛構勞務有限公司", Script.HANT),
        ("Zmyślona Agencja", Script.LATN),
        ("Измислена ООД", Script.CYRL),
        ("Φανταστική ΑΕ", Script.GREK),
        ("Ταΐς Ἀρχή", Script.GREK),
        ("123", Script.ZYYY),
    ],
)
def test_a_name_says_its_script(name: str, script: Script) -> None:
    assert script_of(name, "CN") is script


def test_text_is_tidied_of_what_deceives_the_eye() -> None:
    assert tidy("  Fic\u200btitious\u202e  Ltd\u00a0x ") == "Fictitious Ltd x"
    assert tidy("a\ud800b") == "ab"
    assert folded(" ＩČＯ ") == "ičo"


def test_a_code_that_fails_its_check_is_kept_and_marked() -> None:
    good = "91440101MA00000002"
    found = [checked(IdentifierScheme.USCC, good[:-1] + c, NumberRule()) for c in "0123456789ABCDEFGHJKLMNPQRTUWXY"]
    assert sum(not one.has_failed_check for one in found) == 1
    assert all(one.value for one in found)


def test_full_width_and_spaced_digits_are_the_same_number() -> None:
    rule = NumberRule(8)
    assert checked(IdentifierScheme.REGISTRATION_NUMBER, "１２３ ４５-６７8", rule) == Checked("12345678")


def test_zeros_that_a_spreadsheet_took_are_put_back_with_a_warning() -> None:
    rule = NumberRule(8, "cz-ico")
    number = ico(19)
    assert number.startswith("0")
    assert checked(IdentifierScheme.REGISTRATION_NUMBER, number.lstrip("0"), rule) == Checked(number, Flaw.LOST_ZEROS)
    assert checked(IdentifierScheme.REGISTRATION_NUMBER, number.lstrip("0") + ".0", rule) == Checked(
        number, Flaw.LOST_ZEROS
    )


@pytest.mark.parametrize("text", ["1.23457E+11", "1,23E+10"])
def test_a_rounded_number_is_no_number(text: str) -> None:
    assert checked(IdentifierScheme.REGISTRATION_NUMBER, text, NumberRule(8)).flaw is Flaw.ROUNDED_NUMBER
    assert checked(IdentifierScheme.USCC, text, NumberRule()).flaw is Flaw.ROUNDED_NUMBER


@pytest.mark.parametrize(
    ("scheme", "text", "flaw"),
    [
        (IdentifierScheme.USCC, "91440101MA0000000I", Flaw.IMPOSSIBLE_USCC),
        (IdentifierScheme.USCC, "1234", Flaw.IMPOSSIBLE_USCC),
        (IdentifierScheme.LEI, "ABCDEFGHIJKLMNOPQR00", Flaw.IMPOSSIBLE_LEI),
        (IdentifierScheme.LEI, "00195", Flaw.IMPOSSIBLE_LEI),
        (IdentifierScheme.VAT, "CZ1", Flaw.IMPOSSIBLE_VAT),
        (IdentifierScheme.EUID, "no dot", Flaw.IMPOSSIBLE_EUID),
        (IdentifierScheme.REGISTRATION_NUMBER, "123456789", Flaw.IMPOSSIBLE_NUMBER),
    ],
)
def test_an_identifier_that_cannot_exist_is_not_kept(scheme: IdentifierScheme, text: str, flaw: Flaw) -> None:
    assert checked(scheme, text, NumberRule(8)) == Checked(None, flaw)


def test_an_euid_keeps_its_letters_and_its_check_character() -> None:
    assert checked(IdentifierScheme.EUID, "ESRMC.0000001_X", NumberRule()).value == "ESRMC.0000001_X"


@pytest.mark.parametrize(
    "name", ["odpovednyZastupce", "kontaktniOsoby[].jmeno", "Datum narození", "法定代表人", "身份证号码", "PESEL"]
)
def test_a_column_about_a_person_is_known_by_its_name(name: str) -> None:
    assert is_personal_column(name)


@pytest.mark.parametrize("name", ["Název", "nazev", "povoleni[].platnostOd", "企业名称", "Company name", "Status"])
def test_a_column_about_a_company_is_not_taken_for_one(name: str) -> None:
    assert not is_personal_column(name)


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002X",
        "id: 11010519491231002X.",
        "r. č. 710319/2745",
        "7103192745",
        "RCCMNL83S18D969H",
        "PESEL 44051401359",
    ],
)
def test_a_number_of_a_person_is_found_in_free_text(text: str) -> None:
    assert holds_personal_number(text)


@pytest.mark.parametrize(
    "text",
    ["Bez omezení", "NACE 78.10, 78.20", "since 2026-01-01 until 2027-12-31", "91440101687679653R", "No. 12/2024"],
)
def test_other_numbers_may_stand_in_free_text(text: str) -> None:
    assert not holds_personal_number(text)


def test_a_vat_number_made_of_a_birth_number_is_a_persons() -> None:
    assert is_vat_of_a_person("CZ7103192745")
    assert not is_vat_of_a_person("CZ00000019")


def test_a_term_in_one_cell_has_a_first_and_a_last_day() -> None:
    assert days_of_term("2022年3月1日至2027年2月28日") == (date(2022, 3, 1), date(2027, 2, 28))
    assert days_of_term("2022.03.01-2027.02.28") == (date(2022, 3, 1), date(2027, 2, 28))
    assert days_of_term("1.3.2022 – 28.2.2027", ("d.m.y",)) == (date(2022, 3, 1), date(2027, 2, 28))
    assert days_of_term("有效期至2027年3月1日") == (None, date(2027, 3, 1))
    for text in ("2027-03-01", "2022-01-01 2023-01-01", "sometime - later"):
        assert days_of_term(text) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("二〇二四年九月一日", date(2024, 9, 1)),
        ("二○二四年十二月三十一日", date(2024, 12, 31)),
        ("二零二四年元月二十日", date(2024, 1, 20)),
        ("二〇二四年十三月一日", None),
        ("2024年3月", None),
    ],
)
def test_days_in_chinese_numerals_are_days(text: str, day: date | None) -> None:
    assert day_of(text) == day


def test_a_month_counts_as_little_as_it_can() -> None:
    for text in ("2024年2月", "2024-02", "二〇二四年二月份"):
        assert names_a_month(text)
        assert day_of(text, (), Edge.FIRST) == date(2024, 2, 1)
        assert day_of(text, (), Edge.LAST) == date(2024, 2, 29)
    assert days_of_term("2022年3月至2027年2月") == (date(2022, 3, 31), date(2027, 2, 1))
    assert not names_a_month("2024年2月3日")


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("自2024年9月1日起五年", (date(2024, 9, 1), date(2029, 8, 31))),
        ("自二〇二四年九月一日起5年", (date(2024, 9, 1), date(2029, 8, 31))),
        ("自2024年3月起三年", (date(2024, 3, 31), date(2027, 2, 28))),
        ("自2024年2月29日起五年", (date(2024, 2, 29), date(2029, 2, 28))),
        ("自2024年9月1日起至2029年8月31日", (date(2024, 9, 1), date(2029, 8, 31))),
        ("2024年9月1日至长期", (date(2024, 9, 1), None)),
        ("长期有效", (None, None)),
        ("自发证之日起五年", None),
    ],
)
def test_a_term_of_years_ends_the_day_before_and_an_open_one_never(text: str, term: object) -> None:
    assert days_of_term(text) == term


def test_years_from_the_day_of_issue_are_counted_from_its_column() -> None:
    assert days_of_term("自发证之日起五年", (), date(2024, 9, 1)) == (date(2024, 9, 1), date(2029, 8, 31))


@pytest.mark.parametrize("topic", Topic)
def test_every_language_of_our_lists_has_its_words(topic: Topic) -> None:
    languages = {"bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "hr", "hu", "it", "lt", "lv", "nl", "pl", "pt",
                 "ro", "sk", "sl", "sv", "zh"}  # fmt: skip
    assert languages <= set(words_about(topic))
    for words in words_about(topic).values():
        for word in words:
            assert word_about(topic, word.strip("=-$").upper()), word
