"""Nothing by which an agency would recognise the worker may stand in the text that it reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.complaints.case.complaint_codes import grouped, new_code
from registry.complaints.parties.hearings.rules import COPIED, Telling, fewest, flaws, is_few
from registry.core.ids import new_reference

ACCOUNT = "They took my passport on the first evening and keep it in the drawer of the green office."
CHINESE = "第一天晚上他们拿走了我的护照，一直锁在绿色办公室的抽屉里。"
AGENCY = "23456789ABCB"


def found(
    text, own=(ACCOUNT, CHINESE), references=("KDQX7M3RT9VA",), names=("Invented Manpower Services International",)
):
    return [(one.what, one.line) for one in flaws(text, own=own, references=references, agency=AGENCY, names=names)]


def test_an_officers_own_words_cause_no_finding():
    assert found("Workers say that staff keep passports in an office.\nFees were taken in 2025.") == []


@pytest.mark.parametrize(
    "text",
    [
        "Somebody said: they took my passport on the first evening!",
        "THEY  TOOK — MY PASSPORT, ON THE FIRST EVENING…",
        "ｔｈｅｙ ｔｏｏｋ ｍｙ ｐａｓｓｐｏｒｔ ｏｎ ｔｈｅ ｆｉｒｓｔ ｅｖｅｎｉｎｇ",
        "据称：一直锁在绿色办公室的抽屉里。",
        "據稱：一直鎖在綠色辦公室的抽屜裡。",
    ],
)
def test_the_workers_own_words_are_found_however_they_are_written(text):
    assert found("First line.\n" + text) == [(Telling.HER_WORDS, 2)]


def test_the_workers_words_over_two_lines_are_found():
    assert found("A\nThey took my passport\non the first evening")[0] == (Telling.HER_WORDS, 3)


@given(st.integers(0, len(ACCOUNT) - 60), st.text(max_size=20), st.text(max_size=20))
def test_no_frame_hides_a_copied_sentence(start, before, after):
    assert Telling.HER_WORDS in [what for what, _ in found(f"{before} {ACCOUNT[start : start + 60]} {after}")]


def test_the_agencys_own_name_is_nobodys_words():
    own = "I paid Invented Manpower Services International for it."
    assert found("Your agency, Invented Manpower Services International, took a fee.", own=[own]) == []
    assert len("inventedmanpowerservicesinternational") > COPIED


@pytest.mark.parametrize("text", ["KDQX7M3RT9VA", "kdqx-7m3r-t9va", "K D Q X 7 M 3 R T 9 V A"])
def test_a_number_of_the_case_is_found_however_it_is_spaced(text):
    assert found(f"See {text}.") == [(Telling.REFERENCE, 1)]


def test_any_number_like_a_cases_is_found_but_the_agencys_own():
    other = next(one for one in iter(new_reference, "") if not one.isalpha())
    assert found(f"As in {other}.") == [(Telling.REFERENCE, 1)]
    assert found(f"Your entry {AGENCY}.") == []


@pytest.mark.parametrize(
    "text", [grouped("1" * 22), "12-34567-89012-34567-89012", "１２３４５６７８９０１２３４５６７８９０"]
)
def test_a_long_number_is_found(text):
    assert found(f"Number {text}") == [(Telling.LONG_NUMBER, 1)]


def test_a_receipt_is_found_and_a_licence_number_is_not():
    assert found(new_code())[-1][0] is Telling.LONG_NUMBER
    assert found("Licence 91110105MA01ABCD2X, telephone 0086 10 1234 5678, fee of 45 000 yuan.") == []


@pytest.mark.parametrize(
    "day",
    [
        "2026-03-02",
        "02.03.2026",
        "2/3/26",
        "2 March",
        "March 2nd",
        "2nd of March 2026",
        "il 3 marzo",
        "3月2日",
        "三月二日",
        "２０２６年３月２日",
    ],
)
def test_a_day_is_found(day):
    assert found(f"Fees were taken on {day}.") == [(Telling.DAY, 1)]


@pytest.mark.parametrize(
    "text", ["in March 2026", "in 2025", "3 workers may leave", "2026年3月", "article 3.2.1", "in marzo"]
)
def test_a_month_or_a_year_is_no_day(text):
    assert found(f"Fees were taken {text}.") == []


def test_the_smallest_stated_number_counts_and_an_unknown_one_is_few():
    assert fewest(12, [40, 3]) == 3
    assert fewest(None, [40]) == 40
    assert fewest(None, []) is None
    assert [is_few(number) for number in (None, 0, 4, 5, 40)] == [True, True, True, False, False]
