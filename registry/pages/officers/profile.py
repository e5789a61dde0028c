"""An officer's own settings: password, sessions, recovery codes, tokens, loans of roles, declared interests."""

from datetime import date
from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, request
from sqlalchemy.orm import Session

from registry.core import push
from registry.core.clock import day_at, now
from registry.core.errors import ActRefused, InvalidInput, TooManyRequests
from registry.core.ids import read_reference
from registry.http.app_services import keyring
from registry.http.transaction import services
from registry.officer_desk.agency_picker import picked_agency
from registry.officer_desk.sign_in_providers import only_way_of
from registry.officers import accounts, calendars, factors, notices, sessions, signing_in, tokens
from registry.officers.models import NoticeChoice, OfficerState
from registry.officers.providers import linking
from registry.officers.rights import Act, Resource, Role
from registry.officers.sessions import AuthenticatedOfficer
from registry.officers.signing_in import Step
from registry.pages.officers.agencies import suggestions, with_choices
from registry.pages.officers.guard import allowed
from registry.pages.officers.refusals import Refusal, refusal_of
from registry.pages.officers.rendering import page
from registry.pages.officers.sign_in import place

pages = Blueprint("console_own", __name__)


@pages.get("/own")
@allowed(Resource.OWN, Act.READ)
def own(session: Session, me: AuthenticatedOfficer) -> Response:
    return own_page(session, me)


@pages.post("/own/sessions/<reference>/end")
@allowed(Resource.OWN, Act.WRITE)
def end_session(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    sessions.end_one(session, me.officer, reference, now())
    return _back()


@pages.post("/own/sessions/end")
@allowed(Resource.OWN, Act.WRITE)
def end_others(session: Session, me: AuthenticatedOfficer) -> Response:
    """Everywhere but here."""
    sessions.end_all(session, me.officer, now(), but=me.session)
    return _back()


@pages.post("/own/recovery-codes")
@allowed(Resource.OWN, Act.WRITE)
def renew_recovery_codes(session: Session, me: AuthenticatedOfficer) -> Response:
    return own_page(session, me, recovery=factors.new_recovery_codes(session, me.officer))


@pages.post("/own/password")
@allowed(Resource.OWN, Act.WRITE)
def change_password(session: Session, me: AuthenticatedOfficer) -> Response:
    """A wrong old one is written down with the answer, as at the door."""
    at = now()
    old, new, again = (request.form.get(name, "")[:1000] for name in ("old", "new", "again"))
    if new != again:
        return own_page(session, me, fault="password_differs")
    try:
        attempt = signing_in.change_password(
            session, keyring(), me, old, new, at, day_at(at, None), services().settings.home
        )
    except ActRefused as refused:
        return own_page(session, me, fault=refused.reason)
    if attempt.step is Step.WAIT:
        raise TooManyRequests(f"too many attempts: try again in {attempt.seconds} seconds", attempt.seconds)
    return (
        own_page(session, me, fault="wrong_password")
        if attempt.step is Step.REFUSED
        else own_page(session, me, given="password")
    )


@pages.post("/own/tokens")
@allowed(Resource.OWN, Act.WRITE)
def make_token(session: Session, me: AuthenticatedOfficer) -> Response:
    """The token is shown on this page and nowhere else."""
    at = now()
    days = request.form.get("days", "")[:9]
    try:
        number = int(days) if days.isascii() and days.isdigit() else 0
        _, made = tokens.make(session, me.officer, request.form.get("name", ""), number, at=at, today=day_at(at, None))
    except ActRefused as refused:
        return own_page(session, me, fault=refused.reason)
    return own_page(session, me, token=made)


@pages.post("/own/tokens/<reference>/revoke")
@allowed(Resource.OWN, Act.WRITE)
def revoke_token(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    tokens.revoke(session, me.officer, reference, by=me.officer.reference, at=now())
    return _back()


@pages.post("/own/notices")
@allowed(Resource.OWN, Act.WRITE)
def choose_notices(session: Session, me: AuthenticatedOfficer) -> Response:
    word = request.form.get("choice", "")
    if word in list(NoticeChoice):
        notices.choose(session, me.officer, NoticeChoice(word))
    room = " ".join(request.form.get("room", "").split())
    match request.form.get("way", ""):
        case push.MATRIX if not push.is_room(room):
            return own_page(session, me, fault="room")
        case push.MATRIX as way if way in push.ways(services().settings):
            notices.choose_push(session, me.officer, f"{way}:{room}")
        case push.NTFY as way if way in push.ways(services().settings):
            former = notices.push_of(session, me.officer) or ""
            is_same = former.startswith(f"{way}:")
            notices.choose_push(session, me.officer, former if is_same else f"{way}:{push.new_topic()}")
        case "mail":
            notices.choose_push(session, me.officer, None)
    return _back()


@pages.post("/own/conflicts")
@allowed(Resource.OWN, Act.WRITE)
def declare_conflict(session: Session, me: AuthenticatedOfficer) -> Response:
    typed = with_choices(request.form).get("agency", "")
    try:
        # An interest may be declared before the agency is in the registry: by its reference alone.
        agency = read_reference(typed[:40]) or picked_agency(session, typed)
    except InvalidInput as unread:
        return own_page(session, me, refusal=refusal_of(unread))
    accounts.declare_conflict(session, me.officer, agency, day_at(now(), None))
    return _back()


@pages.post("/own/loans")
@allowed(Resource.OWN, Act.WRITE)
def lend(session: Session, me: AuthenticatedOfficer) -> Response:
    today = day_at(now(), None)
    try:
        deputy = accounts.officer_named(session, request.form.get("deputy", ""), me.standing.unit)
        role = Role(request.form.get("role", ""))
        from_on, to_on = (date.fromisoformat(request.form.get(name, "")) for name in ("from_on", "to_on"))
        accounts.lend(session, me.officer, deputy, role, from_on, to_on, today)
    except ValueError:
        return own_page(session, me, fault="bad_days")
    except ActRefused as refused:
        return own_page(session, me, fault=refused.reason)
    return _back()


@pages.post("/own/loans/<reference>/end")
@allowed(Resource.OWN, Act.WRITE)
def end_loan(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    accounts.end_loan(session, me.officer, reference, day_at(now(), None))
    return _back()


def own_page(
    session: Session,
    me: AuthenticatedOfficer,
    *,
    fault: str | None = None,
    recovery: list[str] | None = None,
    token: str | None = None,
    given: str | None = None,
    refusal: Refusal | None = None,
) -> Response:
    """The page, with what was made and is shown once, or with what was wrong."""
    at = now()
    return page(
        "own.html",
        here="own",
        status=400 if fault or refusal else 200,
        refusal=refusal,
        form=request.form,
        suggested=suggestions(session, refusal, request.form),
        fault=fault,
        recovery=recovery,
        token=token,
        told=given,
        calendar_made_on=calendars.made_on(session, me.officer),
        tokens=tokens.tokens_of(session, me.officer, day_at(at, None)),
        token_days=request.form.get("days", tokens.DAYS),
        most_days=tokens.MAX_DAYS,
        only=only_way_of(me.standing),
        token_name=request.form.get("name", "") if fault else "",
        factors=factors.factors_of(session, me.officer),
        has_keys=place() is not None,
        linked=[one.issuer for one in linking.links_of(session, me.officer)],
        codes_left=factors.recovery_codes_left(session, me.officer),
        sessions=sessions.sessions_of(session, me.officer, at),
        colleagues=[
            one
            for one in accounts.officers_of(session, me.standing.unit)
            if one.id != me.officer.id and one.state is OfficerState.ACTIVE
        ],
        roles=sorted(accounts.own_roles(session, me.officer)),
        loans=accounts.loans_of(session, me.officer, day_at(at, None)),
        today=day_at(at, None),
        choices=list(NoticeChoice),
        choice=notices.choice_of(session, me.officer),
        ways=sorted(push.ways(services().settings)),
        push=(notices.push_of(session, me.officer) or "").partition(":"),
        ntfy=_shown_server(services().settings.ntfy_url),
    )


def _shown_server(address: str | None) -> str:
    """The address of a server without its token."""
    parts = urlsplit(address or "")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if address else ""


def _back() -> Response:
    response = redirect("/console/own", 303)
    assert isinstance(response, Response)
    return response
