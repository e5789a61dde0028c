"""The officers of one's unit: who they are, inviting and changing them by two persons, closing an account."""

from flask import Blueprint, Response, redirect, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.clock import day_at, now
from registry.console.guard import allowed
from registry.console.rendering import page
from registry.errors import ActRefused, NotFound
from registry.officers import accounts
from registry.officers.models import OfficerChange
from registry.officers.rights import Act, Resource, Role
from registry.officers.sessions import Present
from registry.terms import Language

pages = Blueprint("console_officers", __name__)


@pages.get("/officers")
@allowed(Resource.OFFICER, Act.READ)
def officers(session: Session, me: Present) -> Response:
    return _list(session, me)


@pages.post("/officers")
@allowed(Resource.OFFICER, Act.PROPOSE)
def invite(session: Session, me: Present) -> Response:
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
def change_roles(session: Session, me: Present, reference: str) -> Response:
    officer = accounts.officer_named(session, reference, me.standing.unit)
    try:
        accounts.propose_roles(session, officer, _roles(), by=me.officer.reference, at=now())
    except ActRefused as refused:
        return _list(session, me, fault=refused.reason)
    return _back()


@pages.post("/officers/<reference>/reset")
@allowed(Resource.OFFICER, Act.PROPOSE)
def reset(session: Session, me: Present, reference: str) -> Response:
    officer = accounts.officer_named(session, reference, me.standing.unit)
    try:
        accounts.propose_reset(session, officer, by=me.officer.reference, at=now())
    except ActRefused as refused:
        return _list(session, me, fault=refused.reason)
    return _back()


@pages.post("/officers/<reference>/close")
@allowed(Resource.OFFICER, Act.PROPOSE)
def close(session: Session, me: Present, reference: str) -> Response:
    """Taking away needs one person; giving back needs two."""
    at = now()
    officer = accounts.officer_named(session, reference, me.standing.unit)
    try:
        accounts.close(session, officer, by=me.officer.reference, at=at, today=day_at(at, None))
    except ActRefused as refused:
        return _list(session, me, fault=refused.reason)
    return _back()


@pages.post("/officers/changes/<reference>/approve")
@allowed(Resource.OFFICER, Act.APPROVE)
def approve(session: Session, me: Present, reference: str) -> Response:
    at = now()
    change = _change(session, me, reference)
    try:
        code = accounts.approve(session, change, by=me.officer.reference, at=at, today=day_at(at, None))
    except ActRefused as refused:
        return _list(session, me, fault=refused.reason)
    # The code is shown here and nowhere else: it is handed over in person.
    return _list(session, me, code=code)


@pages.post("/officers/changes/<reference>/refuse")
@allowed(Resource.OFFICER, Act.PROPOSE)
def refuse(session: Session, me: Present, reference: str) -> Response:
    try:
        accounts.refuse(session, _change(session, me, reference), by=me.officer.reference, at=now())
    except ActRefused as refused:
        return _list(session, me, fault=refused.reason)
    return _back()


def _change(session: Session, me: Present, reference: str) -> OfficerChange:
    found = session.scalars(
        select(OfficerChange).where(OfficerChange.reference == reference, OfficerChange.unit == me.standing.unit)
    ).one_or_none()
    if found is None:
        raise NotFound("there is no such change")
    return found


def _list(session: Session, me: Present, *, fault: str | None = None, code: str | None = None) -> Response:
    listed = accounts.officers_of(session, me.standing.unit)
    return page(
        "officers.html",
        here="officers",
        status=400 if fault else 200,
        fault=fault,
        code=code,
        officers=[(one, sorted(accounts.own_roles(session, one))) for one in listed],
        names={one.id: one.name for one in listed} | {one.reference: one.name for one in listed},
        changes=accounts.open_changes(session, me.standing.unit),
        roles=list(Role),
        languages=list(Language),
        may_propose=me.standing.may(Resource.OFFICER, Act.PROPOSE),
        may_approve=me.standing.may(Resource.OFFICER, Act.APPROVE),
    )


def _roles() -> list[Role]:
    try:
        return [Role(word) for word in request.form.getlist("role")]
    except ValueError:
        raise ActRefused("no_role", "a role that was sent is not known: load the page again") from None


def _language(text: str) -> Language:
    return Language(text) if text in list(Language) else Language.EN


def _back() -> Response:
    response = redirect("/console/officers", 303)
    assert isinstance(response, Response)
    return response
