"""An officer's own settings: password, sessions, recovery codes, tokens, calendar, loans of roles, declared interests.

And second factors: security keys and apps are added, named and removed, each time after the password. A key is asked by
the page's script. Everything else, an app first of all, works without one.
"""

from urllib.parse import urlsplit

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.accounts import second_factors
from registry.core import push
from registry.core.calls import Call
from registry.core.clock import day_at, now
from registry.core.errors import ActRefused
from registry.http.portals import see_other
from registry.http.transaction import keyring, reading, services
from registry.i18n.names import language_name
from registry.officer_acts import calendar
from registry.officer_acts.account_acts import OWN_ACCOUNT, OWN_LOANS, OWN_SESSIONS, OWN_TOKENS
from registry.officer_acts.acts import OfficerAct
from registry.officer_acts.permissions import reference_in
from registry.officer_acts.sign_in_providers import only_way_of
from registry.officers import accounts, factors, loans, models, notices, signing_in, tokens
from registry.officers.providers import linking
from registry.officers.rights import Act, Resource
from registry.officers.sessions import OFFICER_SESSIONS, AuthenticatedOfficer
from registry.pages.files import picture
from registry.pages.forms import fault_on, read_digits
from registry.pages.officers.forms import Place, serve_acts, suggestions
from registry.pages.officers.guard import form_at, open_to_all, page_at
from registry.pages.officers.rendering import Refusal, attempt, page
from registry.pages.officers.sign_in import MAX_ANSWER, relying_party, require_password
from registry.vocabulary.register import STAFF_LANGUAGES

pages = Blueprint("console_own", __name__)

ADDRESS = "/console/own"


@page_at(pages, "/own", Resource.OWN, Act.READ)
def show_own_account(
    session: Session,
    me: AuthenticatedOfficer,
    *,
    fault: str | None = None,
    recovery: list[str] | None = None,
    token: str | None = None,
    given: str | None = None,
    ended_tokens: int = 0,
    refusal: Refusal | None = None,
) -> Response:
    """The page, with what was made and is shown once, or with what was wrong."""
    at = now()
    return page(
        "own.html",
        here="own",
        status=refusal.status if refusal else 400 if fault else 200,
        refusal=refusal,
        suggested=suggestions(session, refusal, request.form),
        fault=fault,
        recovery=recovery,
        token=token,
        notice=given,
        ended_tokens=ended_tokens,
        calendar_made_on=tokens.calendar_made_on(session, me.officer),
        tokens=tokens.tokens_of(session, me.officer, day_at(at, None)),
        token_days=request.form.get("days", tokens.DAYS),
        most_days=tokens.MAX_DAYS,
        only=only_way_of(me.standing),
        token_name=request.form.get("name", "") if fault else "",
        factors=factors.factors_of(session, me.officer),
        has_keys=relying_party() is not None,
        linked=[one.issuer for one in linking.links_of(session, me.officer)],
        codes_left=factors.RECOVERY_CODES.count_left(session, me.officer),
        sessions=OFFICER_SESSIONS.list_living(session, me.officer, at),
        colleagues=[
            one
            for one in accounts.officers_of(session, me.standing.unit)
            if one.id != me.officer.id and one.state is models.OfficerState.ACTIVE
        ],
        staff_languages=[(one, language_name(one, one)) for one in STAFF_LANGUAGES],
        roles=sorted(accounts.own_roles(session, me.officer)),
        loans=loans.list_loans(session, me.officer, me.day(at)),
        today=me.day(at),
        choices=list(models.NoticeChoice),
        choice=notices.choice_of(session, me.officer),
        ways=sorted(push.ways(services().settings)),
        push=(notices.push_of(session, me.officer) or "").partition(":"),
        ntfy=_shown_server(services().settings.ntfy_url),
    )


def _shown_server(address: str | None) -> str:
    """The address of a server without its token."""
    parts = urlsplit(address or "")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if address else ""


@form_at(pages, "/own/language", Resource.OWN, Act.WRITE)
def choose_language(session: Session, me: AuthenticatedOfficer) -> Response:
    """In which language pages and mails are from now on."""
    refusal = attempt(session, lambda: accounts.choose_language(session, me.officer, request.form.get("language", "")))
    return see_other(ADDRESS) if refusal is None else show_own_account(session, me, refusal=refusal)


@form_at(pages, "/own/sessions/end", Resource.OWN, Act.WRITE)
def end_others(session: Session, me: AuthenticatedOfficer) -> Response:
    """Everywhere but here, and programs too unless they are kept."""
    ended = accounts.sign_out_elsewhere(session, me, now(), keeps_programs=_keeps_programs())
    return show_own_account(session, me, given="signed_out", ended_tokens=ended)


@form_at(pages, "/own/recovery-codes", Resource.OWN, Act.WRITE)
@fault_on(show_own_account)
def renew_recovery_codes(session: Session, me: AuthenticatedOfficer) -> Response:
    require_password(session, me)
    return show_own_account(session, me, recovery=factors.renew_recovery_codes(session, me.officer, now()))


@form_at(pages, "/own/password", Resource.OWN, Act.WRITE)
@fault_on(show_own_account)
def change_password(session: Session, me: AuthenticatedOfficer) -> Response:
    """A wrong old one is written down with the answer, as at sign-in."""
    old, new, again = (request.form.get(name, "")[:1000] for name in ("old", "new", "again"))
    if new != again:
        return show_own_account(session, me, fault="password_differs")
    ended_tokens = signing_in.change_password(
        Call(session, me, now()), keyring(), old, new, services().settings.home, keeps_programs=_keeps_programs()
    )
    if ended_tokens is None:
        return show_own_account(session, me, fault="wrong_password")
    return show_own_account(session, me, given="password", ended_tokens=ended_tokens)


def _keeps_programs() -> bool:
    """Whether tokens and the calendar's address shall outlast the sessions that end."""
    return "keep_programs" in request.form


@form_at(pages, "/own/tokens", Resource.OWN, Act.WRITE)
@fault_on(show_own_account)
def make_token(session: Session, me: AuthenticatedOfficer) -> Response:
    """The token is shown on this page and nowhere else."""
    require_password(session, me)
    at, days = now(), read_digits(request.form.get("days", "")[:9]) or 0
    _, made = tokens.make(session, me.officer, request.form.get("name", ""), days, at=at, today=day_at(at, None))
    return show_own_account(session, me, token=made)


def _place_of_act(session: Session, me: AuthenticatedOfficer, act: OfficerAct, /, reference: str = "") -> Place:
    """Something of one's own, or the account itself."""
    reference = reference_in(reference) if reference else me.officer.reference
    return Place(reference, ADDRESS, lambda refusal: show_own_account(session, me, refusal=refusal))


serve_acts(pages, "/own", OWN_ACCOUNT, _place_of_act)
serve_acts(pages, "/own/sessions/<reference>", OWN_SESSIONS, _place_of_act)
serve_acts(pages, "/own/tokens/<reference>", OWN_TOKENS, _place_of_act)
serve_acts(pages, "/own/loans/<reference>", OWN_LOANS, _place_of_act)


@pages.get("/calendar/<secret>.ics")
@open_to_all
def show_calendar_feed(secret: str) -> Response:
    """Anyone who has the address reads numbers of cases and days. Nothing of it is cached."""
    at, session = now(), reading()
    me = tokens.officer_of_calendar(session, secret, at)
    response = Response(calendar.ics(calendar.events(session, me), at), content_type=calendar.MIME_TYPE)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@form_at(pages, "/own/calendar", Resource.OWN, Act.WRITE)
@fault_on(show_own_account)
def make_calendar(session: Session, me: AuthenticatedOfficer) -> Response:
    """Make the address, or another in place of it. It is shown this once."""
    require_password(session, me)
    at = now()
    secret = tokens.make_calendar(session, me.officer, at, day_at(at, None))
    address = f"{services().settings.console_address}/console/calendar/{secret}.ics"
    return page("calendar.html", here="own", address=address)


@form_at(pages, "/own/calendar/revoke", Resource.OWN, Act.WRITE)
def revoke_calendar(session: Session, me: AuthenticatedOfficer) -> Response:
    tokens.revoke_calendar(session, me.officer, day_at(now(), None))
    return see_other("/console/own#calendar")


@form_at(pages, "/own/keys", Resource.OWN, Act.WRITE)
@fault_on(show_own_account)
def begin_key(session: Session, me: AuthenticatedOfficer) -> Response:
    """What the new key is asked to sign, on a page whose script asks it."""
    require_password(session, me)
    party, name = relying_party(), _factor_name()
    if party is None or me.session is None:
        return show_own_account(session, me, fault="no_keys_here")
    wanted = factors.registration_options(Call(session, me.officer, now()), me.session, party)
    return page("key.html", here="own", name=name, wanted=wanted)


@form_at(pages, "/own/keys/finish", Resource.OWN, Act.WRITE)
@fault_on(show_own_account)
def add_key(session: Session, me: AuthenticatedOfficer) -> Response:
    party = relying_party()
    if party is None or me.session is None:
        return show_own_account(session, me, fault="no_keys_here")
    name, answer = request.form.get("name", "")[:200], request.form.get("answer", "")[:MAX_ANSWER]
    factors.add_key(Call(session, me.officer, now()), me.session, party, name, answer)
    return _back()


@form_at(pages, "/own/apps", Resource.OWN, Act.WRITE)
@fault_on(show_own_account)
def begin_app(session: Session, me: AuthenticatedOfficer) -> Response:
    require_password(session, me)
    _, secret = factors.APPS.begin(session, keyring(), me.officer, _factor_name(), day_at(now(), None))
    return _app_page(me, secret)


def _factor_name() -> str:
    """What the officer calls a second factor. Raises ActRefused."""
    name = " ".join(request.form.get("name", "").split())[:60]
    if not name or not name.isprintable():
        raise ActRefused("bad_key_name", "give it a name that can be read")
    return name


@form_at(pages, "/own/apps/finish", Resource.OWN, Act.WRITE)
def add_app(session: Session, me: AuthenticatedOfficer) -> Response:
    """Its first code shows that it works. Until then the same secret is shown again."""
    at = now()
    app = factors.APPS.find_begun(session, me.officer)
    if app is None:
        return show_own_account(session, me, fault="no_app_begun")
    if not factors.APPS.is_code_right(session, keyring(), app, request.form.get("code", "")[:20], at):
        return _app_page(me, factors.APPS.secret_of(keyring(), app), fault="wrong_code")
    factors.add_app(session, me.officer, app, at)
    return _back()


@form_at(pages, "/own/factors/remove", Resource.OWN, Act.WRITE)
@fault_on(show_own_account)
def remove_factor(session: Session, me: AuthenticatedOfficer) -> Response:
    """Remove a second factor. As a lost one may be in use elsewhere, every other session ends."""
    require_password(session, me)
    at = now()
    factors.remove(session, me.officer, request.form.get("factor", "")[:40], at)
    OFFICER_SESSIONS.end_all(session, me.officer, at, but=me.session)
    return _back()


def _app_page(me: AuthenticatedOfficer, secret: bytes, fault: str | None = None) -> Response:
    address = second_factors.address_for_app(secret, me.officer.email)
    return page(
        "own_app.html",
        here="own",
        status=400 if fault else 200,
        fault=fault,
        picture=picture(address),
        typed=second_factors.typed_form(secret),
    )


def _back() -> Response:
    return see_other("/console/own#factors")
