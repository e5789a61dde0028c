"""Answers are read as people type them on a phone; what cannot be read says where, and what to do, and repeats nothing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.complaints.case.answer_rules import read_answer, read_answers
from registry.complaints.case.questions import QUESTIONNAIRE, Question
from registry.core.errors import Fault, InvalidInput
from registry.i18n.question_words import answer_text, fault_text
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import Language

MAX_LENGTH = 20_000


def read(code: str, raw: Any) -> Any:
    return read_answer(QUESTIONNAIRE[code], raw)


def refused(question: Question, raw: Any) -> InvalidInput | None:
    """The refusal of an answer, if it is refused."""
    try:
        read_answer(question, raw)
    except InvalidInput as refusal:
        return refusal
    return None


def fault(code: str, raw: Any) -> Fault:
    with pytest.raises(InvalidInput) as refusal:
        read(code, raw)
    (one,) = refusal.value.faults
    return one


@pytest.mark.parametrize(
    ("code", "raw", "value"),
    [
        ("in_danger", "yes", "yes"),
        ("in_danger", "是", "yes"),
        ("in_danger", True, "yes"),
        ("in_danger", " ＮＯ ", "no"),
        ("in_danger", "没有", "no"),
        ("in_danger", "I don't know".replace("I ", ""), "dont_know"),
        ("in_danger", "不知道", "dont_know"),
        ("in_danger", "rather_not_say", "rather_not_say"),
        ("contract", "SPOKEN_ONLY", "spoken_only"),
        ("wants", "wages", ["wages"]),
        ("wants", ["wages", "leave", "wages", ""], ["leave", "wages"]),
        ("wants", ["dont_know"], "dont_know"),
        ("wants", ["dont_know", "leave"], ["leave"]),
        ("country", "it", "IT"),
        ("country", "ＥＬ", "GR"),
        ("country", "other", "other"),
        ("sector", "1410", "14.10"),
        ("sector", "14 10", "14.10"),
        ("sector", "14.10", "14.10"),
        ("sector", "other", "other"),
        ("hours_a_day", "１２", 12),
        ("hours_a_day", "12,5", 12.5),
        ("hours_a_day", "十二个小时", 12),
        ("hours_a_day", "12个半小时", 12.5),
        ("hours_a_day", "10-12小时", 12),
        ("hours_a_day", "大概13", 13),
        ("hours_a_day", 13, 13),
        ("hours_a_day", 0, 0),
        ("unpaid_months", "３个月", 3),
        ("unpaid_months", "两个半月", 2.5),
        ("unpaid_months", "0.5", 0.5),
        ("coworkers", "20多人", 20),
        ("since", "2024年3月", "2024-03"),
        ("since", "2024-03", "2024-03"),
        ("since", "3/2024", "2024-03"),
        ("since", "２０２４", "2024"),
        ("wage_promised", {"amount": "1500", "currency": "EUR"}, {"amount": "1500", "currency": "EUR"}),
        ("wage_promised", "800欧元", {"amount": "800", "currency": "EUR"}),
        ("wage_promised", {"amount": "8000元", "currency": "EUR"}, {"amount": "8000", "currency": "CNY"}),
        ("wage_promised", {"amount": "1.500,50", "currency": "eur"}, {"amount": "1500.5", "currency": "EUR"}),
        ("wage_promised", {"amount": "3万5", "currency": "人民币"}, {"amount": "35000", "currency": "CNY"}),
        ("wage_promised", {"amount": 30000, "currency": "CNY"}, {"amount": "30000", "currency": "CNY"}),
        ("wage_promised", {"amount": "", "currency": "EUR"}, None),
        (
            "paid_bond",
            {"amount": "两万块", "currency": "CNY", "to": "agency", "receipt": "没有"},
            {"amount": "20000", "currency": "CNY", "to": "agency", "receipt": "no"},
        ),
        ("paid_bond", {"amount": "", "currency": "CNY", "to": "introducer"}, {"to": "introducer"}),
        ("paid_bond", {"amount": "", "currency": "CNY"}, None),
        ("agency", "  好工作\u200b  公司\n", {"name": "好工作 公司"}),
        ("agency", {"agency_id": "dema-send-ag2r"}, {"agency_id": "DEMASENDAG2R"}),
        ("contact", "invented@example.com", {"how": "email", "address": "invented@example.com"}),
        ("contact", "+39 000 000", {"how": "phone", "address": "+39 000 000"}),
        ("contact", {"how": "wechat", "address": "invented_id"}, {"how": "wechat", "address": "invented_id"}),
        ("contact", {"how": "wechat", "address": " "}, None),
        ("name", "小张", "小张"),
        ("account", "one\r\ntwo\r\n", "one\ntwo"),
    ],
)
def test_answers_are_read_as_people_type_them(code: str, raw: Any, value: Any):
    assert read(code, raw) == value
    # What was read once is read again as the same.
    assert read(code, value) == value


@pytest.mark.parametrize("raw", [None, "", [], {}])
@pytest.mark.parametrize("code", [question.code for question in QUESTIONNAIRE if not question.fee_kind])
def test_every_question_may_be_left_empty(code: str, raw: Any):
    assert read(code, raw) is None


@pytest.mark.parametrize("blank", ["  ", "\u3000", "\n"])
@pytest.mark.parametrize("code", ["in_danger", "wants", "country", "hours_a_day", "wage_promised", "account", "name"])
def test_blanks_are_no_answer(code: str, blank: str):
    assert read(code, blank) is None


@pytest.mark.parametrize(
    ("code", "raw", "field", "problem"),
    [
        ("in_danger", "perhaps", "in_danger", Problem.INVALID_VALUE),
        ("in_danger", {"a": 1}, "in_danger", Problem.INVALID_VALUE),
        ("contract", "yes", "contract", Problem.INVALID_VALUE),
        ("wants", ["wages", "gold"], "wants", Problem.INVALID_VALUE),
        ("wants", ["wages"] * 1000, "wants", Problem.TOO_MANY),
        ("country", "Atlantis", "country", Problem.UNKNOWN_COUNTRY),
        ("sector", "99.99", "sector", Problem.INVALID_VALUE),
        ("hours_a_day", "long", "hours_a_day", Problem.INVALID_VALUE),
        ("hours_a_day", "25", "hours_a_day", Problem.INVALID_VALUE),
        ("hours_a_day", -1, "hours_a_day", Problem.INVALID_VALUE),
        ("hours_a_day", float("nan"), "hours_a_day", Problem.INVALID_VALUE),
        ("hours_a_day", True, "hours_a_day", Problem.INVALID_VALUE),
        ("hours_a_day", "1" * 100_000, "hours_a_day", Problem.INVALID_VALUE),
        ("since", "2024-13", "since", Problem.NOT_A_DATE),
        ("since", "yesterday", "since", Problem.NOT_A_DATE),
        ("wage_promised", {"amount": "1500"}, "wage_promised.currency", Problem.MISSING),
        ("wage_promised", {"amount": "1500", "currency": "XXX"}, "wage_promised.currency", Problem.UNKNOWN_CURRENCY),
        ("wage_promised", {"amount": "lots", "currency": "EUR"}, "wage_promised.amount", Problem.NOT_AN_AMOUNT),
        ("wage_promised", {"amount": "0", "currency": "EUR"}, "wage_promised.amount", Problem.NOT_AN_AMOUNT),
        ("wage_promised", {"amount": "1.234", "x": 1}, "wage_promised", Problem.UNKNOWN_FIELD),
        ("wage_promised", {"amount": 1.5, "currency": "EUR"}, "wage_promised.amount", Problem.NOT_AN_AMOUNT),
        ("wage_promised", ["1"], "wage_promised", Problem.INVALID_VALUE),
        ("paid_bond", {"to": "nobody"}, "paid_bond.to", Problem.INVALID_VALUE),
        ("paid_bond", {"receipt": "perhaps"}, "paid_bond.receipt", Problem.INVALID_VALUE),
        ("agency", {"agency_id": "DEMASENDAG2X"}, "agency.agency_id", Problem.INVALID_ID),
        ("agency", "a" * 201, "agency.name", Problem.TOO_LONG),
        ("contact", {"how": "pigeon", "address": "x"}, "contact.how", Problem.INVALID_VALUE),
        ("name", 5, "name", Problem.INVALID_VALUE),
        ("name", "a\x00b", "name", Problem.CONTROL_CHARACTER),
        ("name", "a\x1bb", "name", Problem.CONTROL_CHARACTER),
        ("account", "a\ud800b", "account", Problem.CONTROL_CHARACTER),
        ("account", ["a"], "account", Problem.INVALID_VALUE),
    ],
)
def test_what_cannot_be_read_says_where_and_what_to_do(code: str, raw: Any, field: str, problem: Problem):
    found = fault(code, raw)
    assert (found.parameter, found.code) == (field, problem)
    assert found.detail
    for language in Language:
        words = fault_text(language, QUESTIONNAIRE[code], found)
        assert words.endswith((".", "。"))
        assert "{" not in words


def test_an_account_has_at_most_twenty_thousand_characters():
    assert len(read("account", "工" * MAX_LENGTH)) == MAX_LENGTH
    found = fault("account", "工" * (MAX_LENGTH + 1))
    assert (found.parameter, found.code) == ("account", Problem.TOO_LONG)
    assert found.detail == "must have at most 20000 characters; this has 20001"


def test_a_line_end_of_a_form_counts_as_one_character():
    assert len(read("account", "\r\n".join(["工"] * (MAX_LENGTH // 2)))) == MAX_LENGTH - 1


def test_an_account_stays_as_it_was_written():
    written = "<script>alert(1)</script> {{7*7}} =1+1 ' OR 1=1 -- \u202egnp.exe 👩‍👩‍👧 zero\u200bwidth\ttab"
    assert read("account", written) == written


def test_no_fault_repeats_what_was_typed():
    typed = ("canary-7", {"canary-7": "canary-7"}, {"amount": "canary-7", "currency": "canary-7"}, ["canary-7"])
    refusals = [refusal for question in QUESTIONNAIRE for raw in typed if (refusal := refused(question, raw))]
    assert len(refusals) > len(QUESTIONNAIRE.questions)
    assert [str(refusal) for refusal in refusals if "canary" in str(refusal)] == []
    with pytest.raises(InvalidInput) as refusal:
        read_answers({"canary-7": "yes"})
    assert "canary" not in str(refusal.value)


def test_all_faults_of_several_answers_are_told_at_once():
    with pytest.raises(InvalidInput) as refusal:
        read_answers({"in_danger": "perhaps", "hours_a_day": "long", "country": "IT", "gone": "yes"})
    assert [(one.parameter, one.code) for one in refusal.value.faults] == [
        ("in_danger", Problem.INVALID_VALUE),
        ("hours_a_day", Problem.INVALID_VALUE),
        ("answers", Problem.UNKNOWN_FIELD),
    ]
    assert read_answers({"in_danger": "不是", "name": " "}) == {"in_danger": "no", "name": None}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["amount", "currency", "to", "how", "address", "name", "agency_id", "x"]), inner
        )
    ),
    max_leaves=8,
)


@given(st.sampled_from(QUESTIONNAIRE.questions), anything)
def test_whatever_comes_is_an_answer_that_can_be_shown_or_a_refusal(question: Question, raw: Any):
    if refusal := refused(question, raw):
        assert {one.parameter.split(".")[0] for one in refusal.faults} == {question.code}
        return
    value = read_answer(question, raw)
    if value is not None:
        assert read_answer(question, value) == value
        assert all(answer_text(language, question, value) for language in Language)
