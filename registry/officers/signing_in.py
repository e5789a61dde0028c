"""Signing in: e-mail and password, then a second factor, and only then a session that opens anything.

The answer never says what was wrong, and an unknown address costs the same work. After some failures an address, known
or not, must wait; the caller commits the wait before the answer is sent.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts import passwords
from registry.accounts.delays import Delays
from registry.audit.actions import record
from registry.core.errors import ActRefused
from registry.core.keyring import Keyring
from registry.officers import factors, program_access, security_keys, security_mails, sessions
from registry.officers.models import FactorKind, Officer, OfficerState, SecurityEvent
from registry.officers.security_keys import Place
from registry.officers.sessions import OFFICER_SESSIONS, AuthenticatedOfficer

DELAYS = Delays("officer-delays")


class Step(StrEnum):
    """How an attempt ended. `refused` says neither what was wrong nor whether there is such an officer."""

    SECOND_FACTOR = "second_factor"
    IN = "in"
    REFUSED = "refused"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Attempt:
    """`token` goes to the browser; `seconds` say how long to wait. `officer` is for the audit alone.

    `mark` is what the browser keeps, for its next attempts to be counted apart. `ended_tokens` ended with what was done.
    """

    step: Step
    token: str | None = None
    seconds: int = 0
    officer: Officer | None = None
    mark: str = ""
    ended_tokens: int = 0


def sign_in(
    session: Session, keyring: Keyring, email: str, password: str, at: datetime,
    may_by_password: Callable[[Officer], bool] = lambda _: True, known: str = "",
) -> Attempt:  # fmt: skip
    """The first step. The session it begins opens the second step and nothing else.

    A password that may not be used is refused as if it were wrong, so that guessing passwords reveals none. `known` is what a
    browser brings from which the officer signed in before (`mark_of_browser`): its failures are counted apart, so that no one
    who knows an address alone keeps its officer out.
    """
    officer = _named(session, email)
    counted = _counted(keyring, officer, email, known)
    seconds = DELAYS.seconds_left(session, keyring, counted, at)
    if seconds:
        return Attempt(Step.WAIT, seconds=seconds)
    is_open = officer is not None and officer.state is OfficerState.ACTIVE and may_by_password(officer)
    stored = officer.password if officer is not None and is_open else None
    if not passwords.is_right(password, stored) or officer is None:
        _failed(session, keyring, counted, at, officer)
        return Attempt(Step.REFUSED, officer=officer)
    if stored is not None and passwords.is_outdated(stored):
        officer.password = passwords.hashed(password)
    return Attempt(Step.SECOND_FACTOR, OFFICER_SESSIONS.begin(session, officer, at, is_full=False), officer=officer)


def give_code(
    session: Session, keyring: Keyring, token: str, code: str, at: datetime, today: date, known: str = ""
) -> Attempt:
    """The second step with an app's code or a recovery code. Raises NotSignedIn without the first.

    The session is replaced by another with another token, against session fixation.
    """
    officer, half = sessions.half_present(session, token, at)
    counted = _counted(keyring, officer, officer.email, known)
    seconds = DELAYS.seconds_left(session, keyring, counted, at)
    if seconds:
        return Attempt(Step.WAIT, seconds=seconds, officer=officer)
    apps = [one for one in factors.factors_of(session, officer) if one.kind is FactorKind.TOTP]
    is_right = any(factors.APPS.is_code_right(session, keyring, app, code, at) for app in apps)
    if not is_right and not factors.RECOVERY_CODES.use(session, officer, code, today):
        _failed(session, keyring, counted, at, officer)
        return Attempt(Step.REFUSED, officer=officer)
    return enter(session, keyring, token, officer, at, half.provider)


def give_key(
    session: Session,
    keyring: Keyring,
    token: str,
    place: Place,
    answer: str,
    at: datetime,
    today: date,
    known: str = "",
) -> Attempt:
    """The second step with what a security key signed, counted as a code is. Raises NotSignedIn without the first."""
    officer, half = sessions.half_present(session, token, at)
    counted = _counted(keyring, officer, officer.email, known)
    seconds = DELAYS.seconds_left(session, keyring, counted, at)
    if seconds:
        return Attempt(Step.WAIT, seconds=seconds, officer=officer)
    if not security_keys.is_key_right(session, half, officer, place, answer, at, today):
        _failed(session, keyring, counted, at, officer)
        return Attempt(Step.REFUSED, officer=officer)
    return enter(session, keyring, token, officer, at, half.provider)


def enter(
    session: Session, keyring: Keyring, token: str, officer: Officer, at: datetime, provider: str | None = None
) -> Attempt:
    """Begin the full session of an officer who has proved both factors, to a provider or here; the half one ends."""
    OFFICER_SESSIONS.end(session, token, at)
    DELAYS.forget(session, keyring, officer.email)
    DELAYS.forget(session, keyring, _apart(officer.email))
    begun = OFFICER_SESSIONS.begin(session, officer, at, is_full=True, provider=provider)
    record(session, "officer.signed_in", officer.reference, on=at.date(), actor=officer.reference)
    return Attempt(Step.IN, begun, officer=officer, mark=mark_of_browser(keyring, officer))


def change_password(
    session: Session,
    keyring: Keyring,
    me: AuthenticatedOfficer,
    old: str,
    new: str,
    at: datetime,
    today: date,
    home: Path,
    *,
    keeps_programs: bool = False,
) -> Attempt:
    """Change the officer's own password. Raises ActRefused if the new one is not acceptable.

    Their other sessions end, and unless `keeps_programs` their tokens and the calendar's address. The old password is
    checked first (`ask_again`).
    """
    officer = me.officer
    attempt = ask_again(session, keyring, officer, old, at)
    if attempt.step is not Step.IN:
        return attempt
    if passwords.is_right(new, officer.password):
        raise ActRefused("password_same", "this is the password you have: choose another")
    passwords.set_password(officer, new, today, home)
    OFFICER_SESSIONS.end_all(session, officer, at, but=me.session)
    ended = 0 if keeps_programs else program_access.end(session, officer, at)
    security_mails.queue(session, officer, SecurityEvent.PASSWORD_CHANGED, at)
    record(session, "officer.password_changed", officer.reference, on=today, actor=officer.reference)
    return Attempt(Step.IN, officer=officer, ended_tokens=ended)


def ask_again(session: Session, keyring: Keyring, officer: Officer, password: str, at: datetime) -> Attempt:
    """Check the signed-in officer's password again, before whatever would outlast the session or opens in their name.

    Wrong passwords count as at sign-in, so that at an unattended session not all can be tried.
    """
    seconds = DELAYS.seconds_left(session, keyring, officer.email, at)
    if seconds:
        return Attempt(Step.WAIT, seconds=seconds, officer=officer)
    if not passwords.is_right(password, officer.password):
        _failed(session, keyring, officer.email, at, officer)
        return Attempt(Step.REFUSED, officer=officer)
    return Attempt(Step.IN, officer=officer)


def mark_of_browser(keyring: Keyring, officer: Officer) -> str:
    """What a browser keeps from which this officer signed in. It opens nothing and names no one; a new password voids it."""
    return keyring.digest("officer-delays", f"known browser {officer.reference} {officer.password}")


def _counted(keyring: Keyring, officer: Officer | None, email: str, known: str) -> str:
    """Under which address failures of this attempt are counted."""
    if officer is None or not known or not known.isascii():
        return email
    return _apart(email) if hmac.compare_digest(known, mark_of_browser(keyring, officer)) else email


def _apart(email: str) -> str:
    return f"known browser of {tidy_email(email)}"


def tidy_email(email: str) -> str:
    return email.strip().lower()


def _named(session: Session, email: str) -> Officer | None:
    return session.scalars(select(Officer).where(Officer.email == tidy_email(email)[:200])).one_or_none()


def _failed(session: Session, keyring: Keyring, email: str, at: datetime, officer: Officer | None) -> None:
    DELAYS.failed(session, keyring, email, at)
    # Not recorded for an unknown address: the text may be a password typed into the wrong field.
    if officer is not None:
        record(session, "officer.sign_in_refused", officer.reference, on=at.date(), actor="nobody")
