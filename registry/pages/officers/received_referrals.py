"""The partners' own pages: what was handed to their organisation, and their answer. Nothing else of the registry is theirs."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from registry.complaints.parties.referrals import portal
from registry.complaints.parties.referrals.content import Handed
from registry.core.clock import now
from registry.http.complaint_services import sealer, store
from registry.i18n.question_words import in_words
from registry.officer_acts.acting import names_in, party_call
from registry.officer_acts.acts import OfficerAct
from registry.officer_acts.referral_acts import RECEIVED
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.files import sent_file
from registry.pages.officers.act_pages import Place, serve_acts
from registry.pages.officers.cases.showing import place_of
from registry.pages.officers.guard import allowed
from registry.pages.officers.refusals import Refusal
from registry.pages.officers.rendering import language, page
from registry.vocabulary.register import Language

pages = Blueprint("console_referred", __name__)


@pages.get("/referrals")
@allowed(Resource.REFERRAL, Act.ANSWER)
def referred(session: Session, me: AuthenticatedOfficer) -> Response:
    found = portal.fetch_received(session, me.standing.unit, now().date())
    return page("referrals/received.html", here="referrals", found=found)


@pages.get("/referrals/<reference>")
@allowed(Resource.REFERRAL, Act.ANSWER)
def one(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    return _referral_page(session, me, reference)


@pages.get("/referrals/<reference>/files/<attachment>")
@allowed(Resource.REFERRAL, Act.ANSWER)
def file(session: Session, me: AuthenticatedOfficer, reference: str, attachment: str) -> Response:
    _, name, body = portal.read_file(party_call(session, me), sealer(), store(), reference, attachment)
    return sent_file(body, name)


def _place_of_act(session: Session, me: AuthenticatedOfficer, act: OfficerAct, /, reference: str) -> Place:
    # What was declined is closed to this organisation from now on: back to the list.
    address = f"/console/referrals/{reference}" if act.is_shown_after else "/console/referrals"
    return Place(reference, address, lambda refusal: _referral_page(session, me, reference, refusal))


serve_acts(pages, "/referrals/<reference>", RECEIVED, _place_of_act)


def _referral_page(
    session: Session, me: AuthenticatedOfficer, reference: str, refusal: Refusal | None = None
) -> Response:
    spoken = language()
    referral = portal.read(party_call(session, me), sealer(), reference)
    return page(
        "referrals/received_one.html",
        here="referrals",
        refusal=refusal,
        shown=referral,
        handed=referral.handed,
        answers=answers_in(spoken, referral.handed),
        identity=identity_in(spoken, referral.identity),
        names=names_in(session, me.standing.unit),
    )


class ShownAnswer(NamedTuple):
    by: str
    question: str
    answer: str


def answers_in(language: Language, handed: Handed) -> list[ShownAnswer]:
    """What a referral contains, in the reader's language: for the officer's preview and the partner's page alike."""
    ordered = sorted(handed.answers, key=lambda one: place_of((one.question, None)))
    return [ShownAnswer(one.by, *in_words(language, one.question, one.value)) for one in ordered]


def identity_in(language: Language, given: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [in_words(language, code, value) for code, value in given.items()]
