"""The officers of one's unit: who they are, inviting and changing them by two persons, signing out and closing by one."""

from collections.abc import Callable

from flask import Blueprint, Response, redirect, request
from sqlalchemy.orm import Session

from registry.core.clock import day_at, now
from registry.core.errors import ActRefused, StaleVersion
from registry.officers import accounts, tokens
from registry.officers.rights import OUTSIDERS, Act, Resource, Role
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.acting import version_sent
from registry.pages.officers.confirming import question_of, question_page
from registry.pages.officers.guard import allowed
from registry.pages.officers.rendering import page
from registry.vocabulary.register import STAFF_LANGUAGES, Language

pages = Blueprint("console_officers", __name__)


@pages.get("/officers")
@allowed(Resource.OFFICER, Act.READ)
def officers(session: Session, me: AuthenticatedOfficer) -> Response:
    return _list(session, me)


@pages.post("/officers")
@allowed(Resource.OFFICER, Act.PROPOSE)
def invite(session: Session, me: AuthenticatedOfficer) -> Response:
    form = request.form
    try:
        accounts.propose_invitation(
            session,
            me.standing.unit,
            form.get("name", ""),
            form.get("email", ""),
            _roles(),
            _language(form.get("language", "")),
            by=me.officer.reference,
            at=now(),
        )
    except ActRefused as refused:
        return _list(session, me, fault=refused.reason)
    return _back()


@pages.post("/officers/<reference>/roles")
@allowed(Resource.OFFICER, Act.PROPOSE)
def change_roles(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    def propose() -> None:
        officer = accounts.officer_named(session, reference, me.standing.unit, version_sent())
        accounts.propose_roles(session, officer, _roles(), by=me.officer.reference, at=now())

    return _done(session, me, propose)


@pages.post("/officers/<reference>/reset")
@allowed(Resource.OFFICER, Act.PROPOSE)
def reset(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    def propose() -> None:
        officer = accounts.officer_named(session, reference, me.standing.unit, version_sent())
        accounts.propose_reset(session, officer, by=me.officer.reference, at=now())

    return _done(session, me, propose)


@pages.post("/officers/<reference>/close")
@allowed(Resource.OFFICER, Act.PROPOSE)
def close(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    """Taking away needs one person; giving back needs two."""
    question = question_of("close_officer")
    if question is not None:
        accounts.officer_named(session, reference, me.standing.unit)
        return question_page(question, "/console/officers")

    def end() -> None:
        at = now()
        officer = accounts.officer_named(session, reference, me.standing.unit, version_sent())
        accounts.close(session, officer, by=me.officer.reference, at=at, today=day_at(at, None))

    return _done(session, me, end)


@pages.get("/officers/<reference>")
@allowed(Resource.OFFICER, Act.READ)
def officer(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
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


@pages.post("/officers/<reference>/sign-out")
@allowed(Resource.OFFICER, Act.PROPOSE)
def sign_out(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    found = accounts.officer_named(session, reference, me.standing.unit)
    accounts.sign_out(session, found, by=me.officer.reference, at=now())
    return _back(reference)


@pages.post("/officers/<reference>/tokens/<token>/revoke")
@allowed(Resource.OFFICER, Act.PROPOSE)
def revoke_token(session: Session, me: AuthenticatedOfficer, reference: str, token: str) -> Response:
    found = accounts.officer_named(session, reference, me.standing.unit)
    tokens.revoke(session, found, token, by=me.officer.reference, at=now())
    return _back(reference)


@pages.post("/officers/changes/<reference>/approve")
@allowed(Resource.OFFICER, Act.APPROVE)
def approve(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    at = now()
    change = accounts.change_named(session, reference, me.standing.unit)
    try:
        code = accounts.approve(session, change, by=me.officer.reference, at=at, today=day_at(at, None))
    except ActRefused as refused:
        return _list(session, me, fault=refused.reason)
    # The code is shown here and nowhere else: it is handed over in person.
    return _list(session, me, code=code)


@pages.post("/officers/changes/<reference>/refuse")
@allowed(Resource.OFFICER, Act.PROPOSE)
def refuse(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    change = accounts.change_named(session, reference, me.standing.unit)
    return _done(session, me, lambda: accounts.refuse(session, change, by=me.officer.reference, at=now()))


def _done(session: Session, me: AuthenticatedOfficer, act: Callable[[], None]) -> Response:
    """Do it and lead back, or show the page again with the reason why not: nothing of it is written then."""
    try:
        with session.begin_nested():
            act()
    except ActRefused as refused:
        return _list(session, me, fault=refused.reason)
    except StaleVersion:
        return _list(session, me, fault="stale_officer", status=409)
    return _back()


def _list(
    session: Session, me: AuthenticatedOfficer, *, fault: str | None = None, code: str | None = None, status: int = 400
) -> Response:
    listed = accounts.officers_of(session, me.standing.unit)
    return page(
        "officers.html",
        here="officers",
        status=status if fault else 200,
        fault=fault,
        code=code,
        officers=[(one, sorted(accounts.own_roles(session, one))) for one in listed],
        names={one.id: one.name for one in listed} | {one.reference: one.name for one in listed},
        changes=accounts.open_changes(session, me.standing.unit),
        roles=[role for role in Role if role not in OUTSIDERS or me.standing.roles & OUTSIDERS],
        form=request.form,
        languages=STAFF_LANGUAGES,
        may_propose=me.standing.may(Resource.OFFICER, Act.PROPOSE),
        may_approve=me.standing.may(Resource.OFFICER, Act.APPROVE),
    )


def _roles() -> list[Role]:
    try:
        return [Role(word) for word in request.form.getlist("role")]
    except ValueError:
        raise ActRefused("no_role", "a role that was sent is not known: load the page again") from None


def _language(text: str) -> Language:
    return Language(text) if text in STAFF_LANGUAGES else Language.EN


def _back(reference: str = "") -> Response:
    response = redirect(f"/console/officers/{reference}".rstrip("/"), 303)
    assert isinstance(response, Response)
    return response
