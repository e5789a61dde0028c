"""Second factors of members: authenticator apps and recovery codes. Each code is valid once."""

from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from registry.accounts.second_factors import Authenticators, RecoveryCodes
from registry.core.errors import ActRefused, NotFound
from registry.core.keyring import Keyring
from registry.organisations.models import Member, MemberApp, MemberRecoveryCode

APPS = Authenticators(MemberApp, MemberApp.member_id, "member-apps")
RECOVERY_CODES = RecoveryCodes(MemberRecoveryCode, MemberRecoveryCode.member_id)
MAX_APPS = 5
MAX_NAME = 60


def begin(session: Session, keyring: Keyring, member: Member, name: str, today: date) -> tuple[MemberApp, bytes]:
    """Begin adding an app under a name of the member's; gives it and its secret. Raises ActRefused."""
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > MAX_NAME or not tidy.isprintable():
        raise ActRefused("bad_app_name", f"say in 1 to {MAX_NAME} visible characters where the app is")
    if len(APPS.list_confirmed(session, member)) >= MAX_APPS:
        raise ActRefused("too_many_apps", f"there are {MAX_APPS} apps already: take one away first")
    return APPS.begin(session, keyring, member, tidy, today)


def has_app(session: Session, member_id: int) -> bool:
    query = select(MemberApp.id).where(MemberApp.member_id == member_id, MemberApp.is_confirmed.is_(True)).limit(1)
    return session.scalars(query).first() is not None


def who_have_apps(session: Session, organisation_id: int) -> frozenset[int]:
    """The members of an organisation that have a second step."""
    query = (
        select(MemberApp.member_id)
        .join(Member, Member.id == MemberApp.member_id)
        .where(Member.organisation_id == organisation_id, MemberApp.is_confirmed.is_(True))
    )
    return frozenset(session.scalars(query))


def take_away(session: Session, member: Member, reference: str, *, is_needed: bool) -> None:
    """Remove one of a member's authenticator apps; with the last one the recovery codes go too.

    Raises NotFound, and ActRefused where one is needed.
    """
    # Of two at once the second waits here, or both would find the other's still there.
    session.scalars(select(Member.id).where(Member.id == member.id).with_for_update(key_share=True)).one()
    stored = APPS.list_confirmed(session, member)
    app = next((one for one in stored if one.reference == reference), None)
    if app is None:
        raise NotFound("there is no such app")
    if len(stored) == 1:
        if is_needed:
            raise ActRefused("second_step_needed", "your organisation requires a second step: add another app first")
        forget(session, member)
        return
    session.delete(app)
    session.flush()


def forget(session: Session, member: Member) -> None:
    """Remove everything that a member has for the second step: authenticator apps and recovery codes."""
    gone = delete(MemberApp).where(MemberApp.member_id == member.id)
    session.execute(gone.execution_options(synchronize_session="fetch"))
    RECOVERY_CODES.forget(session, member)
