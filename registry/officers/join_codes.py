"""Codes by which officers join: in two parts where two officers approved, so that no officer but the invited has both.

One part is shown to who approved, who hands it over in person; the other is mailed to the officer. A code of the
command line is whole: who works at the machine is asked for no second person.
"""

import secrets
from base64 import b32encode
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registry.accounts import passwords, sessions
from registry.audit.actions import record
from registry.core.errors import ActRefused
from registry.officers import factors, security_mails
from registry.officers.models import JoinCode, Officer, OfficerState, SecurityEvent

JOIN_WITHIN = timedelta(hours=72)
BETWEEN = "/"
"""Between the parts of a code as it is joined with: what was handed over, then what was mailed."""


def new_code(
    session: Session, officer: Officer, at: datetime, *, is_split: bool = False, rest: timedelta = timedelta()
) -> str:
    """A new join code, or the part of it that is handed over; earlier ones stop working. Only a digest is stored.

    It is good after `rest`, and three days from then.
    """
    forget(session, officer, at)
    code, good_from = _random(15), at + rest
    digest = _digest(code)
    stored = JoinCode(
        # Of no code at all before the mail is sent: a former version that looks here finds none.
        digest=secrets.token_hex(32) if is_split else digest,
        half_digest=digest if is_split else None,
        officer_id=officer.id,
        good_from=good_from if rest else None,
        ends_at=good_from + JOIN_WITHIN,
    )
    session.add(stored)
    session.flush()
    return code


def new_mailed_part(session: Session, officer: Officer, at: datetime) -> str | None:
    """The part of the officer's code that is mailed, in place of one that was mailed before; None without such a code."""
    query = select(JoinCode).where(JoinCode.officer_id == officer.id, JoinCode.used_at.is_(None), JoinCode.ends_at > at)
    stored = session.scalars(query.where(JoinCode.half_digest.is_not(None)).with_for_update()).one_or_none()
    if stored is None or stored.half_digest is None:
        return None
    part = _random(10)
    stored.digest = _of_both(stored.half_digest, part)
    return part


def forget(session: Session, officer: Officer, at: datetime) -> None:
    """Let no code of the officer open anything any more."""
    session.execute(
        update(JoinCode).where(JoinCode.officer_id == officer.id, JoinCode.used_at.is_(None)).values(used_at=at)
    )


def joined(handed_over: str, mailed: str) -> str:
    """The whole code of its two parts as they were typed; `mailed` is empty for a code of the command line."""
    return f"{handed_over}{BETWEEN}{mailed}" if mailed.strip() else handed_over


def officer_of_code(session: Session, code: str, at: datetime) -> Officer:
    """Whose code it is. Raises ActRefused: one answer for every code that is not good, another for one that rests."""
    handed_over, _, mailed = code.partition(BETWEEN)
    digest = _of_both(_digest(handed_over), mailed) if mailed else _digest(handed_over)
    stored = session.scalars(select(JoinCode).where(JoinCode.digest == digest)).one_or_none()
    if stored is None or stored.used_at is not None or stored.ends_at <= at:
        raise _refusal()
    officer = session.get_one(Officer, stored.officer_id)
    if officer.state is OfficerState.CLOSED:
        raise _refusal()
    if stored.good_from is not None and at < stored.good_from:
        raise ActRefused("join_code_rests", "this code is good a day after it was approved: come back then")
    return officer


def _refusal() -> ActRefused:
    return ActRefused(
        "bad_join_code",
        "this code is not good: mistyped, without the part that was mailed, used, or older than three days; ask for another",
    )


def _random(count: int) -> str:
    """So many random bytes as groups of letters and digits."""
    text = b32encode(secrets.token_bytes(count)).decode()
    size = 6 if count == 15 else 4
    return "-".join(text[place : place + size] for place in range(0, len(text), size))


def _of_both(half_digest: str, mailed: str) -> str:
    return sessions.digest_of(f"{half_digest} {_tidy(mailed)}")


def _digest(code: str) -> str:
    return sessions.digest_of(_tidy(code))


def _tidy(code: str) -> str:
    return code.upper().replace("-", "").replace(" ", "").strip()


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
    forget(session, officer, at)
    officer.state = OfficerState.ACTIVE
    officer.version += 1
    codes = factors.RECOVERY_CODES.renew(session, officer)
    security_mails.queue(session, officer, SecurityEvent.JOINED, at)
    record(session, "officer.joined", officer.reference, on=at.date(), actor=officer.reference)
    return officer, codes
