"""One question a page. Every answer may be left out, each is kept when it is sent, and one can leave and come back in between.

For those who read little a question is read aloud by a machine voice, fetched only when its button is pressed. The agency that a
complaint is about is looked up in the registry, or was carried here from its page.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from flask import Blueprint, Response, request

from registry.complaints.case import questions, visits
from registry.complaints.case.answers import Sheet
from registry.complaints.intake import filing
from registry.complaints.triage.story import is_alarming
from registry.core.clock import day_at, now
from registry.core.errors import InvalidInput, NotFound, NotNow, NoVisit
from registry.core.ids import read_reference
from registry.http.transaction import reading, services
from registry.i18n.names import main_name
from registry.i18n.question_words import choices, fault_text, help_text, part_title, payees, question_text, why_text
from registry.i18n.voices import VOICES, voice
from registry.pages.forms import CURRENCIES, read_form
from registry.pages.intake import cookies, help_lines
from registry.pages.intake.rendering import box_policy
from registry.pages.intake.visiting import PageRequest, StaleForm, drafting, open_visit
from registry.register.agencies import listing, queries, record
from registry.verification.verdicts.subjects import MAX_CHARACTERS
from registry.vocabulary.register import Language

pages = Blueprint("intake_steps", __name__)

_PLACES = {question.code: place for place, question in enumerate(questions.QUESTIONNAIRE, start=1)}
_LONG_TEXTS = frozenset(question.code for question in questions.QUESTIONNAIRE if question.is_long)


def path_of(question: questions.Question | None) -> str:
    """The address of a question tells its place and nothing of what it asks; after the last comes everything together."""
    return f"/{_PLACES[question.code]}" if question is not None else "/all"


def path_after(question: questions.Question, sheet: Sheet) -> str:
    """The next question of its group; after the last one the list of groups."""
    following = questions.next_question(sheet.answers, question.code)
    return path_of(following) if following is not None and following.part is question.part else "/more"


class Group(NamedTuple):
    """One part of the questionnaire as a task: how many of its questions are answered, and where it goes on."""

    title: str
    answered: int
    of: int
    path: str


@pages.get("/<language:language>/box/more")
@drafting
def show_groups(visitor: PageRequest) -> Response:
    """The groups of questions as a list of tasks, each with what is done; in any order, and none has to be."""
    sheet = filing.answers(visitor.session, visitor.sealer, visitor.visit)
    if sheet.submitted_on is not None:
        return visitor.to("/mine")
    wanted = questions.visible(sheet.answers)
    ticked = sum(sheet.answers.get(sign.code) == questions.YES for sign in questions.SIGNS)
    return visitor.page("more.html", groups_of=list(_groups(visitor.language, wanted, sheet)), ticked=ticked)


def _groups(language: Language, wanted: list[questions.Question], sheet: Sheet) -> Iterator[Group]:
    for part in questions.Part:
        questions_of_part = [question for question in wanted if question.part is part]
        left = [question for question in questions_of_part if question.code not in sheet.answers]
        path = path_of((left or questions_of_part)[0])
        yield Group(part_title(language, part), len(questions_of_part) - len(left), len(questions_of_part), path)


@pages.get("/<language:language>/box/<int:place>")
@drafting
def show_step(visitor: PageRequest, place: int) -> Response:
    sheet = filing.answers(visitor.session, visitor.sealer, visitor.visit)
    question = _question(place, sheet)
    if question is None or sheet.submitted_on is not None:
        return visitor.to("/all" if sheet.submitted_on is None else "/mine")
    return _question_page(visitor, question, sheet, sheet.answers.get(question.code))


@pages.post("/<language:language>/box/<int:place>")
@drafting
def answer(visitor: PageRequest, place: int) -> Response:
    """Keep the answer and lead on. What cannot be read is shown again with what is wrong; nothing that was typed is lost."""
    before = filing.answers(visitor.session, visitor.sealer, visitor.visit)
    question = _question(place, before)
    if question is None or before.submitted_on is not None:
        return visitor.to("/all" if before.submitted_on is None else "/mine")
    typed = read_form(question, request.form)
    if request.form.get("go") == "find":
        name = request.form.get("name", "")[: question.most]
        return _question_page(visitor, question, before, {"name": name}, found=find_agencies(visitor.language, name))
    if question.kind is questions.Kind.AGENCY:
        typed = _agency(visitor.language, typed)
    try:
        sheet = filing.answer(visitor.session, visitor.sealer, visitor.visit, {question.code: typed})
    except InvalidInput as wrong:
        fault = fault_text(visitor.language, question, wrong.faults[0])
        return _question_page(visitor, question, before, typed, fault=fault)
    if request.form.get("go") == "leave" and not visitor.visit.is_confirmed:
        # Who leaves now without the number never comes back to what was written.
        return visitor.to("/number")
    if request.form.get("go") == "leave":
        visits.end(visitor.session, visitor.visit)
        response = visitor.to("/kept")
        cookies.drop(response, cookies.VISIT)
        return response
    if is_newly_alarming(sheet):
        return visitor.to(f"/{place}/now")
    if request.form.get("go") == "all":
        return visitor.to("/all")
    return visitor.to(path_after(question, sheet))


def is_newly_alarming(after: Sheet) -> bool:
    """Whether whom to call has to come next: a page that showed it already says so in its form."""
    return is_alarming(after.answers) and "was_alarming" not in request.form


@pages.post("/<language:language>/box/words")
def keep_words(language: Language) -> Response:
    """Keep the words of a question while they are typed. What is not kept now is sent with the page's own button."""
    try:
        with open_visit(language) as visitor:
            code = request.form.get("code", "")
            if code not in _LONG_TEXTS:
                return Response(status=400)
            words = request.form.get("words", "")
            filing.answer(visitor.session, visitor.sealer, visitor.visit, {code: words}, is_typing=True)
    except (NoVisit, StaleForm, InvalidInput, NotNow):
        return Response(status=400)
    return Response(status=204)


@pages.get("/<language:language>/box/<int:place>/now")
@drafting
def now_page(visitor: PageRequest, place: int) -> Response:
    """Somebody is in danger: whom to call comes before the next question, and then it goes on."""
    sheet = filing.answers(visitor.session, visitor.sealer, visitor.visit)
    question = _question(place, sheet)
    path = path_after(question, sheet) if question else "/more"
    return visitor.page("danger.html", path=path, **help_lines.of(visitor.language, sheet.answers))


SUGGESTIONS = 8


class AgencyChoice(NamedTuple):
    """An agency of the registry as it is offered for choosing."""

    agency_id: str
    name: str
    country: str
    place: str | None


def find_agencies(language: Language, typed: str) -> list[AgencyChoice]:
    """Agencies whose names may be what was typed; one that is registered twice under a name stands twice."""
    typed = " ".join(typed.split())[:MAX_CHARACTERS]
    hits = listing.agencies_named(reading(), typed, SUGGESTIONS) if typed else []
    agencies = queries.published(reading(), [hit.agency_id for hit in hits], day_at(now(), None))
    return [_choice_of(language, agency) for agency in agencies]


def find_registered(language: Language, reference: str | None) -> AgencyChoice | None:
    """The agency of a reference, if the registry holds it."""
    known = read_reference(reference) if reference else None
    agency = queries.public_record(reading(), known, day_at(now(), None)) if known else None
    return _choice_of(language, agency) if agency is not None else None


def _choice_of(language: Language, agency: record.Agency) -> AgencyChoice:
    return AgencyChoice(agency.agency_id, main_name(agency, language).name, agency.country, agency.place)


def answer_with_origin(visitor: PageRequest) -> None:
    """Answer the question for the agency with the one whose page the visitor came from, unless already answered."""
    found = find_registered(visitor.language, cookies.value_of(cookies.ABOUT))
    if found is not None and "agency" not in filing.answers(visitor.session, visitor.sealer, visitor.visit).answers:
        given = {"agency": {"agency_id": found.agency_id, "name": found.name}}
        filing.answer(visitor.session, visitor.sealer, visitor.visit, given)


def _agency(language: Language, typed: dict[str, str] | None) -> dict[str, str] | None:
    """One that was chosen from the registry goes by its own name; `none` is the choice of what was typed."""
    chosen = find_registered(language, (typed or {}).get("agency_id"))
    if chosen is not None:
        return {"agency_id": chosen.agency_id, "name": chosen.name}
    return {"name": typed["name"]} if typed and typed.get("name") else None


def _question(place: int, sheet: Sheet) -> questions.Question | None:
    """The question of an address; None where it is not asked after what was answered. Raises NotFound beyond the last."""
    if not 1 <= place <= len(questions.QUESTIONNAIRE.questions):
        raise NotFound("there is no such page")
    question = questions.QUESTIONNAIRE.questions[place - 1]
    return question if questions.is_view(question, sheet.answers) else None


def _question_page(
    visitor: PageRequest,
    question: questions.Question,
    sheet: Sheet,
    value: Any,
    *,
    fault: str = "",
    found: list[AgencyChoice] | None = None,
) -> Response:
    """The page of a question, with what was `found` where an agency was searched for, or with the `fault` of an answer."""
    language, answers = visitor.language, sheet.answers
    wanted = [one.code for one in questions.visible(answers) if one.part is question.part]
    back = questions.previous_question(answers, question.code)
    registered = (
        find_registered(language, value.get("agency_id")) if question.kind is questions.Kind.AGENCY and value else None
    )
    response = visitor.page(
        "step.html",
        status=400 if fault else 200,
        question=question,
        asks=question_text(language, question),
        why=why_text(language, question),
        help=help_text(language, question),
        part=part_title(language, question.part),
        options=choices(language, question),
        payees=payees(language) if question.kind is questions.Kind.CHARGE else [],
        currencies=CURRENCIES,
        value=value,
        fault=fault,
        at=wanted.index(question.code) + 1 if question.code in wanted else 1,
        of=len(wanted),
        path=f"/{_PLACES[question.code]}",
        back=path_of(back) if back is not None and back.part is question.part else "/more",
        skip=path_after(question, sheet),
        found=found or [],
        is_searched=found is not None,
        registered=registered,
        alarm=help_lines.of(language, answers) if is_alarming(answers) else None,
        sound=address_of(language, question),
    )
    return with_sound(response, language, keeps_words=question.is_long)


def address_of(language: Language, question: questions.Question) -> str:
    """Where a question is heard; empty where it was not recorded. It tells the place of the question, as its page does."""
    if language not in VOICES or not voice(services().settings.home, language, question).path.is_file():
        return ""
    return f"/{language}/box/{_PLACES[question.code]}/voice"


def with_sound(response: Response, language: Language, *, keeps_words: bool) -> Response:
    """Let a page play what comes from us, and send us what is being typed where it `keeps_words`."""
    more = {"connect_src": "'self'"} if keeps_words else {}
    response.headers["Content-Security-Policy"] = box_policy(language, media_src="'self'", **more)
    return response


@pages.get("/<language:language>/box/<int:place>/voice")
def play_question(language: Language, place: int) -> Response:
    """The recording, or the part of it that a player asks for. It says the same to everyone, so no visit is needed."""
    is_asked = 1 <= place <= len(questions.QUESTIONNAIRE.questions)
    question = questions.QUESTIONNAIRE.questions[place - 1] if is_asked else None
    if question is None or not address_of(language, question):
        raise NotFound("this question is not read aloud here")
    body = voice(services().settings.home, language, question).path.read_bytes()
    response = Response(body, mimetype="audio/mpeg")
    response.make_conditional(request, accept_ranges=True, complete_length=len(body))
    return response
