"""Bearer tokens for an officer's own programs, and the secret address of the calendar: made by the officer and shown once.

A token has 256 random bits and is stored as a digest. It has the rights that its officer has on the day, and ends with
the officer's account, by expiry or revoked. It cannot make another token, so that a stolen one cannot be prolonged.
Calendar programs send no cookie, so the address itself opens the calendar of deadlines: as many bits, stored alike.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from registry.accounts.sessions import digest_of, new_token
from registry.audit.actions import record
from registry.core import clock, ids
from registry.core.errors import ActRefused, NotFound, NotSignedIn
from registry.officers import security_mails, sessions
from registry.officers.models import ApiToken, CalendarAddress, Officer, OfficerState, SecurityEvent

BEGINNING = "rrt_"
"""By which scanners of published code know one of ours."""
SHOWN = 8
"""Characters of a token that stand in the list, so that its owner can tell which it is."""
DAYS = 90
MAX_DAYS = 365
MAX_LIVING = 10

NEEDED = "a token is needed: Authorization: Bearer and a token of yours from the page /console/own, neither ended nor revoked"


def make(
    session: Session, officer: Officer, name: str, days: int, *, at: datetime, today: date
) -> tuple[ApiToken, str]:
    """A new token for `days` days, and its text, of which only a digest is stored. Raises ActRefused."""
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > 60 or not tidy.isprintable():
        raise ActRefused("bad_token_name", "say in 1 to 60 visible characters which program the token is for")
    if not 1 <= days <= MAX_DAYS:
        raise ActRefused("bad_token_days", f"a token is good for 1 to {MAX_DAYS} days")
    if len(tokens_of(session, officer, today)) >= MAX_LIVING:
        raise ActRefused("too_many_tokens", f"there are {MAX_LIVING} tokens already: revoke one that is not needed")
    text = BEGINNING + new_token()
    token = ApiToken(
        reference=ids.new_reference(),
        officer_id=officer.id,
        name=tidy,
        prefix=text[:SHOWN],
        digest=digest_of(text),
        made_on=today,
        ends_on=today + timedelta(days=days),
    )
    session.add(token)
    session.flush()
    security_mails.queue(session, officer, SecurityEvent.TOKEN_MADE, at)
    record(session, "officer.token_made", token.reference, on=today, actor=officer.reference, detail=str(days))
    return token, text


def authenticate(session: Session, text: str, at: datetime, *, is_noted: bool = True) -> sessions.AuthenticatedOfficer:
    """The officer of a bearer token, with the roles of today. Raises NotSignedIn, the same for every invalid token.

    Its use is noted, but not in a session that only reads (`is_noted` False).
    """
    today = clock.day_at(at, None)
    token = session.scalars(select(ApiToken).where(ApiToken.digest == digest_of(text))).one_or_none()
    if token is None or token.revoked_at is not None or token.ends_on < today:
        raise NotSignedIn(NEEDED)
    officer = session.get_one(Officer, token.officer_id)
    if officer.state is not OfficerState.ACTIVE:
        raise NotSignedIn(NEEDED)
    if is_noted and token.last_used_on != today:
        token.last_used_on = today
    return sessions.authenticated_as(session, officer, None, at)


def tokens_of(session: Session, officer: Officer, today: date) -> Sequence[ApiToken]:
    """The officer's tokens that still open something, the newest first."""
    return session.scalars(
        select(ApiToken)
        .where(ApiToken.officer_id == officer.id, ApiToken.revoked_at.is_(None), ApiToken.ends_on >= today)
        .order_by(ApiToken.id.desc())
    ).all()


def revoke(session: Session, officer: Officer, reference: str, *, by: str, at: datetime) -> bool:
    """Revoke one of the officer's tokens immediately; False when the officer has none with that reference."""
    ended = session.execute(
        update(ApiToken)
        .where(ApiToken.officer_id == officer.id, ApiToken.reference == reference, ApiToken.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    if not ended.rowcount:  # type: ignore[attr-defined]
        return False
    record(session, "officer.token_revoked", reference, on=at.date(), actor=by)
    return True


def revoke_all(session: Session, officer: Officer, at: datetime) -> int:
    """Revoke every token of the officer, with the act that stands in the audit trail. Gives how many still opened."""
    living = len(tokens_of(session, officer, at.date()))
    session.execute(
        update(ApiToken).where(ApiToken.officer_id == officer.id, ApiToken.revoked_at.is_(None)).values(revoked_at=at)
    )
    return living


def end_programs(session: Session, officer: Officer, at: datetime) -> int:
    """End what opens in an officer's name without a sign-in: every token, and the calendar's secret address.

    Gives how many tokens ended.
    """
    forget_calendar(session, officer)
    return revoke_all(session, officer, at)


def make_calendar(session: Session, officer: Officer, at: datetime, today: date) -> str:
    """Make a new secret address of the officer's calendar; the old link no longer works."""
    forget_calendar(session, officer)
    secret = new_token()
    session.add(CalendarAddress(officer_id=officer.id, digest=digest_of(secret), made_on=today))
    session.flush()
    security_mails.queue(session, officer, SecurityEvent.CALENDAR_MADE, at)
    record(session, "officer.calendar_made", officer.reference, on=today, actor=officer.reference)
    return secret


def revoke_calendar(session: Session, officer: Officer, today: date) -> None:
    """The calendar's address opens nothing from now on. Idempotent."""
    if calendar_made_on(session, officer) is not None:
        forget_calendar(session, officer)
        record(session, "officer.calendar_revoked", officer.reference, on=today, actor=officer.reference)


def forget_calendar(session: Session, officer: Officer) -> None:
    """Delete the address with the act that stands in the audit trail, such as the end of the account."""
    session.execute(delete(CalendarAddress).where(CalendarAddress.officer_id == officer.id))


def calendar_made_on(session: Session, officer: Officer) -> date | None:
    """The day on which the officer's address was made; None where there is none."""
    return session.scalars(
        select(CalendarAddress.made_on).where(CalendarAddress.officer_id == officer.id)
    ).one_or_none()


def officer_of_calendar(session: Session, secret: str, at: datetime) -> sessions.AuthenticatedOfficer:
    """The officer of an address, with the roles of today. Raises NotFound, the same for every invalid one."""
    query = select(Officer).join(CalendarAddress, CalendarAddress.officer_id == Officer.id)
    officer = session.scalars(query.where(CalendarAddress.digest == digest_of(secret))).one_or_none()
    if officer is None or officer.state is not OfficerState.ACTIVE:
        raise NotFound("there is no calendar at this address")
    return sessions.authenticated_as(session, officer, None, at)
