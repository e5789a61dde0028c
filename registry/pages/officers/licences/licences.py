"""An authority's licences: the list, and one with how it stands, what may be done to it, its holder and its history.

And an agency's deposit: its ledger, what is missing and by when, and the lines that wait for a second person.
"""

from datetime import date

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.errors import NotFound
from registry.officer_acts.acts import OfficerAct
from registry.officer_acts.licence_acts import DEPOSIT_LINES, DEPOSITS, find_agency, list_waiting, official
from registry.officer_acts.permissions import names_of, require_no_interest
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.forms import Place, serve_acts
from registry.pages.officers.guard import page_at
from registry.pages.officers.licences import showing
from registry.pages.officers.rendering import Refusal, page
from registry.register.agencies import record
from registry.supervision.licensing import deposit_rules, deposits, drafting, queries, rules
from registry.vocabulary.fees import DepositUse
from registry.vocabulary.register import LicenceStatus, Role
from registry.vocabulary.supervision import DepositLineKind, ProposalState

pages = Blueprint("console_licences", __name__)

MAX_QUESTION = 200


@page_at(pages, "/licences", Resource.LICENCE, Act.READ)
def list_licences(session: Session, me: AuthenticatedOfficer) -> Response:
    query, authority = request.args, official(me).authority
    word = query.get("status", "")
    filters = queries.Filters(
        q=query.get("q", "")[:MAX_QUESTION],
        status=LicenceStatus(word) if word in list(LicenceStatus) else None,
        is_expiring=query.get("expiring") == "yes",
    )
    try:
        today, _ = drafting.today_of(session, authority, now())
    except NotFound:
        # A unit may be set up before the first list of its authority is read.
        return page("licences/unknown.html", here="licences", authority=authority)
    found = queries.page_of_licences(session, authority, filters, today, after=query.get("after") or None)
    return page(
        "licences/list.html",
        here="licences",
        found=found,
        filters=filters,
        statuses=list(LicenceStatus),
        waiting=len(list_waiting(session, me)),
        may_propose=me.standing.may(Resource.LICENCE, Act.PROPOSE),
        name_of=showing.name_of,
        status_word=showing.status_word,
        tone=showing.tone,
    )


@page_at(pages, "/licences/<reference>", Resource.LICENCE, Act.READ)
def show_licence(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    authority = official(me).authority
    row, agency = queries.licence_and_holder(session, authority, reference)
    require_no_interest(me, agency.agency_id)
    today, _ = drafting.today_of(session, authority, now())
    made = queries.proposals_of(session, authority, agency_id=row.agency_id)
    known, status = drafting.licence_of(agency, row.reference), drafting.status_on(agency, row.reference, today)
    return page(
        "licences/licence.html",
        here="licences",
        agency=agency,
        licence=known,
        stands=status,
        lines=showing.licence_lines(agency, row.reference, today),
        acts=[
            (act, act in rules.possible(status))
            for act, rule in rules.ACTS.items()
            if rule.about is rules.About.LICENCE
        ],
        agency_acts=_agency_acts(agency, today),
        waiting=[one for one in made if one.state is ProposalState.OPEN],
        timeline=queries.timeline(session, known, made),
        others=[one for one in agency.licences if one.authority == authority and one.licence_id != row.reference],
        names=names_of(session, authority),
        may_propose=me.standing.may(Resource.LICENCE, Act.PROPOSE),
        today=today,
        name_of=showing.name_of,
        status_word=showing.status_word,
        tone=showing.tone,
        agreement_text=showing.agreement_text,
        intermediary_text=showing.intermediary_text,
    )


def _agency_acts(agency: record.Agency, today: date) -> list[tuple[str, str]]:
    """Acts on the agency, each with why it cannot be done here, or nothing."""
    has_agreement = any(one.sending == agency.agency_id and _runs(one, today) for one in agency.agreements)
    has_intermediary = any(_runs(one, today) for one in agency.intermediaries)
    return [
        ("register_agreement", "" if agency.role is Role.SENDING else "not_sending"),
        ("end_agreement", "" if has_agreement else "none_runs"),
        ("register_intermediary", ""),
        ("end_intermediary", "" if has_intermediary else "none_runs"),
    ]


def _runs(one: record.Agreement | record.Intermediary, day: date) -> bool:
    return one.to is None or one.to > day


def _place_of_act(
    session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str, line: str = ""
) -> Place:
    _row, agency = find_agency(session, me, reference)
    address = f"/console/licences/agencies/{agency.agency_id}/deposit"
    return Place(line or agency.agency_id, address, lambda refusal: show_deposit(session, me, reference, refusal))


serve_acts(pages, "/licences/agencies/<reference>/deposit", DEPOSITS, _place_of_act)
serve_acts(pages, "/licences/agencies/<reference>/deposit/<line>", DEPOSIT_LINES, _place_of_act)


@page_at(pages, "/licences/agencies/<reference>/deposit", Resource.DEPOSIT, Act.READ)
def show_deposit(
    session: Session, me: AuthenticatedOfficer, reference: str, refusal: Refusal | None = None
) -> Response:
    authority = official(me).authority
    row, agency = find_agency(session, me, reference)
    today, _ = drafting.today_of(session, authority, now())
    found = deposits.ledger_view(session, row.id, agency, today)
    return page(
        "licences/deposit.html",
        here="licences",
        refusal=refusal,
        agency=agency,
        found=found,
        is_late=found.standing.top_up_by is not None and found.standing.top_up_by < today,
        reversed_lines={one.reverses for one in found.lines if one.reverses},
        typed=request.form,
        today=today,
        kinds=[kind for kind in DepositLineKind if kind is not DepositLineKind.REVERSED],
        uses=list(DepositUse),
        forms=deposit_rules.FORMS,
        days=deposit_rules.TOP_UP_WITHIN,
        names=names_of(session, authority),
        name_of=showing.name_of,
        own=me.officer.reference,
        may_enter=me.standing.may(Resource.DEPOSIT, Act.PROPOSE),
        may_approve=me.standing.may(Resource.DEPOSIT, Act.APPROVE),
    )
