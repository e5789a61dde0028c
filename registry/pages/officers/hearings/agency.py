"""The agencies' own pages: what they are asked, and their answer. Nothing of a case is theirs."""

import secrets
from collections.abc import Mapping
from functools import partial

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.complaints.attachments.actions import MAX_FILES
from registry.complaints.attachments.file_kinds import ENDINGS
from registry.complaints.parties.hearings import portal
from registry.complaints.parties.hearings.rules import answer_digest
from registry.core.clock import now
from registry.core.errors import NotFound
from registry.http.responses import sent_file
from registry.i18n.languages import text
from registry.i18n.wording import name_in
from registry.officer_desk.acts import OfficerAct
from registry.officer_desk.hearing_acts import ANSWERS
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.act_pages import Place, serve_acts
from registry.pages.officers.acting import sealer
from registry.pages.officers.guard import allowed
from registry.pages.officers.refusals import Refusal
from registry.pages.officers.rendering import language, page
from registry.vocabulary.cases import HandedWith

pages = Blueprint("console_heard", __name__)


@pages.get("/hearings")
@allowed(Resource.HEARING, Act.ANSWER)
def heard(session: Session, me: AuthenticatedOfficer) -> Response:
    found = portal.served(session, me.standing.unit, now().date())
    return page("hearings/served.html", here="hearings", found=found)


@pages.get("/hearings/<reference>")
@allowed(Resource.HEARING, Act.ANSWER)
def one(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    return hearing_page_again(session, me, reference)


@pages.get("/hearings/<reference>/receipt")
@allowed(Resource.HEARING, Act.ANSWER)
def answer_receipt(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    """A text to keep: on which day the answer was given, and the hash of its words, which the case file states as well."""
    given = portal.read(session, sealer(), me.standing.unit, me.officer.reference, reference, now().date())
    if given.answer is None or given.answered_on is None:
        raise NotFound("there is no answer to this hearing yet")
    spoken = language()
    worded = partial(text, spoken)
    papers = [f"- {one.name} ({one.size})" for one in given.files if one.goes_with is HandedWith.ANSWER]
    lines = [
        worded("hearing.receipt.title"),
        "",
        f"{worded('hearing.title')}: {given.listed.reference}",
        f"{worded('hearing.receipt.authority')}: {name_in(spoken, given.listed.unit)}",
        f"{worded('hearing.answered')}: {given.answered_on.isoformat()}",
        f"SHA-256: {answer_digest(given.answer)}",
        worded("hearing.receipt.hashed"),
        *([worded("hearing.receipt.papers"), *papers] if papers else []),
        "",
        given.answer,
    ]
    body = "".join(f"{line}\r\n" for line in lines).encode()
    return sent_file(body, f"answer-{given.listed.reference}-{given.answered_on}.txt")


def _opened(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str) -> Place:
    address = f"/console/hearings/{reference}"
    return Place(reference, address, lambda refusal: hearing_page_again(session, me, reference, refusal))


serve_acts(pages, "/hearings/<reference>", ANSWERS, _opened)


def hearing_page_again(
    session: Session,
    me: AuthenticatedOfficer,
    reference: str,
    refusal: Refusal | None = None,
    form: Mapping[str, str] | None = None,
) -> Response:
    """The page, or what was refused on it; `form` in place of one that cannot be read."""
    hearing = portal.read(session, sealer(), me.standing.unit, me.officer.reference, reference, now().date())
    return page(
        "hearings/served_one.html",
        here="hearings",
        refusal=refusal,
        form=request.form if form is None else form,
        shown=hearing,
        most=portal.MAX_ANSWER,
        most_files=MAX_FILES,
        once=secrets.token_urlsafe(16),
        endings=",".join(f".{ending}" for ending in sorted({*ENDINGS.values(), "jpeg"})),
    )
