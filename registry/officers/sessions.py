"""The signed-in officer of a request: the session, the roles of today, conflicts of interest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from registry.accounts.sessions import FORGOTTEN_AFTER, Sessions, note_seen
from registry.core import clock, errors, ids
from registry.officers.models import Conflict, KeyChallenge, Officer, OfficerState, RoleHeld, RoleLent, SignedIn, Unit
from registry.officers.rights import OfficerRights, Role

OFFICER_SESSIONS = Sessions(SignedIn, SignedIn.officer_id, idle=timedelta(minutes=30))


@dataclass(frozen=True, slots=True)
class AuthenticatedOfficer:
    """The signed-in officer of a request: their session (None when a program uses a token), rights and conflicts."""

    officer: Officer
    session: SignedIn | None
    standing: OfficerRights
    conflicts: frozenset[str]
    unit_names: Mapping[str, str] = field(default_factory=dict)

    def has_conflict(self, agency: str | None) -> bool:
        """Whether the officer has a conflict with this agency, however its reference is spelt (small letters too)."""
        return agency is not None and (agency in self.conflicts or ids.read_reference(agency) in self.conflicts)

    def day(self, at: datetime) -> date:
        """The day that it is for the officer: where the unit's authority sits."""
        return clock.day_at(at, self.standing.time_zone)


def authenticate(session: Session, token: str, at: datetime) -> AuthenticatedOfficer:
    """The officer of a session token, with the roles of today. Raises NotSignedIn, the same for every invalid token."""
    stored = OFFICER_SESSIONS.find_living(session, token, at)
    if stored is None or not stored.is_full:
        raise errors.NotSignedIn("sign in to go on")
    officer = session.get_one(Officer, stored.officer_id)
    if officer.state is not OfficerState.ACTIVE:
        raise errors.NotSignedIn("sign in to go on")
    note_seen(stored, at)
    return authenticated_as(session, officer, stored, at)


def officer_of_expired(session: Session, token: str, at: datetime) -> Officer | None:
    """The officer whose session ran out by idleness or age, for as long as it is not forgotten.

    None for one that was ended on purpose, or whose account is not active: nothing is done for those.
    """
    stored = OFFICER_SESSIONS.find(session, token)
    if stored is None or not stored.is_full or stored.ended_at is not None or at > stored.ends_at + FORGOTTEN_AFTER:
        return None
    if not OFFICER_SESSIONS.ran_out(stored, at):
        return None
    officer = session.get_one(Officer, stored.officer_id)
    return officer if officer.state is OfficerState.ACTIVE else None


def authenticated_as(session: Session, officer: Officer, stored: SignedIn | None, at: datetime) -> AuthenticatedOfficer:
    """The officer with the rights of the day at `at`: read anew at each request, so that a right that was taken away is gone."""
    unit = session.scalars(_UNIT, {"unit": officer.unit}).one()
    roles = roles_on(session, officer, clock.day_at(at, unit.time_zone))
    standing = OfficerRights(officer.reference, unit.reference, unit.country, unit.authority, roles, unit.time_zone)
    conflicts = session.scalars(_CONFLICTS, {"officer": officer.id})
    return AuthenticatedOfficer(officer, stored, standing, frozenset(conflicts), unit.names)


def forget_over(session: Session, at: datetime) -> None:
    """Remove sessions that are over, with what their keys were asked."""
    over = select(SignedIn.id).where(SignedIn.ends_at < at - FORGOTTEN_AFTER)
    gone = delete(KeyChallenge).where(KeyChallenge.session_id.in_(over))
    session.execute(gone.execution_options(synchronize_session=False))
    OFFICER_SESSIONS.forget_over(session, at)


def authenticate_first_step(session: Session, token: str, at: datetime) -> tuple[Officer, SignedIn]:
    """The officer and session between password and second factor. Raises NotSignedIn."""
    stored = OFFICER_SESSIONS.find_living(session, token, at)
    if stored is None or stored.is_full:
        raise errors.NotSignedIn("begin again with your e-mail and password")
    officer = session.get_one(Officer, stored.officer_id)
    if officer.state is OfficerState.CLOSED:
        raise errors.NotSignedIn("begin again with your e-mail and password")
    return officer, stored


def has_signed_in_with(session: Session, officer: Officer, provider: str, since: datetime) -> bool:
    """Whether the officer signed in with this provider since then, even if that session has ended."""
    query = select(SignedIn.id).where(
        SignedIn.officer_id == officer.id, SignedIn.is_full, SignedIn.provider == provider, SignedIn.began_at > since
    )
    return session.execute(query.limit(1)).first() is not None


# Every request of an officer asks these: built once, they are only looked up among the compiled ones.
_UNIT = select(Unit).where(Unit.reference == bindparam("unit"))
_CONFLICTS = select(Conflict.agency).where(Conflict.officer_id == bindparam("officer"), Conflict.ended_on.is_(None))
_HELD = select(RoleHeld.role).where(RoleHeld.officer_id == bindparam("officer"), RoleHeld.ended_on.is_(None))
_LENT = (
    select(RoleLent.role)
    .join(RoleHeld, (RoleHeld.officer_id == RoleLent.officer_id) & (RoleHeld.role == RoleLent.role))
    .join(Officer, Officer.id == RoleLent.officer_id)
    .where(
        RoleLent.deputy_id == bindparam("officer"),
        RoleLent.from_on <= bindparam("today"),
        RoleLent.to_on >= bindparam("today"),
        RoleLent.ended_on.is_(None),
        RoleHeld.ended_on.is_(None),
        Officer.state == OfficerState.ACTIVE,
        Officer.unit == bindparam("unit"),
    )
)


def roles_on(session: Session, officer: Officer, today: date) -> frozenset[Role]:
    """The officer's own roles, and those lent to them today by officers who still have them."""
    existing = session.scalars(_HELD, {"officer": officer.id}).all()
    lent = session.scalars(_LENT, {"officer": officer.id, "unit": officer.unit, "today": today}).all()
    return frozenset((*existing, *lent))
