"""The officers of one's unit: who they are, inviting and changing them by two persons, signing out and closing by one."""

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from registry.core.clock import day_at, now
from registry.officer_acts.account_acts import OFFICER_ACCOUNTS, OFFICER_CHANGES, OFFICER_TOKENS, OFFICERS
from registry.officer_acts.acts import OfficerAct
from registry.officer_acts.permissions import reference_in
from registry.officers import accounts, tokens
from registry.officers.rights import OUTSIDERS, Act, Resource, Role
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.forms import Place, serve_acts
from registry.pages.officers.guard import page_at
from registry.pages.officers.rendering import Refusal, page
from registry.vocabulary.register import STAFF_LANGUAGES

pages = Blueprint("console_officers", __name__)

ADDRESS = "/console/officers"
SHOWN_WITH_OFFICER = frozenset({"sign-out", "revoke"})
"""Acts whose buttons stand on the officer's own page; the others stand in the list."""


@page_at(pages, "/officers/<reference>", Resource.OFFICER, Act.READ)
def show_officer(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    """One officer with tokens. When the officer was last here is not shown."""
    found = accounts.officer_named(session, reference, me.standing.unit)
    return page(
        "officer.html",
        here="officers",
        officer=found,
        held=sorted(accounts.own_roles(session, found)),
        tokens=tokens.tokens_of(session, found, day_at(now(), None)),
        may_propose=me.standing.may(Resource.OFFICER, Act.PROPOSE),
    )


def _in_list(reference: str | tuple[str, ...], session: Session, me: AuthenticatedOfficer, act: OfficerAct) -> Place:
    # This part of the code is shown here and nowhere else: it is handed over in person.
    with_code = (
        (lambda code: list_officers(session, me, code=code)) if act.operation == "approveOfficerChange" else None
    )
    return Place(reference, ADDRESS, lambda refusal: list_officers(session, me, refusal), afterwards=with_code)


def _unit(session: Session, me: AuthenticatedOfficer, act: OfficerAct, /) -> Place:
    return _in_list(OFFICERS.find(session, me, act), session, me, act)


def _officer(session: Session, me: AuthenticatedOfficer, act: OfficerAct, /, reference: str, token: str = "") -> Place:
    table, names = (OFFICER_TOKENS, (reference, token)) if token else (OFFICER_ACCOUNTS, (reference,))
    place = _in_list(table.find(session, me, act, *names), session, me, act)
    its_page = f"{ADDRESS}/{reference_in(reference)}"
    return place._replace(address=its_page) if act.name in SHOWN_WITH_OFFICER else place


def _change(session: Session, me: AuthenticatedOfficer, act: OfficerAct, /, reference: str) -> Place:
    return _in_list(OFFICER_CHANGES.find(session, me, act, reference), session, me, act)


serve_acts(pages, "/officers", OFFICERS, _unit)
serve_acts(pages, "/officers/<reference>", OFFICER_ACCOUNTS, _officer)
serve_acts(pages, "/officers/<reference>/tokens/<token>", OFFICER_TOKENS, _officer)
serve_acts(pages, "/officers/changes/<reference>", OFFICER_CHANGES, _change)


@page_at(pages, "/officers", Resource.OFFICER, Act.READ)
def list_officers(
    session: Session, me: AuthenticatedOfficer, refusal: Refusal | None = None, *, code: str | None = None
) -> Response:
    listed = accounts.officers_of(session, me.standing.unit)
    return page(
        "officers.html",
        here="officers",
        refusal=refusal,
        code=code,
        officers=[(one, sorted(accounts.own_roles(session, one))) for one in listed],
        names={one.id: one.name for one in listed} | {one.reference: one.name for one in listed},
        changes=accounts.open_changes(session, me.standing.unit),
        roles=[role for role in Role if role not in OUTSIDERS or me.standing.roles & OUTSIDERS],
        languages=STAFF_LANGUAGES,
        may_propose=me.standing.may(Resource.OFFICER, Act.PROPOSE),
        may_approve=me.standing.may(Resource.OFFICER, Act.APPROVE),
    )
