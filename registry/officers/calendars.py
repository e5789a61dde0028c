"""The secret address of an officer's calendar of deadlines: made by the officer, shown once, revoked or made anew at any time.

Calendar programs send no cookie, so the address itself opens the calendar: 256 random bits, of which a digest is stored.
"""

from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from registry.accounts.sessions import digest_of, new_token
from registry.audit.actions import record
from registry.core.errors import NotFound
from registry.officers import security_mails
from registry.officers.models import CalendarAddress, Officer, OfficerState, SecurityEvent
from registry.officers.sessions import AuthenticatedOfficer, authenticated_as


def make(session: Session, officer: Officer, at: datetime, today: date) -> str:
    """Make a new secret; the old link no longer works."""
    forget(session, officer)
    secret = new_token()
    session.add(CalendarAddress(officer_id=officer.id, digest=digest_of(secret), made_on=today))
    session.flush()
    security_mails.queue(session, officer, SecurityEvent.CALENDAR_MADE, at)
    record(session, "officer.calendar_made", officer.reference, on=today, actor=officer.reference)
    return secret


def revoke(session: Session, officer: Officer, today: date) -> None:
    """The address opens nothing from now on. Idempotent."""
    if made_on(session, officer) is not None:
        forget(session, officer)
        record(session, "officer.calendar_revoked", officer.reference, on=today, actor=officer.reference)


def forget(session: Session, officer: Officer) -> None:
    """Delete the address with the act that stands in the audit trail, such as the end of the account."""
    session.execute(delete(CalendarAddress).where(CalendarAddress.officer_id == officer.id))


def made_on(session: Session, officer: Officer) -> date | None:
    """The day on which the officer's address was made; None where there is none."""
    return session.scalars(
        select(CalendarAddress.made_on).where(CalendarAddress.officer_id == officer.id)
    ).one_or_none()


def authenticate(session: Session, secret: str, at: datetime) -> AuthenticatedOfficer:
    """The officer of an address, with the roles of today. Raises NotFound, the same for every invalid one."""
    query = select(Officer).join(CalendarAddress, CalendarAddress.officer_id == Officer.id)
    officer = session.scalars(query.where(CalendarAddress.digest == digest_of(secret))).one_or_none()
    if officer is None or officer.state is not OfficerState.ACTIVE:
        raise NotFound("there is no calendar at this address")
    return authenticated_as(session, officer, None, at)
