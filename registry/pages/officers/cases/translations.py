"""A translator's pages: the unit's open cases, and the texts of one, original and translation side by side.

And a case read in the officer's own language by a machine: shown once, marked as a machine's, and stored nowhere.
"""

from datetime import timedelta
from typing import NamedTuple

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.case.questions import QUESTIONNAIRE, Kind
from registry.complaints.casework import actions, letters, translations
from registry.complaints.casework.decisions.actions import draft_of, language_of, read_summary, translate_summary
from registry.complaints.casework.queries import CaseView, case_view
from registry.complaints.casework.queue.listing import PAGE, Filters, list_cases
from registry.complaints.parties.hearings import outcome
from registry.core import machine_translation
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.errors import NotFound
from registry.http.complaint_services import sealer
from registry.http.portals import see_other
from registry.http.transaction import services
from registry.i18n.names import language_name
from registry.officer_acts.permissions import acting, acting_for_unit, names_in
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.cases.queue import place_in, place_text
from registry.pages.officers.cases.tabs import open_case, require_no_conflict
from registry.pages.officers.forms import version_sent
from registry.pages.officers.guard import Afterwards, form_at, note_done, page_at
from registry.pages.officers.rendering import Refusal, attempt, language, page
from registry.vocabulary.cases import CaseRole
from registry.vocabulary.register import Language

pages = Blueprint("console_translations", __name__)

SUMMARY = "decision.summary"
"""The subject of the form that translates the summary of a decision."""
LETTER = "letter"
"""That of the form that translates a letter, which sends it."""
HEARING = "hearing"
"""That of the form that translates what an agency is asked or told."""
_DONE = {LETTER: "letter_translated", HEARING: "hearing_translated"}
"""What is said to be done where that is more than a translation."""


@page_at(pages, "/translations", Resource.ACCOUNT, Act.WRITE)
def list_waiting(session: Session, me: AuthenticatedOfficer) -> Response:
    at, unit, after = now(), me.standing.unit, request.args.get("after", "")
    found = list_cases(session, unit, Filters(), at, after=place_in(after), limit=PAGE + 1)
    listed = found[:PAGE]
    return page(
        "cases/translations.html",
        here="translations",
        found=listed,
        progress=translations.progress_of(session, unit, [one.reference for one in listed]),
        next=place_text(listed[-1]) if len(found) > PAGE else None,
        is_first=not after,
        at=at,
        soon=at + timedelta(days=1),
    )


@page_at(pages, "/cases/<reference>/translation", Resource.ACCOUNT, Act.WRITE)
def show_texts(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    return _translation_page(session, me, reference, _language(request.args.get("into", "")))


@form_at(pages, "/cases/<reference>/translation", Resource.ACCOUNT, Act.WRITE)
def write(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    form, into = request.form, _language(request.form.get("into", ""))
    require_no_conflict(me, translations.case_for_translator(session, me.standing.unit, reference))
    if form.get("subject") in (SUMMARY, LETTER, HEARING):
        return _write(session, me, reference, form["subject"])
    refusal = attempt(
        session,
        lambda: translations.translate(
            Call(session, acting_for_unit(me), now(), version_sent()), sealer(), reference,
            translations.TextId(form.get("box", ""), form.get("subject", "")), into, form.get("text", ""),
        ),
    )  # fmt: skip
    if refusal is not None:
        return _translation_page(session, me, reference, into, refusal)
    return see_other(f"/console/cases/{reference}/translation?into={into}")


def _write(session: Session, me: AuthenticatedOfficer, reference: str, subject: str) -> Response:
    """Write a translation into a case that is locked, and show the page again.

    The summary of a drafted decision and a letter that waits, which is sent with it, are in the complainant's language; what an
    agency is asked or told is in its own.
    """
    form = request.form

    def act() -> None:
        case = translations.case_for_translator(session, me.standing.unit, reference, version_sent())
        call, text = Call(session, _translator(me), now()), form.get("text", "")
        if subject == SUMMARY:
            translate_summary(call, sealer(), case, text)
        elif subject == LETTER:
            letters.translate_letter(call, sealer(), case, form.get("letter", ""), text)
        else:
            outcome.translate(call, sealer(), case, form.get("hearing", ""), text)

    refusal = attempt(session, act)
    if refusal is not None:
        return _translation_page(session, me, reference, language(), refusal)
    if subject in _DONE:
        note_done(_DONE[subject])
    return see_other(f"/console/cases/{reference}/translation")


def _translator(me: AuthenticatedOfficer) -> actions.Officer:
    return actions.Officer(me.officer.reference, CaseRole.REGISTRY, me.standing.unit)


def _translation_page(
    session: Session, me: AuthenticatedOfficer, reference: str, into: Language, refusal: Refusal | None = None
) -> Response:
    case = translations.case_for_translator(session, me.standing.unit, reference)
    require_no_conflict(me, case)
    found = translations.pieces(Call(session, acting_for_unit(me), now()), sealer(), case, into)
    return page(
        "cases/translation.html",
        here="translations",
        refusal=refusal,
        case=case,
        into=into,
        languages=[(one, language_name(one, one)) for one in Language],
        pieces=found,
        summary=_summary_of(session, me, case),
        letters=letters.letters_waiting(session, sealer(), _translator(me), case),
        hearings=outcome.fetch_waiting_translations(session, sealer(), _translator(me), case),
        reads=language_of(case),
        names=names_in(session, me.standing.unit),
    )


def _summary_of(session: Session, me: AuthenticatedOfficer, case: Case) -> tuple[str, str] | None:
    """The summary of the drafted decision and its translation; None where none is drafted or it needs none."""
    draft = draft_of(session, case)
    if draft is None or draft.language is None or draft.language == language_of(case):
        return None
    summary, translation = read_summary(session, sealer(), _translator(me), case, draft)
    return summary, translation or ""


def _language(typed: str) -> Language:
    """The one that was asked for; else the translator's own."""
    return Language(typed) if typed in set(Language) else language()


class Read(NamedTuple):
    """A text of a complainant; `translation` is a machine's, None where there is none: for its length, or because the server
    has no model of its language, or had no time for it."""

    text: str
    translation: str | None


@form_at(pages, "/cases/<reference>/machine-translation", Resource.ACCOUNT, Act.READ)
def read_by_machine(session: Session, me: AuthenticatedOfficer, reference: str) -> Afterwards:
    """The server is asked once the transaction is over: it holds up no one else."""
    if services().settings.translator_url is None:
        raise NotFound("no translation server is set")
    open_case(session, me, reference)
    texts = _texts_in(case_view(Call(session, acting(me, Resource.ACCOUNT, Act.READ), now()), sealer(), reference))
    return Afterwards(lambda: _machine_page(reference, texts))


def _machine_page(reference: str, texts: list[str]) -> Response:
    sent, length = [], 0
    for text in texts:
        length += len(text)
        if length <= machine_translation.MAX_CHARACTERS:
            sent.append(text)
    fault, translated = None, list[str | None]()
    if sent:
        try:
            translated = machine_translation.translate(services().settings, sent, language())
        except machine_translation.NotTranslated as failed:
            fault = failed.reason
    made = dict(zip(sent, translated, strict=True)) if fault is None else {}
    return page(
        "cases/machine.html",
        here="cases",
        status=503 if fault else 200,
        reference=reference,
        fault=fault,
        read=[Read(text, made.get(text)) for text in texts],
    )


def _texts_in(view: CaseView) -> list[str]:
    """Answers in the complainant's own words, and messages."""
    found = []
    for box in view.boxes:
        asked = [one.code for one in QUESTIONNAIRE if one.kind is Kind.TEXT]
        found += [str(box.answers[code]) for code in asked if code in box.answers]
        found += [one.text for one in box.messages]
    return found
