"""The second step of members: given at sign-in, set up, removed, and required of all members by an owner.

A member who has one, or whose organisation requires one, gets with a password alone a session that allows only this
step. An open session alone changes nothing: the password is asked again, and wrong ones count as at sign-in.
"""

from datetime import date, datetime

from sqlalchemy.orm import Session

from registry.core.clock import day_at
from registry.core.errors import ActRefused
from registry.core.keyring import Keyring
from registry.organisations import authenticators, members, sessions
from registry.organisations.members import DELAYS
from registry.organisations.models import MemberApp
from registry.organisations.sessions import MEMBER_SESSIONS, MemberPresent

AT_THE_DOOR = "app"
"""What the app is called that is set up while signing in."""


def give_code(session: Session, keyring: Keyring, token: str, code: str, at: datetime) -> str | None:
    """The second step with an app's code or a recovery code; gives the token of a full session, None for a wrong code.

    The session becomes another one under another token: what somebody planted before opens nothing. Raises NotSignedIn
    without the first step, and TooManyRequests.
    """
    me = sessions.arriving(session, token, at)
    email = me.member.email
    DELAYS.require_no_wait(session, keyring, email, at)
    stored = authenticators.APPS.list_confirmed(session, me.member)
    is_right = any(authenticators.APPS.is_code_right(session, keyring, app, code, at) for app in stored)
    # A member without an app has no codes either, and sets up the first app.
    if not is_right and not (stored and authenticators.RECOVERY_CODES.use(session, me.member, code, day_at(at, None))):
        DELAYS.failed(session, keyring, email, at)
        return None
    DELAYS.forget(session, keyring, email)
    MEMBER_SESSIONS.end(session, token, at)
    return MEMBER_SESSIONS.begin(session, me.member, at, is_full=True)


def begin_at_sign_in(session: Session, keyring: Keyring, me: MemberPresent, today: date) -> None:
    """Begin the app of a member whose organisation requires a second step and who has none."""
    if not authenticators.has_app(session, me.member.id):
        authenticators.begin(session, keyring, me.member, AT_THE_DOOR, today)


def finish_at_sign_in(
    session: Session, keyring: Keyring, token: str, code: str, at: datetime
) -> tuple[str, list[str]] | None:
    """The first code of that app: gives the token of a full session, and recovery codes.

    None where the code is wrong.
    """
    me = sessions.arriving(session, token, at)
    app = None if authenticators.has_app(session, me.member.id) else authenticators.APPS.find_begun(session, me.member)
    if app is None or not authenticators.APPS.is_code_right(session, keyring, app, code, at):
        return None
    app.is_confirmed = True
    DELAYS.forget(session, keyring, me.member.email)
    MEMBER_SESSIONS.end_all(session, me.member, at)
    token = MEMBER_SESSIONS.begin(session, me.member, at, is_full=True)
    return token, authenticators.RECOVERY_CODES.renew(session, me.member)


def finish(
    session: Session, keyring: Keyring, me: MemberPresent, app: MemberApp, code: str, at: datetime
) -> list[str] | None:
    """The first code of an app shows that it works.

    Gives the recovery codes where it is the first app; None: the code is wrong.

    Sessions that began without it end.
    """
    if not authenticators.APPS.is_code_right(session, keyring, app, code, at):
        return None
    is_first = not authenticators.has_app(session, me.member.id)
    app.is_confirmed = True
    session.flush()
    MEMBER_SESSIONS.end_all(session, me.member, at, but=me.session)
    return authenticators.RECOVERY_CODES.renew(session, me.member) if is_first else []


def take_away(session: Session, me: MemberPresent, reference: str, at: datetime) -> None:
    """Remove a member's own app. All other sessions end, as someone who has a lost app may be signed in with it."""
    authenticators.take_away(session, me.member, reference, is_needed=me.organisation.needs_second_step)
    MEMBER_SESSIONS.end_all(session, me.member, at, but=me.session)


def require(session: Session, me: MemberPresent, is_needed: bool) -> None:
    """Require a second step of all members, or no more. Raises Forbidden, and ActRefused for an owner who has none."""
    me.require_owner()
    if is_needed and not authenticators.has_app(session, me.member.id):
        raise ActRefused(
            "second_step_first", "set your own second step up first: you would be the first to stand outside"
        )
    me.organisation.needs_second_step = is_needed
    me.organisation.version += 1


def reset(session: Session, me: MemberPresent, reference: str, at: datetime) -> None:
    """Remove everything that another member, who lost it, has for the second step, and sign that member out.

    Owners only.
    """
    me.require_owner()
    member = members.member_named(session, me.organisation.id, reference)
    if member.id == me.member.id:
        raise ActRefused("own_second_step", "your own second step is taken away on your own page")
    authenticators.forget(session, member)
    MEMBER_SESSIONS.end_all(session, member, at)
