"""A case read in the officer's own language by a machine: shown once, marked as a machine's, and stored nowhere."""

from typing import NamedTuple

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from registry.complaints.case.questions import QUESTIONNAIRE, Kind
from registry.complaints.casework.queries import CaseView, case_view
from registry.core import machine_translation
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.errors import NotFound
from registry.http.complaint_services import sealer
from registry.http.transaction import services
from registry.officer_acts.acting import acting
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.cases.tabs import open_case
from registry.pages.officers.guard import Afterwards, allowed
from registry.pages.officers.rendering import language, page

pages = Blueprint("console_machine_reading", __name__)


class Read(NamedTuple):
    """A text of a complainant; `translation` is a machine's, None where there is none: for its length, or because the server
    has no model of its language, or had no time for it."""

    text: str
    translation: str | None


@pages.post("/cases/<reference>/machine-translation")
@allowed(Resource.ACCOUNT, Act.READ)
def read_by_machine(session: Session, me: AuthenticatedOfficer, reference: str) -> Afterwards:
    """The server is asked once the transaction is over: it holds up no one else."""
    if services().settings.translator_url is None:
        raise NotFound("no translation server is set")
    open_case(session, me, reference)
    texts = _texts(case_view(Call(session, acting(me, Resource.ACCOUNT, Act.READ), now()), sealer(), reference))
    return Afterwards(lambda: _page(reference, texts))


def _page(reference: str, texts: list[str]) -> Response:
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


def _texts(view: CaseView) -> list[str]:
    """Answers in the complainant's own words, and messages."""
    found = []
    for box in view.boxes:
        found += [
            str(box.answers[one.code]) for one in QUESTIONNAIRE if one.kind is Kind.TEXT and one.code in box.answers
        ]
        found += [one.text for one in box.messages]
    return found
