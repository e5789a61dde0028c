"""Sessions of members, separate from those of officers: own table, own cookie, and no access to officers' pages."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts import passwords, sessions
from registry.core.errors import Forbidden, NotSignedIn
from registry.organisations.models import Member, MemberApp, MemberSession, Organisation
from registry.vocabulary.organisations import MemberRole, MemberState

MEMBER_SESSIONS = sessions.Sessions(MemberSession, MemberSession.member_id, idle=timedelta(hours=2))
DELAYS = passwords.Delays("member-delays")


class SecondStepNeeded(NotSignedIn):
    """The password was right, and a second step has to be given or set up."""


@dataclass(frozen=True, slots=True)
class MemberPresent:
    """A signed-in member with organisation and session."""

    member: Member
    organisation: Organisation
    session: MemberSession

    @property
    def is_owner(self) -> bool:
        return self.member.role is MemberRole.OWNER

    def require_owner(self) -> None:
        """Raise Forbidden unless the member is an owner."""
        if not self.is_owner:
            raise Forbidden("only an owner of your organisation may do this", "owner_needed")


def has_app(session: Session, member_id: int) -> bool:
    """Whether a member has an authenticator app, and so a second step to give."""
    query = select(MemberApp.id).where(MemberApp.member_id == member_id, MemberApp.is_confirmed.is_(True)).limit(1)
    return session.scalars(query).first() is not None


def begin_by_one(session: Session, member: Member, at: datetime) -> tuple[str, bool]:
    """Start a session after one proof, the password or the mailbox; gives its token and whether it is full.

    It is full where no second step is required of the member.
    """
    needs = session.get_one(Organisation, member.organisation_id).needs_second_step
    is_full = not needs and not has_app(session, member.id)
    return MEMBER_SESSIONS.begin(session, member, at, is_full=is_full), is_full


def authenticate(session: Session, token: str, at: datetime) -> MemberPresent:
    """Whose token it is. Raises NotSignedIn for every token that opens nothing, all alike, and SecondStepNeeded."""
    me = _living(session, token, at)
    if _waits_for_second_step(session, me):
        raise SecondStepNeeded("give your second step to go on")
    sessions.note_seen(me.session, at)
    return me


def arriving(session: Session, token: str, at: datetime) -> MemberPresent:
    """The member who gave the password and still owes a second step.

    Raises NotSignedIn for all others, also signed-in ones.
    """
    me = _living(session, token, at)
    if not _waits_for_second_step(session, me):
        raise NotSignedIn("begin again with your e-mail and password")
    return me


def _waits_for_second_step(session: Session, me: MemberPresent) -> bool:
    # Also a member who signed in without one before the organisation came to require it.
    return not me.session.is_full or (me.organisation.needs_second_step and not has_app(session, me.member.id))


def _living(session: Session, token: str, at: datetime) -> MemberPresent:
    stored = MEMBER_SESSIONS.find_living(session, token, at)
    if stored is None:
        raise NotSignedIn("sign in to go on")
    member = session.get_one(Member, stored.member_id)
    organisation = session.get_one(Organisation, member.organisation_id)
    if member.state is not MemberState.ACTIVE or organisation.closed_on is not None:
        raise NotSignedIn("sign in to go on")
    return MemberPresent(member, organisation, stored)
