"""The second step of members: authenticator apps and recovery codes, given at sign-in, set up, removed, and required of all.

A member who has one, or whose organisation requires one, gets with a password alone a session that allows only this
step. An open session alone changes nothing: the password is asked again, and wrong ones count as at sign-in. Each code is
valid once.
"""

from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from registry.accounts.second_factors import Authenticators, RecoveryCodes
from registry.core import clock, errors
from registry.core.keyring import Keyring
from registry.organisations import sessions
from registry.organisations.models import Member, MemberApp, MemberRecoveryCode

APPS = Authenticators(MemberApp, MemberApp.member_id, "member-apps")
RECOVERY_CODES = RecoveryCodes(MemberRecoveryCode, MemberRecoveryCode.member_id)
MAX_APPS = 5
MAX_NAME = 60

AT_THE_DOOR = "app"
"""What the app is called that is set up while signing in."""


def begin_app(session: Session, keyring: Keyring, member: Member, name: str, today: date) -> tuple[MemberApp, bytes]:
    """Begin adding an app under a name of the member's; gives it and its secret. Raises ActRefused."""
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > MAX_NAME or not tidy.isprintable():
        raise errors.ActRefused("bad_app_name", f"say in 1 to {MAX_NAME} visible characters where the app is")
    if len(APPS.list_confirmed(session, member)) >= MAX_APPS:
        raise errors.ActRefused("too_many_apps", f"there are {MAX_APPS} apps already: take one away first")
    return APPS.begin(session, keyring, member, tidy, today)


def give_code(session: Session, keyring: Keyring, token: str, code: str, at: datetime) -> str | None:
    """The second step with an app's code or a recovery code; gives the token of a full session, None for a wrong code.

    The session becomes another one under another token: what somebody planted before opens nothing. Raises NotSignedIn
    without the first step, and TooManyRequests.
    """
    me = sessions.arriving(session, token, at)
    email = me.member.email
    sessions.DELAYS.require_no_wait(session, keyring, email, at)
    stored = APPS.list_confirmed(session, me.member)
    is_right = any(APPS.is_code_right(session, keyring, app, code, at) for app in stored)
    # A member without an app has no codes either, and sets up the first app.
    if not is_right and not (stored and RECOVERY_CODES.use(session, me.member, code, clock.day_at(at, None))):
        sessions.DELAYS.failed(session, keyring, email, at)
        return None
    sessions.DELAYS.forget(session, keyring, email)
    sessions.MEMBER_SESSIONS.end(session, token, at)
    return sessions.MEMBER_SESSIONS.begin(session, me.member, at, is_full=True)


def begin_at_sign_in(session: Session, keyring: Keyring, me: sessions.MemberPresent, today: date) -> None:
    """Begin the app of a member whose organisation requires a second step and who has none."""
    if not sessions.has_app(session, me.member.id):
        begin_app(session, keyring, me.member, AT_THE_DOOR, today)


def finish_at_sign_in(
    session: Session, keyring: Keyring, token: str, code: str, at: datetime
) -> tuple[str, list[str]] | None:
    """The first code of that app: gives the token of a full session, and recovery codes.

    None where the code is wrong.
    """
    me = sessions.arriving(session, token, at)
    app = None if sessions.has_app(session, me.member.id) else APPS.find_begun(session, me.member)
    if app is None or not APPS.is_code_right(session, keyring, app, code, at):
        return None
    app.is_confirmed = True
    sessions.DELAYS.forget(session, keyring, me.member.email)
    sessions.MEMBER_SESSIONS.end_all(session, me.member, at)
    token = sessions.MEMBER_SESSIONS.begin(session, me.member, at, is_full=True)
    return token, RECOVERY_CODES.renew(session, me.member)


def finish(
    session: Session, keyring: Keyring, me: sessions.MemberPresent, app: MemberApp, code: str, at: datetime
) -> list[str] | None:
    """The first code of an app shows that it works.

    Gives the recovery codes where it is the first app; None: the code is wrong.

    Sessions that began without it end.
    """
    if not APPS.is_code_right(session, keyring, app, code, at):
        return None
    is_first = not sessions.has_app(session, me.member.id)
    app.is_confirmed = True
    session.flush()
    sessions.MEMBER_SESSIONS.end_all(session, me.member, at, but=me.session)
    return RECOVERY_CODES.renew(session, me.member) if is_first else []


def take_away(session: Session, me: sessions.MemberPresent, reference: str, at: datetime) -> None:
    """Remove one of a member's own apps; with the last one the recovery codes go too.

    All other sessions end, as someone who has a lost app may be signed in with it. Raises NotFound, and ActRefused where a
    second step is required.
    """
    # Of two at once the second waits here, or both would find the other's still there.
    session.scalars(select(Member.id).where(Member.id == me.member.id).with_for_update(key_share=True)).one()
    stored = APPS.list_confirmed(session, me.member)
    app = next((one for one in stored if one.reference == reference), None)
    if app is None:
        raise errors.NotFound("there is no such app")
    if len(stored) > 1:
        session.delete(app)
        session.flush()
    elif me.organisation.needs_second_step:
        raise errors.ActRefused("second_step_needed", "your organisation requires a second step: add another app first")
    else:
        forget(session, me.member)
    sessions.MEMBER_SESSIONS.end_all(session, me.member, at, but=me.session)


def require(session: Session, me: sessions.MemberPresent, is_needed: bool) -> None:
    """Require a second step of all members, or no more. Raises Forbidden, and ActRefused for an owner who has none."""
    me.require_owner()
    if is_needed and not sessions.has_app(session, me.member.id):
        raise errors.ActRefused(
            "second_step_first", "set your own second step up first: you would be the first to stand outside"
        )
    me.organisation.needs_second_step = is_needed
    me.organisation.version += 1


def who_have_apps(session: Session, organisation_id: int) -> frozenset[int]:
    """The members of an organisation that have a second step."""
    query = (
        select(MemberApp.member_id)
        .join(Member, Member.id == MemberApp.member_id)
        .where(Member.organisation_id == organisation_id, MemberApp.is_confirmed.is_(True))
    )
    return frozenset(session.scalars(query))


def forget(session: Session, member: Member) -> None:
    """Remove everything that a member has for the second step: authenticator apps and recovery codes."""
    gone = delete(MemberApp).where(MemberApp.member_id == member.id)
    session.execute(gone.execution_options(synchronize_session="fetch"))
    RECOVERY_CODES.forget(session, member)
