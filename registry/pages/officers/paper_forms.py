"""Forms of paper: typed in by their number, a page for each part of the questionnaire, looked over, and sent once."""

from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.complaints.case.questions import QUESTIONNAIRE, Part, Question
from registry.complaints.intake import paper_forms, rules
from registry.core.clock import now
from registry.core.errors import Fault, InvalidInput, NotFound
from registry.http.complaint_services import sealer
from registry.http.portals import see_other
from registry.i18n.languages import text
from registry.i18n.question_words import choices, fault_text, help_text, in_words, part_title, payees, question_text
from registry.officer_acts.acts import OfficerAct
from registry.officer_acts.paper_acts import PAPER_FORMS, PAPERS
from registry.officer_acts.permissions import acting, reference_in
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.forms import CURRENCIES, PARTS, read_form
from registry.pages.officers.forms import Place, serve_acts, version_sent
from registry.pages.officers.guard import allowed, page_at
from registry.pages.officers.rendering import Refusal, attempt, language, page

pages = Blueprint("console_papers", __name__)

ADDRESS = "/console/papers"
SAVE = PAPER_FORMS["save"]

PAGES = tuple(part for part in Part if any(question.part is part for question in QUESTIONNAIRE))


@page_at(pages, "/papers/<reference>/<part>", Resource.PAPER, Act.WRITE)
def show_part(session: Session, me: AuthenticatedOfficer, reference: str, part: str) -> Response:
    at, typed = _part(part), _typed(session, me, reference)
    return _part_page(at, typed, typed.answers)


@allowed(Resource.PAPER, Act.WRITE)
def save(session: Session, me: AuthenticatedOfficer, reference: str, part: str) -> Response:
    """Keep a page and lead on. One that cannot be read is shown again with what was typed and what is wrong beside it."""
    at, before = _part(part), _typed(session, me, reference)
    given = {question.code: read_form(question, request.form, question.code) for question in _questions(at)}
    faults: list[Fault] = []

    def act() -> None:
        try:
            PAPER_FORMS.perform(SAVE, session, me, before.reference, version_sent(), {"answers": given})
        except InvalidInput as wrong:
            faults.extend(wrong.faults)
            raise

    refusal = attempt(session, act)
    if refusal is not None:
        typed_values = {code: value for code, value in given.items() if value is not None}
        return _part_page(at, before, before.answers | typed_values, refusal, faults)
    go = request.form.get("go", "")
    if go == "leave":
        return see_other(ADDRESS)
    following = PAGES.index(at) + 1
    if go == "all" or following == len(PAGES):
        return see_other(f"{ADDRESS}/{before.reference}")
    return see_other(f"{ADDRESS}/{before.reference}/{PAGES[following]}")


pages.add_url_rule("/papers/<reference>/<part>", SAVE.operation, save, methods=["POST"])


@page_at(pages, "/papers/<reference>", Resource.PAPER, Act.WRITE)
def show_all(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    return _everything(_typed(session, me, reference))


def _new(session: Session, me: AuthenticatedOfficer, act: OfficerAct, /) -> Place:
    return Place(
        PAPERS.find(session, me, act), ADDRESS, lambda refusal: list_forms(session, me, refusal),
        afterwards=lambda begun: see_other(f"{ADDRESS}/{begun}/{PAGES[0]}"),
    )  # fmt: skip


def _begun(session: Session, me: AuthenticatedOfficer, act: OfficerAct, /, reference: str) -> Place:
    typed = _typed(session, me, reference)
    leads = f"{ADDRESS}?entered={typed.reference}" if act.name == "send" else ADDRESS
    return Place(typed.reference, leads, lambda refusal: _everything(typed, refusal))


serve_acts(pages, "/papers", PAPERS, _new)
serve_acts(pages, "/papers/<reference>", PAPER_FORMS, _begun, exclude=("save",))


def _typed(session: Session, me: AuthenticatedOfficer, reference: str) -> paper_forms.Typed:
    return paper_forms.typed_so_far(session, sealer(), acting(me, Resource.PAPER, Act.WRITE), reference_in(reference))


def _part(text: str) -> Part:
    if text not in PAGES:
        raise NotFound("there is no such page of a form")
    return Part(text)


def _questions(part: Part) -> list[Question]:
    return [question for question in QUESTIONNAIRE if question.part is part]


@page_at(pages, "/papers", Resource.PAPER, Act.WRITE)
def list_forms(session: Session, me: AuthenticatedOfficer, refusal: Refusal | None = None) -> Response:
    officer, entered = acting(me, Resource.PAPER, Act.WRITE), reference_in(request.args.get("entered", "")[:14])
    return page(
        "papers/first.html",
        here="papers",
        refusal=refusal,
        unfinished=paper_forms.unfinished(session, officer),
        entered=entered if entered.isalnum() else "",
        today=me.day(now()),
        days_back=rules.MAX_DAYS_BACK,
        kept_days=rules.KEPT_DAYS,
    )


def _part_page(
    at: Part,
    typed: paper_forms.Typed,
    values: dict[str, Any],
    refusal: Refusal | None = None,
    faults: list[Fault] | None = None,
) -> Response:
    spoken = language()
    wrong = {fault.parameter.partition(".")[0]: fault for fault in faults or []}
    wanted = [
        {
            "question": question,
            "asks": question_text(spoken, question),
            "help": help_text(spoken, question),
            "options": choices(spoken, question),
            "value": values.get(question.code),
            "parts": _parts_of(question, values.get(question.code)),
            "fault": fault_text(spoken, question, wrong[question.code]) if question.code in wrong else "",
            "is_hidden": question.code in typed.hidden,
        }
        for question in _questions(at)
    ]
    return page(
        "papers/part.html",
        here="papers",
        status=refusal.status if refusal else 200,
        # What is wrong with an answer stands beside it.
        refusal=None if wrong else refusal,
        typed=typed,
        part=at,
        parts=[(part, part_title(spoken, part)) for part in PAGES],
        asked=wanted,
        payees=payees(spoken),
        currencies=CURRENCIES,
    )


def _parts_of(question: Question, value: Any) -> dict[str, str]:
    """The parts of an answer of several, each empty where it was not given."""
    return dict.fromkeys(PARTS.get(question.kind, ()), "") | (value if isinstance(value, dict) else {})


def _everything(typed: paper_forms.Typed, refusal: Refusal | None = None) -> Response:
    spoken = language()
    parts = []
    for part in PAGES:
        rows = [
            (*in_words(spoken, question.code, typed.answers[question.code]), question.code in typed.left_out)
            for question in _questions(part)
            if question.code in typed.answers
        ]
        rows += [
            (question_text(spoken, question), text(spoken, "papers.hidden"), question.code in typed.left_out)
            for question in _questions(part)
            if question.code in typed.hidden
        ]
        parts.append((part, part_title(spoken, part), rows))
    return page("papers/all.html", here="papers", refusal=refusal, typed=typed, parts=parts)
