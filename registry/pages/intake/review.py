"""Everything together before it is sent: what was answered, whom it may be told to, and one button."""

from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Any, NamedTuple

from flask import Blueprint, Response, request

from registry.complaints.case.answers import Sheet
from registry.complaints.case.questions import QUESTIONNAIRE, SIGNS, YES, Part, Question, visible
from registry.complaints.intake import filing, mailbox_files
from registry.complaints.triage.story import is_alarming
from registry.core.errors import IntakeClosed, InvalidInput, NoVisit
from registry.i18n.languages import text
from registry.i18n.names import country_name, name_in
from registry.i18n.question_words import answer_text, part_title, question_text
from registry.pages.intake import file_parts, help_lines, steps
from registry.pages.intake.visiting import PageRequest, StaleForm, drafting
from registry.vocabulary.register import Language

pages = Blueprint("intake_review", __name__)

OFFERED = ("consent_labour_inspectorate", "consent_union")
"""The consents that are offered beside the button, as they help most; the others have pages of their own."""


class Row(NamedTuple):
    path: str
    asks: str
    says: str


class PartSummary(NamedTuple):
    """One part: what was answered in it, how many questions were not, and where the first of these is."""

    title: str
    rows: list[Row]
    left: int
    first_left: str


def with_recordings(view: Callable[..., Response]) -> Callable[[Language], Response]:
    """Have recordings that were cut off made files before a view; it is told whether that failed (`is_recording_left`)."""
    drafted = drafting(view)

    @wraps(view)
    def answered(language: Language) -> Response:
        try:
            is_left = file_parts.keep_unfinished(language)
        except (NoVisit, StaleForm):
            # The view leads to where the number is asked, or shows again what was typed.
            is_left = False
        return drafted(language, is_recording_left=is_left)

    return answered


@pages.get("/<language:language>/box/all")
@with_recordings
def show_review(visitor: PageRequest, is_recording_left: bool) -> Response:
    sheet = filing.answers(visitor.session, visitor.sealer, visitor.visit)
    if sheet.submitted_on is not None:
        return visitor.to("/mine")
    return _review_page(visitor, sheet, is_recording_left=is_recording_left)


@pages.post("/<language:language>/box/send")
@with_recordings
def send(visitor: PageRequest, is_recording_left: bool) -> Response:
    """Hand it in, with the consents that were ticked. Pressed twice, or again after a lost answer, it is there once."""
    try:
        _consented(visitor, request.form.getlist("consent"))
        if not visitor.visit.is_confirmed:
            filing.confirm(visitor.session, visitor.sealer, visitor.visit, request.form.get("last_six", ""), visitor.at)
        filing.submit(visitor.session, visitor.sealer, visitor.visit, visitor.at)
    except (InvalidInput, IntakeClosed) as refused:
        sheet = filing.answers(visitor.session, visitor.sealer, visitor.visit)
        if isinstance(refused, IntakeClosed):
            return _review_page(visitor, sheet, is_closed=True, status=503)
        is_code = refused.faults[0].parameter == "last_six"
        faults = {"is_empty": not is_code, "is_wrong": is_code, "is_recording_left": is_recording_left}
        return _review_page(visitor, sheet, **faults, status=400)
    return visitor.to("/mine")


def _consented(visitor: PageRequest, ticked: list[str]) -> None:
    """Keep the consents ticked on this page. What is not ticked was not asked, and is none."""
    sheet = filing.answers(visitor.session, visitor.sealer, visitor.visit)
    given = {code: YES for code in OFFERED if code in ticked and code not in sheet.answers}
    if given and sheet.submitted_on is None:
        filing.answer(visitor.session, visitor.sealer, visitor.visit, given)


def _review_page(
    visitor: PageRequest,
    sheet: Sheet,
    *,
    is_empty: bool = False,
    is_closed: bool = False,
    is_wrong: bool = False,
    is_recording_left: bool = False,
    status: int = 200,
) -> Response:
    try:
        reader = reader_of(visitor, sheet.answers)
    except IntakeClosed:
        reader, is_closed = None, True
    questions = visible(sheet.answers)
    consents = [one for one in questions if one.consent is not None]
    agreed = [row for one, row in _rows(visitor.language, consents, sheet) if sheet.answers[one.code] == YES]
    return visitor.page(
        "all.html",
        status=status,
        parts=list(_parts(visitor.language, questions, sheet)),
        agreed=agreed,
        first_consent=steps.path_of(consents[0]),
        files=mailbox_files.list_files(visitor.session, visitor.sealer, visitor.visit),
        is_recording_left=is_recording_left,
        reader=reader,
        offered=[
            (code, question_text(visitor.language, QUESTIONNAIRE[code]))
            for code in OFFERED
            if code not in sheet.answers
        ],
        ticked=sum(sheet.answers.get(sign.code) == YES for sign in SIGNS),
        country_path=steps.path_of(QUESTIONNAIRE["country"]),
        is_empty=is_empty,
        is_closed=is_closed,
        alarm=help_lines.of(visitor.language, sheet.answers) if is_alarming(sheet.answers) else None,
        is_wrong=is_wrong,
    )


def _rows(language: Language, wanted: list[Question], sheet: Sheet) -> Iterator[tuple[Question, Row]]:
    for question in wanted:
        if question.code in sheet.answers:
            says = answer_text(language, question, sheet.answers[question.code])
            yield question, Row(steps.path_of(question), question_text(language, question), says)


def _parts(language: Language, wanted: list[Question], sheet: Sheet) -> Iterator[PartSummary]:
    """The parts in their order; consents stand apart from what was told."""
    for part in Part:
        if part is not Part.CONSENT:
            visible_questions = [question for question in wanted if question.part is part]
            left = [question for question in visible_questions if question.code not in sheet.answers]
            rows = [row for _, row in _rows(language, visible_questions, sheet)]
            yield PartSummary(part_title(language, part), rows, len(left), steps.path_of(left[0]) if left else "")


class Reader(NamedTuple):
    """Which office reads it, in words; `asks_country` where the country of work would decide it, `is_elsewhere` where the
    office cannot decide about that work.
    """

    says: str
    asks_country: bool
    is_elsewhere: bool


def reader_of(visitor: PageRequest, answers: Mapping[str, Any]) -> Reader:
    """The office to which these answers go. Raises IntakeClosed where there is none."""
    found = filing.recipient(visitor.session, answers)
    says = text(
        visitor.language,
        f"page.box.all.reader.{found.fit}",
        unit=name_in(visitor.language, found.names),
        country=country_name(visitor.language, found.country),
        about=country_name(visitor.language, found.about) if found.about else "",
    )
    return Reader(says, found.fit is filing.Fit.NO_COUNTRY, found.fit.is_elsewhere)
