"""The short way: danger and country, then what happened and by whom, then who reads it and who may be told, and it is sent.

The same answers as on the pages of one question each; everything else can be told afterwards, by the list on the last page.
"""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from registry.complaints.case.answers import Sheet
from registry.complaints.case.questions import QUESTIONNAIRE, SIGNS, YES, Kind, Question
from registry.complaints.intake import filing
from registry.complaints.triage.story import is_alarming
from registry.core.errors import InvalidInput
from registry.i18n.question_words import choices, fault_text, help_text, question_text
from registry.pages.forms import read_form
from registry.pages.intake import cookies, help_lines, steps
from registry.pages.intake.visiting import PageRequest, drafting

pages = Blueprint("intake_short", __name__)

STEPS: tuple[tuple[str, ...], ...] = (("in_danger", "country"), ("account", "agency"))
"""The questions of each page; the last page is everything together (review.py)."""


@pages.route("/<language:language>/box/short", methods=["GET", "POST"], defaults={"step": 0})
@pages.route("/<language:language>/box/short/story", methods=["GET", "POST"], defaults={"step": 1})
@drafting
def page(visitor: PageRequest, step: int) -> Response:
    """One page of the short way: shown, or kept as it was sent. The first takes over the agency that somebody came from."""
    if request.method == "POST":
        return _saved(visitor, step)
    is_from_agency = bool(cookies.value_of(cookies.ABOUT))
    if is_from_agency:
        steps.answer_with_origin(visitor)
    sheet = filing.answers(visitor.session, visitor.sealer, visitor.visit)
    response = visitor.to("/mine") if sheet.submitted_on is not None else _step_page(visitor, step, sheet.answers, {})
    if is_from_agency:
        cookies.drop(response, cookies.ABOUT)
    return response


@pages.get("/<language:language>/box/short/now")
@drafting
def now_page(visitor: PageRequest) -> Response:
    """Somebody is in danger, or wrote so: whom to call comes first, and then it goes on."""
    sheet = filing.answers(visitor.session, visitor.sealer, visitor.visit)
    path = "/all" if "account" in sheet.answers else "/short/story"
    return visitor.page("danger.html", path=path, **help_lines.of(visitor.language, sheet.answers))


@pages.get("/<language:language>/box/ticks")
@drafting
def show_ticks(visitor: PageRequest) -> Response:
    sheet = filing.answers(visitor.session, visitor.sealer, visitor.visit)
    if sheet.submitted_on is not None:
        return visitor.to("/mine")
    questions = [(one.code, question_text(visitor.language, one), sheet.answers.get(one.code) == YES) for one in SIGNS]
    return visitor.page("ticks.html", questions=questions)


@pages.post("/<language:language>/box/ticks")
@drafting
def answer_ticks(visitor: PageRequest) -> Response:
    """What is ticked is a yes. What is not, is no answer: no one said no to it; a yes that was taken back is removed."""
    sheet = filing.answers(visitor.session, visitor.sealer, visitor.visit)
    if sheet.submitted_on is not None:
        return visitor.to("/mine")
    ticked = set(request.form.getlist("sign"))
    changes = {one.code: YES for one in SIGNS if one.code in ticked} | {
        one.code: None for one in SIGNS if one.code not in ticked and sheet.answers.get(one.code) == YES
    }
    after = filing.answer(visitor.session, visitor.sealer, visitor.visit, changes)
    if is_alarming(after.answers) and not is_alarming(sheet.answers):
        return visitor.page("danger.html", path="/all", **help_lines.of(visitor.language, after.answers))
    return visitor.to("/all")


def _saved(visitor: PageRequest, step: int) -> Response:
    """Keep what was given and lead on. What cannot be read is shown again with what is wrong, and nothing typed is lost."""
    before = filing.answers(visitor.session, visitor.sealer, visitor.visit)
    if before.submitted_on is not None:
        return visitor.to("/mine")
    questions = [QUESTIONNAIRE[code] for code in STEPS[step]]
    typed = {one.code: _typed(one, before) for one in questions}
    try:
        after = filing.answer(visitor.session, visitor.sealer, visitor.visit, typed)
    except InvalidInput as wrong:
        faults = {fault.parameter.partition(".")[0]: fault for fault in wrong.faults}
        texts = {
            one.code: fault_text(visitor.language, one, faults[one.code]) for one in questions if one.code in faults
        }
        return _step_page(visitor, step, typed, texts, status=400)
    if steps.is_newly_alarming(after):
        return visitor.to("/short/now")
    return visitor.to("/short/story" if step == 0 else "/all")


def _typed(question: Question, before: Sheet) -> Any:
    """What a form gives; an agency that was picked from the registry stays while its name was not changed."""
    given = read_form(question, request.form, question.code)
    if question.kind is not Kind.AGENCY:
        return given
    name = (given or {}).get("name")
    earlier = before.answers.get(question.code)
    is_same = isinstance(earlier, Mapping) and earlier.get("name") == name
    return earlier if is_same else {"name": name} if name else None


def _step_page(
    visitor: PageRequest, step: int, answers: Mapping[str, Any], faults: Mapping[str, str], status: int = 200
) -> Response:
    questions = [
        (
            one,
            question_text(visitor.language, one),
            help_text(visitor.language, one),
            choices(visitor.language, one),
            answers.get(one.code),
            steps.address_of(visitor.language, one),
        )
        for one in (QUESTIONNAIRE[code] for code in STEPS[step])
    ]
    response = visitor.page(
        "short.html",
        status=status,
        questions=questions,
        faults=faults,
        alarm=help_lines.of(visitor.language, answers) if is_alarming(answers) else None,
        at=step + 1,
        of=len(STEPS) + 1,
        path="/short" if step == 0 else "/short/story",
        back="/short" if step else None,
    )
    return steps.with_sound(response, visitor.language, keeps_words="account" in STEPS[step])
