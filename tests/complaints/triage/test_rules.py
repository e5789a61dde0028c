"""Triage is a published policy: deterministic, blind to order, and never lowered by a yes, by words or by not knowing."""

import json
import random
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from registry.cli import main
from registry.complaints.case.answer_rules import read_answers
from registry.complaints.case.questions import DONT_KNOW, NO, QUESTIONNAIRE, UNSAID, YES, Kind
from registry.complaints.triage.rules import (
    RULES,
    FeeThreshold,
    TriageFacts,
    raised,
    shipped_thresholds,
    triage,
    version_of,
)
from registry.i18n.wording import indicator_text, word
from registry.vocabulary.cases import Indicator, Priority
from registry.vocabulary.codes import TriageReason
from registry.vocabulary.fees import OFFERED_CURRENCIES
from registry.vocabulary.register import Language

VECTORS = tomllib.loads((Path(__file__).parent / "vectors.toml").read_text(encoding="utf-8"))["vector"]
PAGE = Path(__file__).parents[3] / "docs" / "officers" / "triage.md"

any_answer = st.sampled_from([YES, NO, *UNSAID])
charge = st.builds(
    lambda amount, currency: {"amount": str(amount), "currency": currency},
    st.integers(1, 100_000),
    st.sampled_from(["CNY", "EUR", "VND"]),
)
SHAPES: dict[Kind, Any] = {
    Kind.YES_NO: any_answer,
    Kind.CHARGE: charge,
    Kind.MONEY: charge,
    Kind.TEXT: st.text(min_size=1, max_size=20),
    Kind.COUNTRY: st.sampled_from(["IT", "CZ", "CN", "other", *UNSAID]),
    Kind.AGENCY: st.just({"name": "invented"}),
    Kind.CONTACT: st.just({"how": "other", "address": "invented"}),
    Kind.DATE_MONTH: st.just("2026-03"),
    Kind.SECTOR: st.just("14.10"),
}


def answers_to(question: Any) -> Any:
    if question.kind is Kind.NUMBER:
        return st.sampled_from([0, 1, 1.5, 2, 8, 11.5, 12, 16])
    if question.kind in (Kind.CHOICE, Kind.MANY):
        options = st.sampled_from(question.options)
        return options if question.kind is Kind.CHOICE else st.lists(options, min_size=1, max_size=3, unique=True)
    return SHAPES[question.kind]


answered = st.fixed_dictionaries({}, optional={question.code: answers_to(question) for question in QUESTIONNAIRE})
facts = st.builds(TriageFacts, st.integers(1, 4), st.booleans())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vectors(vector: dict[str, Any]):
    found = triage(
        read_answers(vector["answers"]), TriageFacts(vector.get("independent", 1), vector.get("recording", False))
    )
    assert (found.priority, list(found.reasons), list(found.indicators), list(found.suggested)) == (
        vector["priority"],
        vector["reasons"],
        vector.get("indicators", []),
        vector.get("suggested", []),
    ), vector["why"]
    assert vector["why"].endswith(".")


def test_every_rule_has_a_vector_where_it_decides():
    deciding = {reason for vector in VECTORS for reason in vector["reasons"][:1]}
    assert {rule.reason for rule in RULES} <= deciding
    # A message is judged by its words, not by the rules for answers (test_danger.py).
    of_messages = {TriageReason.DANGER_IN_MESSAGE}
    assert {reason for vector in VECTORS for reason in vector["reasons"]} == set(TriageReason) - of_messages


@given(answered, facts, st.randoms(use_true_random=False))
def test_order_never_matters(answers: dict[str, Any], facts: TriageFacts, shuffler: random.Random):
    shuffled = list(answers.items())
    shuffler.shuffle(shuffled)
    mixed = {code: value[::-1] if isinstance(value, list) else value for code, value in shuffled}
    assert triage(mixed, facts) == triage(answers, facts)


OF_CONCERN = [question.code for question in QUESTIONNAIRE if question.kind is Kind.YES_NO]


@given(answered, facts, st.sampled_from(OF_CONCERN))
def test_a_yes_never_lowers(answers: dict[str, Any], facts: TriageFacts, code: str):
    assert triage({**answers, code: YES}, facts).priority <= triage(answers, facts).priority


@given(answered, facts, st.sampled_from(QUESTIONNAIRE.questions))
def test_not_knowing_never_lowers(answers: dict[str, Any], facts: TriageFacts, question: Any):
    without = {code: value for code, value in answers.items() if code != question.code}
    unknown = triage({**without, question.code: DONT_KNOW}, facts).priority
    assert unknown <= triage(without, facts).priority
    if question.kind is Kind.YES_NO:
        assert unknown <= triage({**without, question.code: NO}, facts).priority


@given(answered, facts, st.sampled_from(["hours_a_day", "unpaid_months"]), st.floats(0, 24), st.floats(0, 24))
def test_more_hours_and_more_months_never_lower(
    answers: dict[str, Any], facts: TriageFacts, code: str, one: float, other: float
):
    less, more = sorted((one, other))
    assert triage({**answers, code: more}, facts).priority <= triage({**answers, code: less}, facts).priority


@given(
    answered, st.sampled_from([q for q in QUESTIONNAIRE if q.fee_kind]), st.integers(1, 10**6), st.integers(1, 10**6)
)
def test_more_money_never_lowers(answers: dict[str, Any], question: Any, one: int, other: int):
    less, more = (
        triage({**answers, question.code: {"amount": str(amount), "currency": "EUR"}}).priority
        for amount in sorted((one, other))
    )
    assert more <= less


@given(answered, facts)
def test_more_complaints_about_an_agency_never_lower(answers: dict[str, Any], facts: TriageFacts):
    more = TriageFacts(facts.independent_complaints + 1, facts.has_recording)
    assert triage(answers, more).priority <= triage(answers, facts).priority


WRITTEN = [q for q in QUESTIONNAIRE if q.kind in (Kind.TEXT, Kind.AGENCY, Kind.CONTACT) and q.code != "account"]
_WORDS = (
    "护照 被扣 打我 锁了 门 救命 三个月 没有 工资 押金 骗 威胁 they took my passport beat us not paid deposit minaccia"
)
STORIES = st.lists(st.sampled_from(_WORDS.split())).map(" ".join)


@given(answered, facts, st.sampled_from(WRITTEN), STORIES)
def test_what_is_written_beside_the_story_never_counts(
    answers: dict[str, Any], facts: TriageFacts, question: Any, text: str
):
    value = {Kind.AGENCY: {"name": text}, Kind.CONTACT: {"how": "other", "address": text}}.get(question.kind, text)
    assert triage({**answers, question.code: value}, facts) == triage(answers, facts)


@given(answered, facts, STORIES)
def test_a_story_never_lowers_and_never_becomes_an_answer(answers: dict[str, Any], facts: TriageFacts, text: str):
    without = {code: value for code, value in answers.items() if code != "account"}
    with_story, without_story = triage({**without, "account": text}, facts), triage(without, facts)
    assert with_story.priority <= without_story.priority
    assert with_story.indicators == without_story.indicators
    assert not set(with_story.suggested) & {one for one in Indicator if without.get(one) == NO}
    if with_story.priority < without_story.priority:
        assert TriageReason.WORDS_OF_STORY in with_story.reasons


@given(answered)
def test_the_reasons_say_what_decided(answers: dict[str, Any]):
    found = triage(answers)
    priority_of = {rule.reason: rule.priority for rule in RULES} | {TriageReason.INFORMATION_ONLY: Priority.P4}
    levels = [priority_of[reason] for reason in found.reasons if reason in priority_of]
    assert levels == sorted(levels)
    assert levels[0] is found.priority
    assert list(found.indicators) == [indicator for indicator in Indicator if indicator in found.indicators]


def test_a_country_may_have_a_threshold_of_its_own():
    thresholds = [FeeThreshold({"EUR": "1000"}), FeeThreshold({"EUR": "100"}, "IT")]
    answers = {"paid_fees": "yes", "fee_kinds": ["bond"], "paid_bond": {"amount": "500", "currency": "EUR"}}
    found = {
        country: triage({**answers, "country": country}, TriageFacts(thresholds=thresholds)).priority
        for country in ("IT", "CZ")
    }
    assert found == {"IT": Priority.P2, "CZ": Priority.P3}
    assert version_of(thresholds) != version_of(shipped_thresholds())


def test_every_currency_that_is_offered_has_a_threshold():
    assert [set(one.sums) for one in shipped_thresholds() if one.country is None] == [set(OFFERED_CURRENCIES)]


def test_raising_ends_at_the_first_priority():
    assert [raised(priority) for priority in Priority] == ["p0", "p0", "p1", "p2", "p3"]


@pytest.mark.parametrize("language", list(Language))
def test_every_reason_priority_and_indicator_has_its_words(language: Language):
    assert all(word(language, "triage.reason", reason).endswith((".", "。")) for reason in TriageReason)
    assert all(word(language, "triage.priority", priority) for priority in Priority)
    assert len({indicator_text(language, indicator) for indicator in Indicator}) == len(Indicator)


def test_the_page_says_what_the_rules_are():
    text = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (p\d) \| `(\w+)` \| (.+?) \|$", text, re.MULTILINE)
    expected = [(rule.priority, rule.reason) for rule in RULES] + [(Priority.P4, TriageReason.INFORMATION_ONLY)]
    assert rows == [(*row, word(Language.EN, "triage.reason", row[1])) for row in expected]
    sums = dict(re.findall(r"^\| ([A-Z]{3}) \| ([\d,]+) \|$", text, re.MULTILINE))
    assert {currency: amount.replace(",", "") for currency, amount in sums.items()} == shipped_thresholds()[0].sums
    assert version_of(shipped_thresholds()) in text


def test_the_page_names_every_vector_with_its_reason():
    text = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|`]+) \| (p\d) \| ([\w, `]+) \| ([^|]+) \|$", text, re.MULTILINE)
    displayed = [(name, priority, re.findall(r"`(\w+)`", reasons), why) for name, priority, reasons, why in rows]
    assert displayed == [(one["name"], one["priority"], one["reasons"], one["why"]) for one in VECTORS]


def test_the_command_shows_the_rules_and_judges_given_answers(tmp_path: Path):
    runner = CliRunner()
    rules = runner.invoke(main, ["triage"])
    assert [line.split()[:2] for line in rules.output.splitlines()[1:]] == [[r.priority, r.reason] for r in RULES]
    path = tmp_path / "answers.json"
    path.write_text(json.dumps({"in_danger": "是", "hours_a_day": "１２小时"}), encoding="utf-8")
    chinese = runner.invoke(main, ["triage", str(path), "--language", "zh-Hans"])
    assert chinese.output.splitlines() == [
        "p0  一小时内",
        "    in_danger                  现在有危险。",
        "    one_indicator              有一项强迫劳动的迹象。",
        "    indicators: 过度加班",
    ]
    codes = json.loads(runner.invoke(main, ["triage", str(path), "--json", "--independent", "3"]).output)
    assert codes["reasons"] == ["in_danger", "one_indicator", "independent_complaints"]


@pytest.mark.parametrize(
    ("text", "complaint"), [("[1]", "JSON object"), ("{", "no JSON"), ('{"gone": 1}', "not asked here")]
)
def test_the_command_says_what_is_wrong_with_answers(tmp_path: Path, text: str, complaint: str):
    path = tmp_path / "answers.json"
    path.write_text(text, encoding="utf-8")
    refused = CliRunner().invoke(main, ["triage", str(path)])
    assert refused.exit_code == 2
    assert complaint in refused.stderr
