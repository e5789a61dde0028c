"""Joining: a join code lets an officer set password and second factor, once."""

from datetime import date, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from registry.accounts import passwords
from registry.audit.actions import record
from registry.core.errors import ActRefused
from registry.officers import factors, join_codes, security_mails
from registry.officers.join_codes import officer_of_code
from registry.officers.models import Officer, OfficerState, SecurityEvent


def join(session: Session, code: str, password: str, at: datetime, today: date, home: Path | None = None) -> Officer:
    """Set the password with a join code; the second factor follows. Raises ActRefused when the code is not good.

    The code is used up only by `finish_joining`, so that an officer who is interrupted can start over with it.
    """
    officer = officer_of_code(session, code, at)
    passwords.set_password(officer, password, today, home)
    session.flush()
    return officer


def finish_joining(session: Session, code: str, at: datetime) -> tuple[Officer, list[str]]:
    """Activate the officer, once a second factor was shown to work. Gives the recovery codes, which are shown once.

    Raises ActRefused where the password or second factor is missing.
    """
    officer = officer_of_code(session, code, at)
    if officer.password is None or not factors.factors_of(session, officer):
        raise ActRefused("not_finished", "set a password and a second factor first")
    join_codes.forget(session, officer, at)
    officer.state = OfficerState.ACTIVE
    officer.version += 1
    codes = factors.RECOVERY_CODES.renew(session, officer)
    security_mails.queue(session, officer, SecurityEvent.JOINED, at)
    record(session, "officer.joined", officer.reference, on=at.date(), actor=officer.reference)
    return officer, codes
