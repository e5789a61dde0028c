"""The questionnaire asks danger first, allows every question to be skipped, and never asks for immigration status."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.complaints.case.questions import (
    QUESTIONNAIRE,
    UNSAID,
    Kind,
    Part,
    cleared,
    next_question,
    of_tier,
    previous_question,
    read_questionnaire,
    visible,
)
from registry.i18n.languages import CATALOGUES
from registry.i18n.question_words import answer_text, choices, help_text, part_title, payees, question_text, why_text
from registry.vocabulary.cases import ConsentKind, Indicator
from registry.vocabulary.fees import FeeKind
from registry.vocabulary.register import Language

CODES = [question.code for question in QUESTIONNAIRE]
QUESTION = """
[[question]]
code = "first"
part = "A"
kind = "yes_no"
tier = 2
"""


def some_answer(kind: Kind, options: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """Values in the shape that a question of this kind is answered with."""
    unsaid = st.sampled_from(UNSAID)
    shapes: dict[Kind, st.SearchStrategy[Any]] = {
        Kind.YES_NO: st.sampled_from(["yes", "no"]) | unsaid,
        Kind.CHOICE: st.sampled_from(options or ("none",)) | unsaid,
        Kind.MANY: st.lists(st.sampled_from(options or ("none",)), min_size=1, unique=True) | unsaid,
    }
    return shapes.get(kind, unsaid)


answered = st.fixed_dictionaries(
    {}, optional={question.code: some_answer(question.kind, question.options) for question in QUESTIONNAIRE}
)


def test_the_parts_come_in_their_order_and_danger_first():
    parts = [question.part for question in QUESTIONNAIRE]
    assert parts == sorted(parts)
    assert set(parts) == set(Part)
    assert CODES[0] == "in_danger"


def test_the_ilos_eleven_indicators_are_asked_each_once():
    assert sorted(q.indicator for q in QUESTIONNAIRE if q.indicator) == sorted(Indicator)
    assert all(q.kind is Kind.YES_NO and q.code == q.indicator for q in QUESTIONNAIRE if q.indicator)


def test_each_consent_is_a_question_of_its_own():
    assert [q.consent for q in QUESTIONNAIRE if q.consent] == list(ConsentKind)
    assert {q.part for q in QUESTIONNAIRE if q.consent} == {Part.CONSENT}


def test_what_is_asked_of_identity_and_contact_is_for_the_custodian_alone():
    assert {q.tier for q in QUESTIONNAIRE if q.part is Part.CONTACT} == {3}
    assert of_tier({"name": "N", "account": "A", "country": "IT", "gone": 1}, 3) == {"name": "N"}


def test_nothing_asks_for_immigration_status():
    chinese = "签证 居留 居住证 合法身份 非法 黑工 移民 簽證 居留證 居住證"
    others = "permit soggiorno residence immigra undocumented clandestin irregolar asylum asilo"
    words = (*chinese.split(), *others.split(), "visa ", "visto di", "visto per", "visto d'ingresso", "illegal stay")
    texts = [
        (key, words_of)
        for catalogue in CATALOGUES.values()
        for key, words_of in catalogue.items()
        if key.startswith(("question.", "option."))
    ]
    assert [(key, word) for key, text in texts for word in words if word in text.lower()] == []
    assert [code for code in CODES if any(word in code for word in ("immigra", "visa", "permit", "residen"))] == []


def test_every_question_can_be_skipped_one_by_one_to_the_end():
    requested, question = [], next_question({})
    while question is not None:
        requested.append(question.code)
        question = next_question({}, question.code)
    assert requested == [one.code for one in visible({})]
    back, question = [], previous_question({}, requested[-1])
    while question is not None:
        back.append(question.code)
        question = previous_question({}, question.code)
    assert back == requested[-2::-1]


def test_a_short_way_is_not_asked_what_only_others_have_to_answer():
    codes = {question.code for question in visible({"who_files": "worker", "paid_fees": "no", "debt": "no"})}
    assert not any(code.startswith(("helper_", "paid_", "debt_")) for code in codes - {"paid_fees", "debt_bondage"})
    assert len(codes) < 50


@pytest.mark.parametrize("who", ["friend_or_family", "union", "ngo", "other_helper"])
def test_a_helper_who_files_for_a_worker_is_asked_how_they_know(who: str):
    codes = {question.code for question in visible({"who_files": who})}
    assert {"helper_agreed", "helper_knows_how", "helper_can_reach"} <= codes
    assert ("helper_organisation" in codes) is (who != "friend_or_family")


def test_each_kind_of_fee_that_was_paid_has_its_own_question():
    answers = {"paid_fees": "yes", "fee_kinds": ["bond", "medical_costs"]}
    assert [q.fee_kind for q in visible(answers) if q.fee_kind] == [FeeKind.MEDICAL_COSTS, FeeKind.BOND]
    # Without the first answer the second is hidden, and what hangs on it with it.
    assert [q.code for q in visible({**answers, "paid_fees": "no"}) if q.fee_kind or q.code == "fee_kinds"] == []


@given(answered)
def test_clearing_keeps_what_is_asked_and_nothing_else(answers: dict[str, Any]):
    stored = cleared(answers)
    displayed = {question.code for question in visible(answers)}
    assert stored == {code: value for code, value in answers.items() if code in displayed}
    assert cleared(stored) == stored
    assert visible(stored) == visible(answers)


def test_an_answer_of_an_older_questionnaire_is_dropped():
    assert cleared({"in_danger": "no", "asked_no_more": "yes"}) == {"in_danger": "no"}


def test_the_version_changes_with_every_word_of_the_data():
    first = read_questionnaire(QUESTION)
    assert read_questionnaire(QUESTION + "# a comment\n").version == first.version
    assert read_questionnaire(QUESTION.replace("tier = 2", "tier = 3")).version != first.version
    assert len(first.version) == 16


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        (QUESTION, "asked twice"),
        (QUESTION.replace("first", "next") + 'shown_if = { later = ["yes"] }', "not asked before"),
    ],
)
def test_data_that_refers_to_what_is_not_asked_before_is_refused(more: str, complaint: str):
    with pytest.raises(ValueError, match=complaint):
        read_questionnaire(QUESTION + more)


@pytest.mark.parametrize("language", list(Language))
def test_every_question_has_its_words_and_says_why_it_is_asked(language: Language):
    for question in QUESTIONNAIRE:
        assert "{" not in question_text(language, question)
        assert why_text(language, question).endswith((".", "。"))
        assert "{" not in help_text(language, question)
        options = choices(language, question)
        assert len({words for _, words in options}) == len(options), question.code
        if question.kind in (Kind.YES_NO, Kind.CHOICE, Kind.MANY, Kind.COUNTRY, Kind.SECTOR):
            assert [code for code, _ in options[-2:]] == list(UNSAID)
        for code, words in options:
            value: Any = {"how": code, "address": "x"} if question.kind is Kind.CONTACT else code
            if question.kind is Kind.MANY and code not in UNSAID:
                value = [code]
            assert words.split("（")[0] in answer_text(language, question, value)
    assert all(part_title(language, part) for part in Part)


def test_no_text_of_the_questions_is_left_over():
    common = {"why", "optional", "for_helper", "answers_kept", "amount", "currency", "paid.to", "paid.receipt"}
    common |= {"contact.how", "contact.address"} | {f"part.{part}" for part in Part}
    wanted = {f"question.{name}" for name in common}
    for question in QUESTIONNAIRE:
        wanted |= {question.text_key, f"{question.text_key}.why", f"{question.text_key}.help"}
    left = {key for key in CATALOGUES["en"] if key.startswith("question.")} - wanted
    assert {key for key in left if not key.startswith("question.fault.")} == set()
    wanted = {f"option.{code}" for code in ("yes", "no", "other", *UNSAID)}
    wanted |= {f"option.paid_to.{code}" for code, _ in payees(Language.EN)}
    wanted |= {f"option.{q.code}.{code}" for q in QUESTIONNAIRE for code in q.options}
    assert {key for key in CATALOGUES["en"] if key.startswith("option.")} - wanted == set()


def test_answers_are_shown_as_words():
    def displayed(code: str, value: Any, language: Language = Language.EN) -> str:
        return answer_text(language, QUESTIONNAIRE[code], value)

    assert displayed("country", "IT") == "Italy"
    assert displayed("hours_a_day", 12.5) == "12.5"
    assert displayed("agency", {"name": "Invented"}) == "Invented"
    assert displayed("wage_promised", {"amount": "1500", "currency": "EUR"}) == "1,500.00\xa0EUR"
    paid = {"amount": "30000", "currency": "CNY", "to": "agency", "receipt": "no"}
    assert (
        displayed("paid_bond", paid, Language.ZH_HANS)
        == "30,000.00\xa0CNY、钱付给了谁？ 中介或公司、有收据或转账记录吗？ 不是"
    )
    assert displayed("paid_bond", "dont_know") == "I don't know"
    assert displayed("account", "dont_know") == "dont_know"
    assert displayed("contact", {"how": "wechat", "address": "invented"}) == "WeChat: invented"
    assert displayed("fee_kinds", ["bond"], Language.ZH_HANS) == "押金、保证金、履约金"
