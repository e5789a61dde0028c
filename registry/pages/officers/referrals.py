"""A case's tab of referrals: choosing what a partner is to read, looking at exactly that, and each step on.

The custodian's page: whether a name that its bearer asked to be told goes along with a referral. And the partners' own
pages: what was handed to their organisation, and their answer. Nothing else of the registry is theirs.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.complaints.case import consents, units
from registry.complaints.casework.queries import ContainerView, case_view
from registry.complaints.parties.models import Referral
from registry.complaints.parties.referrals import actions, content, portal, queries, rules
from registry.complaints.parties.steps import fetch_of_case, find_case, require_of_case
from registry.core.clock import now
from registry.http.complaint_services import sealer, store
from registry.http.portals import see_other
from registry.i18n.question_words import in_words
from registry.officer_acts.acts import OfficerAct
from registry.officer_acts.permissions import acting, custodian_call, names_in, officer_call, party_call
from registry.officer_acts.referral_acts import ACTS, IN_CASE, RECEIVED, read_referral
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.files import sent_file
from registry.pages.officers.cases.showing import parts_of, place_of
from registry.pages.officers.cases.tabs import CaseHead, case_page, open_case, require_no_conflict
from registry.pages.officers.forms import Place, serve_acts, version_sent
from registry.pages.officers.guard import form_at, page_at
from registry.pages.officers.rendering import Refusal, attempt, language, page
from registry.vocabulary.cases import AttachmentState, Author
from registry.vocabulary.register import Language

pages = Blueprint("console_referrals", __name__)

USUAL = timedelta(days=90)
"""How long a partner has access by default."""


@page_at(pages, "/cases/<reference>/referrals", Resource.REFERRAL, Act.READ)
def list_referrals(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    head = open_case(session, me, reference)
    found = fetch_of_case(session, Referral, acting(me, Resource.REFERRAL, Act.READ), reference)
    return case_page(
        "referrals/list.html",
        me,
        head,
        "referrals",
        found=found,
        partners={unit.reference: unit for unit in units.partners(session)},
        names=names_in(session, me.standing.unit),
        may_propose=me.standing.may(Resource.REFERRAL, Act.PROPOSE),
    )


@page_at(pages, "/cases/<reference>/referrals/new", Resource.REFERRAL, Act.PROPOSE)
def show_proposal_form(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    return _new(session, me, open_case(session, me, reference))


def _in_case(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str) -> Place:
    head = open_case(session, me, reference)
    address = f"/console/cases/{reference}/referrals"
    return Place(head.case.reference, address, lambda refusal: _new(session, me, head, refusal), is_list=True)


serve_acts(pages, "/cases/<reference>/referrals", IN_CASE, _in_case)


@page_at(pages, "/cases/<reference>/referrals/<referral>", Resource.REFERRAL, Act.READ)
def show_referral(session: Session, me: AuthenticatedOfficer, reference: str, referral: str) -> Response:
    return _referral_page(session, me, open_case(session, me, reference), referral)


def _place_of_act(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str, referral: str) -> Place:
    head = open_case(session, me, reference)
    require_of_case(session, Referral, head.case, referral)
    address = f"/console/cases/{reference}/referrals/{referral}"
    return Place(referral, address, lambda refusal: _referral_page(session, me, head, referral, refusal))


serve_acts(pages, "/cases/<reference>/referrals/<referral>", ACTS, _place_of_act)


def _new(session: Session, me: AuthenticatedOfficer, head: CaseHead, refusal: Refusal | None = None) -> Response:
    """What can be chosen: every answer, message and clean file of the case. Reading it is on record."""
    call = officer_call(session, me, Resource.REFERRAL, Act.PROPOSE)
    view = case_view(call, sealer(), head.case.reference)
    today = me.day(now())
    return case_page(
        "referrals/new.html",
        me,
        head,
        "referrals",
        refusal=refusal,
        boxes=[_pieces(me, box) for box in view.boxes],
        partners=[_partner(session, head, unit) for unit in units.partners(session) if unit.closed_on is None],
        usual=today + USUAL,
        tomorrow=today + timedelta(days=1),
        longest=today + rules.MAX_ACCESS,
    )


def _pieces(me: AuthenticatedOfficer, box: ContainerView) -> dict[str, Any]:
    return {
        "reference": box.reference,
        "role": box.role,
        "parts": parts_of(language(), box.answers),
        "messages": box.messages,
        "hers": [one for one in box.messages if one.author is Author.COMPLAINANT],
        "files": [(one, one.state is AttachmentState.CLEAN) for one in box.files],
    }


def _partner(session: Session, head: CaseHead, unit: Any) -> dict[str, Any]:
    consent = rules.consent_for(unit.partner_kind, unit.country)
    return {"unit": unit, "agreed": consent is not None and consents.is_consented(session, head.case, consent)}


def _referral_page(
    session: Session, me: AuthenticatedOfficer, head: CaseHead, referral: str, refusal: Refusal | None = None
) -> Response:
    require_of_case(session, Referral, head.case, referral)
    view = read_referral(session, me, referral)
    return case_page(
        "referrals/one.html",
        me,
        head,
        "referrals",
        refusal=refusal,
        shown=view,
        answers=answers_in(language(), view.handed),
        partner=next((unit for unit in units.partners(session) if unit.reference == view.referral.party), None),
        names={**names_in(session, me.standing.unit), **names_in(session, view.referral.party)},
        may_propose=me.standing.may(Resource.REFERRAL, Act.PROPOSE),
        may_override=me.standing.may(Resource.REFERRAL, Act.APPROVE),
    )


@form_at(pages, "/identities/<reference>", Resource.IDENTITY, Act.APPROVE)
def decide_identity(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    version, is_approved = version_sent(), request.form.get("decision") == "approve"
    require_no_conflict(me, find_case(session, Referral, me.standing.unit, reference))
    call = custodian_call(session, me, version)
    refusal = attempt(session, lambda: actions.decide_identity(call, sealer(), reference, is_approved=is_approved))
    return see_other("/console/identities") if refusal is None else list_identities(session, me, refusal)


@page_at(pages, "/identities", Resource.IDENTITY, Act.APPROVE)
def list_identities(session: Session, me: AuthenticatedOfficer, refusal: Refusal | None = None) -> Response:
    found = queries.fetch_waiting_identities(custodian_call(session, me), sealer())
    return page(
        "referrals/identities.html",
        here="identities",
        refusal=refusal,
        found=found,
        partners={unit.reference: unit for unit in units.partners(session)},
        names=names_in(session, me.standing.unit),
    )


@page_at(pages, "/referrals", Resource.REFERRAL, Act.ANSWER)
def list_received(session: Session, me: AuthenticatedOfficer) -> Response:
    found = portal.fetch_received(session, me.standing.unit, now())
    return page("referrals/received.html", here="referrals", found=found)


@page_at(pages, "/referrals/<reference>/files/<attachment>", Resource.REFERRAL, Act.ANSWER)
def download_file(session: Session, me: AuthenticatedOfficer, reference: str, attachment: str) -> Response:
    _, name, body = portal.read_file(party_call(session, me), sealer(), store(), reference, attachment)
    return sent_file(body, name)


def _place_of_answer(session: Session, me: AuthenticatedOfficer, act: OfficerAct, /, reference: str) -> Place:
    # What was declined is closed to this organisation from now on: back to the list.
    address = f"/console/referrals/{reference}" if act.is_shown_after else "/console/referrals"
    return Place(reference, address, lambda refusal: show_received(session, me, reference, refusal))


serve_acts(pages, "/referrals/<reference>", RECEIVED, _place_of_answer)


@page_at(pages, "/referrals/<reference>", Resource.REFERRAL, Act.ANSWER)
def show_received(
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


def answers_in(language: Language, handed: content.Handed) -> list[ShownAnswer]:
    """What a referral contains, in the reader's language: for the officer's preview and the partner's page alike."""
    ordered = sorted(handed.answers, key=lambda received: place_of((received.question, None)))
    return [ShownAnswer(received.by, *in_words(language, received.question, received.value)) for received in ordered]


def identity_in(language: Language, given: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [in_words(language, code, value) for code, value in given.items()]
