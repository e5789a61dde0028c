"""Joining: a code given in person lets an officer set password and second factor, once."""

import hashlib
import secrets
from base64 import b32encode
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.core.errors import ActRefused
from registry.officers import factors, passwords
from registry.officers.models import JoinCode, Officer, OfficerState

JOIN_WITHIN = timedelta(hours=72)


def new_code(session: Session, officer: Officer, at: datetime) -> str:
    """A new join code for the officer; earlier ones stop working. Only its digest is stored."""
    session.execute(
        update(JoinCode).where(JoinCode.officer_id == officer.id, JoinCode.used_at.is_(None)).values(used_at=at)
    )
    text = b32encode(secrets.token_bytes(15)).decode()
    code = "-".join(text[place : place + 6] for place in range(0, 24, 6))
    session.add(JoinCode(digest=_digest(code), officer_id=officer.id, ends_at=at + JOIN_WITHIN))
    session.flush()
    return code


def join(session: Session, code: str, password: str, at: datetime, today: date, home: Path | None = None) -> Officer:
    """Set the password with a join code; the second factor follows. Raises ActRefused when the code is not good.

    The code is used up only by `finish_joining`, so that an officer who is interrupted can start over with it.
    """
    officer = officer_of_code(session, code, at)
    set_password(officer, password, today, home)
    session.flush()
    return officer


def officer_of_code(session: Session, code: str, at: datetime) -> Officer:
    stored = session.scalars(select(JoinCode).where(JoinCode.digest == _digest(code))).one_or_none()
    if stored is None or stored.used_at is not None or stored.ends_at <= at:
        raise ActRefused(
            "bad_join_code", "this code is not good: mistyped, used, or older than three days; ask for another"
        )
    officer = session.get_one(Officer, stored.officer_id)
    if officer.state is OfficerState.CLOSED:
        raise ActRefused(
            "bad_join_code", "this code is not good: mistyped, used, or older than three days; ask for another"
        )
    return officer


def finish_joining(session: Session, code: str, at: datetime) -> tuple[Officer, list[str]]:
    """Activate the officer, once a second factor was shown to work. Gives the recovery codes, which are shown once.

    Raises ActRefused where the password or second factor is missing.
    """
    officer = officer_of_code(session, code, at)
    if officer.password is None or not factors.factors_of(session, officer):
        raise ActRefused("not_finished", "set a password and a second factor first")
    session.execute(
        update(JoinCode).where(JoinCode.officer_id == officer.id, JoinCode.used_at.is_(None)).values(used_at=at)
    )
    officer.state = OfficerState.ACTIVE
    officer.version += 1
    codes = factors.new_recovery_codes(session, officer)
    record(session, "officer.joined", officer.reference, on=at.date(), actor=officer.reference)
    return officer, codes


set_password = passwords.set_password


def _digest(code: str) -> str:
    tidy = code.upper().replace("-", "").replace(" ", "").strip()
    return hashlib.sha256(tidy.encode("utf-8", "surrogatepass")).hexdigest()
