"""Sessions of members, separate from those of officers: own table, own cookie, and no access to officers' pages."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from registry.core.errors import Forbidden, NotSignedIn
from registry.core.ids import new_reference
from registry.organisations import authenticators
from registry.organisations.models import Member, MemberSession, Organisation
from registry.vocabulary.organisations import MemberRole, MemberState

IDLE = timedelta(hours=2)
MAX_LIFETIME = timedelta(hours=12)
SECOND_STEP = timedelta(minutes=10)
"""How long the second step may take."""
SEEN_EVERY = timedelta(minutes=1)
"""Reading a page writes nothing more often than this."""
FORGOTTEN_AFTER = timedelta(days=1)
"""A session that is over is no register of who was here when."""


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


def begin(session: Session, member: Member, at: datetime, *, is_full: bool = True) -> str:
    """Start a session; gives its token, which cannot be read from the table."""
    token = secrets.token_urlsafe(32)
    session.add(
        MemberSession(
            reference=new_reference(),
            digest=_digest(token),
            member_id=member.id,
            began_at=at,
            seen_at=at,
            ends_at=at + (MAX_LIFETIME if is_full else SECOND_STEP),
            is_full=is_full,
        )
    )
    session.flush()
    return token


def begin_by_one(session: Session, member: Member, at: datetime) -> tuple[str, bool]:
    """Start a session after one proof, the password or the mailbox; gives its token and whether it is full.

    It is full where no second step is required of the member.
    """
    needs = session.get_one(Organisation, member.organisation_id).needs_second_step
    is_full = not needs and not authenticators.has_app(session, member.id)
    return begin(session, member, at, is_full=is_full), is_full


def present(session: Session, token: str, at: datetime) -> MemberPresent:
    """Whose token it is. Raises NotSignedIn for every token that opens nothing, all alike, and SecondStepNeeded."""
    me = _living(session, token, at)
    if _waits_for_second_step(session, me):
        raise SecondStepNeeded("give your second step to go on")
    if at - me.session.seen_at >= SEEN_EVERY:
        me.session.seen_at = at
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
    return not me.session.is_full or (
        me.organisation.needs_second_step and not authenticators.has_app(session, me.member.id)
    )


def _living(session: Session, token: str, at: datetime) -> MemberPresent:
    found = session.execute(
        select(MemberSession, Member, Organisation)
        .join(Member, Member.id == MemberSession.member_id)
        .join(Organisation, Organisation.id == Member.organisation_id)
        .where(MemberSession.digest == _digest(token), MemberSession.ended_at.is_(None))
    ).one_or_none()
    if found is None:
        raise NotSignedIn("sign in to go on")
    stored, member, organisation = found
    is_over = at >= stored.ends_at or at - stored.seen_at >= IDLE
    if is_over or member.state is not MemberState.ACTIVE or organisation.closed_on is not None:
        raise NotSignedIn("sign in to go on")
    return MemberPresent(member, organisation, stored)


def end(session: Session, token: str, at: datetime) -> None:
    """Sign out. A token that opens nothing is no error: it has gone already."""
    session.execute(
        update(MemberSession)
        .where(MemberSession.digest == _digest(token), MemberSession.ended_at.is_(None))
        .values(ended_at=at)
    )


def end_one(session: Session, member: Member, reference: str, at: datetime) -> None:
    """End one of the member's own sessions."""
    session.execute(
        update(MemberSession)
        .where(
            MemberSession.member_id == member.id,
            MemberSession.reference == reference,
            MemberSession.ended_at.is_(None),
        )
        .values(ended_at=at)
    )


def end_all(session: Session, member: Member, at: datetime, *, but: MemberSession | None = None) -> None:
    query = update(MemberSession).where(MemberSession.member_id == member.id, MemberSession.ended_at.is_(None))
    session.execute((query if but is None else query.where(MemberSession.id != but.id)).values(ended_at=at))


def forget_over(session: Session, at: datetime) -> None:
    """Remove sessions that are over."""
    over = delete(MemberSession).where(MemberSession.ends_at < at - FORGOTTEN_AFTER)
    session.execute(over.execution_options(synchronize_session=False))


def sessions_of(session: Session, member: Member, at: datetime) -> Sequence[MemberSession]:
    """The member's living sessions, the newest first."""
    found = session.scalars(
        select(MemberSession)
        .where(
            MemberSession.member_id == member.id,
            MemberSession.ended_at.is_(None),
            MemberSession.ends_at > at,
            MemberSession.is_full,
        )
        .order_by(MemberSession.began_at.desc(), MemberSession.id.desc())
    )
    return [one for one in found if at - one.seen_at < IDLE]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
