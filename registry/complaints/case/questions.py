"""The questionnaire of a complaint: versioned data in questionnaire.toml, and which questions earlier answers open.

Answers are a mapping from a question's code to its value, as answer_rules.py gives it: `yes`, `no`, `dont_know` or
`rather_not_say`; an option; a list of options; text; a number; or a mapping of parts. What was not answered is not in it.
"""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from importlib.resources import files
from typing import Any

import msgspec

from registry.vocabulary import cases, fees

Answers = Mapping[str, Any]

DONT_KNOW = "dont_know"
RATHER_NOT_SAY = "rather_not_say"
UNSAID = (DONT_KNOW, RATHER_NOT_SAY)
YES, NO = "yes", "no"


class Part(StrEnum):
    """The parts of the questionnaire, in their order."""

    NOW = "A"
    JOB = "B"
    MONEY = "C"
    INDICATORS = "D"
    ACCOUNT = "E"
    WANTS = "F"
    CONSENT = "G"
    CONTACT = "H"


class Kind(StrEnum):
    """The shapes of answers. All but text, numbers and composed ones may also be `dont_know` or `rather_not_say`.

    `money` is {amount, currency}, the amount as decimal text; `charge` has `to` and `receipt` beside these; `agency` is
    {agency_id} of a registered one or {name} as typed; `contact` is {how, address}; `date_month` is YYYY-MM or YYYY;
    `country` is two letters or `other`; `sector` a NACE class or `other`.
    """

    YES_NO = "yes_no"
    CHOICE = "choice"
    MANY = "many"
    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    CHARGE = "charge"
    COUNTRY = "country"
    SECTOR = "sector"
    AGENCY = "agency"
    DATE_MONTH = "date_month"
    CONTACT = "contact"


class PaidTo(StrEnum):
    """Who took the money of a charge."""

    AGENCY = "agency"
    EMPLOYER = "employer"
    INTRODUCER = "introducer"
    OFFICIAL = "official"
    OTHER = "other"
    DONT_KNOW = DONT_KNOW
    RATHER_NOT_SAY = RATHER_NOT_SAY


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question, one page. `tier` is where its answer may stand beside the sealed sheet.

    `shown_if`: earlier questions with the answers of which one must have been given, for all of them. `most`: characters of a
    text, or the highest number; `places`: decimals of a number. `text` is the name of its wording, shared by the charges.
    """

    code: str
    part: Part
    kind: Kind
    tier: int
    options: tuple[str, ...] = ()
    options_of: str = ""
    shown_if: dict[str, tuple[str, ...]] = {}
    most: int = 0
    places: int = 0
    indicator: cases.Indicator | None = None
    consent: cases.ConsentKind | None = None
    for_each: str = ""
    fee_kind: fees.FeeKind | None = None
    text: str = ""

    @property
    def text_key(self) -> str:
        return f"question.{self.text or self.code}"

    @property
    def is_long(self) -> bool:
        """Whether the text may need more than one line."""
        return self.kind is Kind.TEXT and self.most > 200


class Questionnaire:
    """The questions in their order, under a version that changes with every word of the data."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self.questions = tuple(questions)
        self.by_code = {question.code: question for question in self.questions}
        canonical = msgspec.json.encode([msgspec.to_builtins(question) for question in self.questions], order="sorted")
        self.version = hashlib.sha256(canonical).hexdigest()[:16]

    def __iter__(self) -> Iterator[Question]:
        return iter(self.questions)

    def __getitem__(self, code: str) -> Question:
        return self.by_code[code]


def read_questionnaire(text: str) -> Questionnaire:
    """A questionnaire from TOML. ValueError where it refers to what is not asked before."""
    questions: list[Question] = []
    for row in msgspec.convert(tomllib.loads(text)["question"], list[Question]):
        questions.extend(_each_fee(row) if row.for_each == "fee_kind" else (_with_options(row),))
    seen: set[str] = set()
    for question in questions:
        if missing := question.shown_if.keys() - seen:
            raise ValueError(f"{question.code} depends on {', '.join(sorted(missing))}, which is not asked before it")
        if question.code in seen:
            raise ValueError(f"{question.code} is asked twice")
        seen.add(question.code)
    return Questionnaire(questions)


def _with_options(row: Question) -> Question:
    options = tuple(fees.FeeKind) if row.options_of == "fee_kind" else row.options
    return msgspec.structs.replace(row, options=tuple(str(option) for option in options))


def _each_fee(row: Question) -> Iterator[Question]:
    for kind in fees.FeeKind:
        shown_if = {
            code: tuple(answer.replace("{fee_kind}", kind) for answer in answers)
            for code, answers in row.shown_if.items()
        }
        yield msgspec.structs.replace(
            row, code=f"{row.code}_{kind}", for_each="", fee_kind=kind, shown_if=shown_if, text=row.code
        )


QUESTIONNAIRE = read_questionnaire(
    (files("registry.complaints.case") / "questionnaire.toml").read_text(encoding="utf-8")
)
"""The questionnaire of this release."""

SIGNS = tuple(question for question in QUESTIONNAIRE if question.indicator is not None)
"""What may have happened, to be ticked on one page."""


def is_view(question: Question, answers: Answers) -> bool:
    """Whether a question is asked after these answers. One that hangs on a hidden question is hidden too."""
    return all(
        _is_given(answers.get(code), wanted) and is_view(QUESTIONNAIRE[code], answers)
        for code, wanted in question.shown_if.items()
    )


def _is_given(value: Any, wanted: tuple[str, ...]) -> bool:
    given = value if isinstance(value, list) else [value]
    return any(answer in given for answer in wanted)


def visible(answers: Answers) -> list[Question]:
    """The questions to be asked after these answers, in their order."""
    return [question for question in QUESTIONNAIRE if is_view(question, answers)]


def cleared(answers: Answers) -> dict[str, Any]:
    """The answers to visible questions, in the questionnaire's order: what is hidden, or asked no more, is dropped."""
    return {question.code: answers[question.code] for question in visible(answers) if question.code in answers}


def next_question(answers: Answers, after: str | None = None) -> Question | None:
    """The visible question after one, the first after none; None after the last."""
    return _follow_up(answers, after, QUESTIONNAIRE.questions)


def previous_question(answers: Answers, before: str) -> Question | None:
    """The visible question before one; None before the first."""
    return _follow_up(answers, before, QUESTIONNAIRE.questions[::-1])


def _follow_up(answers: Answers, code: str | None, order: Sequence[Question]) -> Question | None:
    is_past = code is None
    for question in order:
        if is_past and is_view(question, answers):
            return question
        is_past = is_past or question.code == code
    return None


def of_tier(answers: Answers, tier: int) -> dict[str, Any]:
    """The answers that belong to a tier."""
    by_code = QUESTIONNAIRE.by_code
    return {code: value for code, value in answers.items() if code in by_code and by_code[code].tier == tier}
