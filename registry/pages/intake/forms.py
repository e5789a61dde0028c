"""The form of paper: the questions of the pages with room to write, and a slip with a number to cut off and keep."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from registry.complaints.case.complaint_codes import grouped
from registry.complaints.case.questions import QUESTIONNAIRE, Kind, Part, Question
from registry.complaints.intake.paper_forms import Minted
from registry.i18n.question_words import choices, help_text, part_title, question_text
from registry.i18n.wording import word
from registry.pages.public.rendering import rendered_alone
from registry.vocabulary.fees import FeeKind
from registry.vocabulary.register import Language

BOXED = (Kind.YES_NO, Kind.CHOICE, Kind.MANY, Kind.CONTACT)
"""Answered by ticking. What has too many options to print is written on a line."""


class PaperQuestion(NamedTuple):
    """One question on paper: what to tick, and how many lines there are to write on. `is_charges` is the table of fees."""

    number: int
    asks: str
    help: str
    options: list[str]
    lines: int
    is_charges: bool = False


class Chapter(NamedTuple):
    title: str
    asked: list[PaperQuestion]


def html_of_forms(language: Language, forms: Sequence[Minted], public_url: str, *, is_demo: bool) -> str:
    """The forms one after another, each beginning on a sheet of its own. Needs nothing from outside."""
    return rendered_alone(
        "intake/paper_form.html",
        language,
        forms=[(grouped(form.code).split(" "), _grouped(form.reference)) for form in forms],
        chapters=list(_chapters(language)),
        fee_kinds=[word(language, "fee.kind", kind) for kind in FeeKind],
        address=f"{public_url.partition('://')[2]}/{language}/box/open",
        is_demo=is_demo,
    )


def _chapters(language: Language) -> Iterator[Chapter]:
    number = 0
    for part in Part:
        wanted = []
        for question in QUESTIONNAIRE:
            is_another_charge = question.fee_kind is not None and question.fee_kind is not next(iter(FeeKind))
            # The table of fees stands for the choice of kinds and for every charge.
            if question.part is not part or is_another_charge or question.options_of == "fee_kind":
                continue
            number += 1
            wanted.append(_paper_question(language, question, number))
        yield Chapter(part_title(language, part), wanted)


def _paper_question(language: Language, question: Question, number: int) -> PaperQuestion:
    if question.kind is Kind.CHARGE:
        return PaperQuestion(number, "", "", [], 0, is_charges=True)
    options = [says for _, says in choices(language, question)] if question.kind in BOXED else []
    lines = 14 if question.is_long and question.most > 2_000 else 2 if question.is_long else 1
    has_lines = question.kind not in (Kind.YES_NO, Kind.CHOICE, Kind.MANY)
    helps = help_text(language, question) if question.kind in BOXED else ""
    return PaperQuestion(number, question_text(language, question), helps, options, lines if has_lines else 0)


def _grouped(reference: str) -> str:
    return "-".join(reference[start : start + 4] for start in range(0, len(reference), 4))
