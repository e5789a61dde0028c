"""What the words of a story suggest, in every language, and what they must not."""

import time

import msgspec
import pytest

from registry.complaints.triage.story import PhraseRule, story_rules, suggested_by
from registry.vocabulary.cases import Indicator
from registry.vocabulary.register import Language

DOCUMENTS, WAGES = Indicator.RETENTION_OF_IDENTITY_DOCUMENTS, Indicator.WITHHOLDING_OF_WAGES
TOLD = [
    ("护照被扣，三个月没有工资", {DOCUMENTS, WAGES}, True),
    ("護照被扣，三個月沒有工資", {DOCUMENTS, WAGES}, True),
    ("They took my passport and I have not been paid for three months.", {DOCUMENTS, WAGES}, True),
    ("Mi hanno preso il passaporto e da tre mesi non mi pagano.", {DOCUMENTS, WAGES}, True),
    ("老板把我们的证件收走了，一直拖欠工资", {DOCUMENTS, WAGES}, False),
    ("每天干活十五个小时，不让休息", {Indicator.EXCESSIVE_OVERTIME}, False),
    (
        "Lavoro 14 ore al giorno e mi minacciano",
        {Indicator.EXCESSIVE_OVERTIME, Indicator.INTIMIDATION_AND_THREATS},
        False,
    ),
    ("说还清债才能走", {Indicator.DEBT_BONDAGE}, False),
    ("We sleep on the floor of the workshop", {Indicator.ABUSIVE_WORKING_AND_LIVING_CONDITIONS}, False),
    ("手机被收走了", {Indicator.ISOLATION}, False),
    ("Ils ont pris mon passeport et je n’ai pas été payé depuis trois mois.", {DOCUMENTS, WAGES}, True),
    ("On ne me rend pas mon passeport", {DOCUMENTS}, False),
    ("Je travaille 14 heures par jour sans repos", {Indicator.EXCESSIVE_OVERTIME}, False),
    ("Mi-au luat pașaportul și de trei luni nu am fost plătit.", {DOCUMENTS, WAGES}, True),
    ("Patronul ne ține actele", {DOCUMENTS}, False),
    ("Lucrez 14 ore pe zi și mă amenință", {Indicator.EXCESSIVE_OVERTIME, Indicator.INTIMIDATION_AND_THREATS}, False),
    ("Dormim pe jos în fabrică", {Indicator.ABUSIVE_WORKING_AND_LIVING_CONDITIONS}, False),
]
NOTHING = [
    "我有护照。",
    "請問這家公司是不是真的？",
    "I have a passport and a visa.",
    "Ho il passaporto e il visto.",
    "工资什么时候发？",
    "The wages are paid every month.",
    "Vorrei sapere se l'agenzia è registrata.",
    "J’ai un passeport et un visa.",
    "Le salaire est payé chaque mois.",
    "Je n’ai pas payé.",
    "Am pașaport și viză.",
    "Salariul se plătește în fiecare lună.",
    "Aș vrea să știu dacă agenția este înregistrată.",
    "",
]


@pytest.mark.parametrize(("text", "indicators", "is_unpaid"), TOLD)
def test_what_is_told_is_suggested_in_every_language(text: str, indicators: set[Indicator], is_unpaid: bool) -> None:
    found = suggested_by({"account": text})
    assert (found.indicators, found.is_unpaid_for_months, found.is_danger) == (indicators, is_unpaid, False)


@pytest.mark.parametrize("text", NOTHING)
def test_an_ordinary_story_suggests_nothing(text: str) -> None:
    assert not suggested_by({"account": text})


@pytest.mark.parametrize(
    "text",
    [
        "交了三万中介费",
        "I paid the agent a fee",
        "Ho pagato l'agenzia",
        "J’ai payé des frais à l’agence",
        "Am plătit agenției o taxă",
    ],
)
def test_money_for_the_job_is_suggested_unless_it_was_denied(text: str) -> None:
    assert suggested_by({"account": text}).has_paid
    assert not suggested_by({"account": text, "paid_fees": "no"}).has_paid


@pytest.mark.parametrize("rule", story_rules(), ids=lambda rule: rule.name)
def test_every_rule_has_words_in_every_language(rule: PhraseRule) -> None:
    of_languages = msgspec.to_builtins(rule)
    assert set(of_languages) == {"name", *Language}
    assert all(of_languages.values())


@pytest.mark.parametrize("repeated", ["护照", "没", "钱", "took ", "months ", "mesi ", "passport ", "pas ", "nu "])
def test_the_longest_story_is_judged_quickly(repeated: str) -> None:
    began = time.process_time()
    suggested_by({"account": (repeated * 20_000)[:20_000]})
    assert time.process_time() - began < 1
