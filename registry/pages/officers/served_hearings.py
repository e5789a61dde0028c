"""The agencies' own pages: what they are asked, their answer, and its papers. Nothing of a case is theirs.

Papers are sent one at a time by a form of the hearing's page, held in memory alone, and saved again by it. A slow line
sends for minutes, and the store may be slow: nothing of the database is held while either is waited for.
"""

import secrets
from collections.abc import Mapping
from functools import partial

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.complaints.attachments.actions import MAX_FILES, discard_if_possible
from registry.complaints.casework.queries import CleanFile
from registry.complaints.casework.unsent import unsent_on
from registry.complaints.parties.hearings import files, portal
from registry.complaints.parties.hearings.rules import answer_digest
from registry.complaints.parties.steps import PartyMember
from registry.core.clock import now
from registry.core.errors import IllegalMove, NotFound
from registry.http.complaint_services import read_form_file, sealer, store, upload_services
from registry.http.portals import see_other
from registry.http.transaction import writing
from registry.i18n.languages import text
from registry.i18n.names import name_in
from registry.officer_acts.acting import acting_for_party, party_call
from registry.officer_acts.acts import OfficerAct
from registry.officer_acts.hearing_acts import ANSWERS
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.files import sent_file
from registry.pages.officers.act_pages import Place, serve_acts
from registry.pages.officers.form_fields import FILE_ENDINGS, refused_file, takes_file
from registry.pages.officers.guard import Afterwards, allowed, authenticate, form_at, page_at
from registry.pages.officers.rendering import Refusal, language, page, refusal_of, typed_in
from registry.vocabulary.cases import HandedWith

pages = Blueprint("console_heard", __name__)


@page_at(pages, "/hearings", Resource.HEARING, Act.ANSWER)
def list_served(session: Session, me: AuthenticatedOfficer) -> Response:
    found = portal.fetch_served(session, me.standing.unit, now())
    return page("hearings/served.html", here="hearings", found=found)


@page_at(pages, "/hearings/<reference>/receipt", Resource.HEARING, Act.ANSWER)
def download_answer_receipt(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    """A text to keep: on which day the answer was given, and the hash of its words, which the case file states as well."""
    given = portal.read(party_call(session, me), sealer(), reference)
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


def _place_of_act(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str) -> Place:
    address = f"/console/hearings/{reference}"
    return Place(reference, address, lambda refusal: show_served(session, me, reference, refusal))


serve_acts(pages, "/hearings/<reference>", ANSWERS, _place_of_act)


@page_at(pages, "/hearings/<reference>", Resource.HEARING, Act.ANSWER)
def show_served(
    session: Session,
    me: AuthenticatedOfficer,
    reference: str,
    refusal: Refusal | None = None,
    form: Mapping[str, str] | None = None,
) -> Response:
    """The page, or what was refused on it; `form` in place of one that cannot be read."""
    hearing = portal.read(party_call(session, me), sealer(), reference)
    return page(
        "hearings/served_one.html",
        here="hearings",
        refusal=refusal,
        form=request.form if form is None else form,
        shown=hearing,
        most=portal.MAX_ANSWER,
        most_files=MAX_FILES,
        once=secrets.token_urlsafe(16),
        endings=FILE_ENDINGS,
    )


@pages.post("/hearings/<reference>/files")
@takes_file(Resource.HEARING, Act.ANSWER, lambda refusal, reference: _refused(refusal, reference))
@allowed(Resource.HEARING, Act.ANSWER)
def add_file(session: Session, me: AuthenticatedOfficer, reference: str) -> Afterwards:
    member = acting_for_party(me)
    return Afterwards(lambda: _add(member, reference))


@page_at(pages, "/hearings/<reference>/files/<attachment>", Resource.HEARING, Act.ANSWER)
def download_own_file(session: Session, me: AuthenticatedOfficer, reference: str, attachment: str) -> Afterwards:
    """One of the agency's own, as it sent it: to be saved and never shown in a page."""
    fetch = files.find_own_file(party_call(session, me), sealer(), store(), reference, attachment)
    return Afterwards(lambda: _send(fetch()))


@form_at(pages, "/hearings/<reference>/files/<attachment>/remove", Resource.HEARING, Act.ANSWER)
def remove_file(session: Session, me: AuthenticatedOfficer, reference: str, attachment: str) -> Response | Afterwards:
    try:
        with session.begin_nested():
            names = files.remove_file(party_call(session, me), reference, attachment)
    except IllegalMove as refused:
        return show_served(session, me, reference, refusal_of(refused))
    return Afterwards(lambda: _discard(reference, names))


def _send(file: CleanFile) -> Response:
    return sent_file(file.body, file.name)


def _discard(reference: str, names: list[str]) -> Response:
    discard_if_possible(store(), names)
    return see_other(f"/console/hearings/{reference}")


def _add(member: PartyMember, reference: str) -> Response:
    refusal = refused_file(
        lambda: files.add_file(upload_services(), sealer(), member, reference, read_form_file(), now())
    )
    return see_other(f"/console/hearings/{reference}") if refusal is None else _refused(refusal, reference)


def _refused(refusal: Refusal, reference: str) -> Response:
    with writing() as session:
        me = authenticate(session)
        return show_served(session, me, reference, refusal, _typed_beside(session, me))


def _typed_beside(session: Session, me: AuthenticatedOfficer) -> Mapping[str, str]:
    """The answer as it was typed on the page of a paper that was refused: its form did not bring it along."""
    origin = request.path.partition("/files")[0]
    return typed_in(unsent_on(session, sealer(), me.officer.id, origin, now()))
