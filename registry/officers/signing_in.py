"""Signing in: e-mail and password, then a second factor, and only then a session that opens anything.

The answer never says what was wrong, and an unknown address costs the same work. After some failures an address, known
or not, must wait; the caller commits the wait before the answer is sent.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts import passwords
from registry.audit.actions import record
from registry.core import clock, errors
from registry.core.calls import Call
from registry.core.keyring import Keyring
from registry.officers import factors, security_mails, sessions, tokens
from registry.officers.models import Officer, OfficerState, SecurityEvent, SignedIn
from registry.officers.sessions import OFFICER_SESSIONS, AuthenticatedOfficer

DELAYS = passwords.Delays("officer-delays")


class Step(StrEnum):
    """How an attempt ended. `refused` says neither what was wrong nor whether there is such an officer."""

    SECOND_FACTOR = "second_factor"
    IN = "in"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Attempt:
    """`token` goes to the browser, and `mark` is what it keeps for its next attempts to be counted apart."""

    step: Step
    token: str | None = None
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser that signs in: the token of the session that the first step began, and the mark that it kept.

    By its mark (`mark_of_browser`) the failures of a browser from which the officer signed in before are counted apart,
    so that no one who knows an address alone keeps its officer out.
    """

    token: str = ""
    mark: str = ""


def sign_in(
    call: Call[Browser],
    keyring: Keyring,
    email: str,
    password: str,
    may_by_password: Callable[[Officer], bool] = lambda _: True,
) -> Attempt:
    """The first step. The session it begins opens the second step and nothing else. Raises TooManyRequests.

    A password that may not be used is refused as if it were wrong, so that guessing passwords reveals none.
    """
    officer = _find_officer(call.session, email)
    counted = _counted(keyring, officer, email, call.actor.mark)
    DELAYS.require_no_wait(call.session, keyring, counted, call.at)
    is_open = officer is not None and officer.state is OfficerState.ACTIVE and may_by_password(officer)
    stored = officer.password if officer is not None and is_open else None
    if not passwords.is_password_right(password, stored) or officer is None:
        return _refuse(call, keyring, counted, officer)
    if stored is not None and passwords.is_outdated(stored):
        officer.password = passwords.hash_password(password)
    return Attempt(Step.SECOND_FACTOR, OFFICER_SESSIONS.begin(call.session, officer, call.at, is_full=False))


def give_code(call: Call[Browser], keyring: Keyring, code: str) -> Attempt:
    """The second step with an app's code or a recovery code. Raises NotSignedIn without the first, TooManyRequests."""

    def is_right(officer: Officer, _half: SignedIn) -> bool:
        apps = factors.APPS.list_confirmed(call.session, officer)
        return any(
            factors.APPS.is_code_right(call.session, keyring, app, code, call.at) for app in apps
        ) or factors.RECOVERY_CODES.use(call.session, officer, code, clock.day_at(call.at, None))

    return _give_second(call, keyring, is_right)


def give_key(call: Call[Browser], keyring: Keyring, party: factors.RelyingParty, answer: str) -> Attempt:
    """The second step with what a security key signed, counted as a code is. Raises NotSignedIn, TooManyRequests."""

    def is_right(officer: Officer, half: SignedIn) -> bool:
        return factors.is_key_right(Call(call.session, officer, call.at), half, party, answer)

    return _give_second(call, keyring, is_right)


def _give_second(call: Call[Browser], keyring: Keyring, is_right: Callable[[Officer, SignedIn], bool]) -> Attempt:
    """The session is replaced by another with another token, against session fixation."""
    officer, half = sessions.authenticate_first_step(call.session, call.actor.token, call.at)
    counted = _counted(keyring, officer, officer.email, call.actor.mark)
    DELAYS.require_no_wait(call.session, keyring, counted, call.at)
    if not is_right(officer, half):
        return _refuse(call, keyring, counted, officer)
    return enter(call, keyring, officer, half.provider)


def enter(call: Call[Browser], keyring: Keyring, officer: Officer, provider: str | None = None) -> Attempt:
    """Begin the full session of an officer who has proved both factors, to a provider or here; the half one ends."""
    OFFICER_SESSIONS.end(call.session, call.actor.token, call.at)
    DELAYS.forget(call.session, keyring, officer.email)
    DELAYS.forget(call.session, keyring, _apart(officer.email))
    token = OFFICER_SESSIONS.begin(call.session, officer, call.at, is_full=True, provider=provider)
    record(call.session, "officer.signed_in", officer.reference, on=call.at.date(), actor=officer.reference)
    return Attempt(Step.IN, token, mark_of_browser(keyring, officer))


def change_password(
    call: Call[AuthenticatedOfficer], keyring: Keyring, old: str, new: str, home: Path, *, keeps_programs: bool = False
) -> int | None:
    """Change the officer's own password. Gives how many tokens ended; None where the old password is wrong.

    The officer's other sessions end, and unless `keeps_programs` tokens and the calendar's address. Raises ActRefused if
    the new password is not acceptable.
    """
    session, officer, today = call.session, call.actor.officer, clock.day_at(call.at, None)
    if not is_password_right(call, keyring, old):
        return None
    if passwords.is_password_right(new, officer.password):
        raise errors.ActRefused("password_same", "this is the password you have: choose another")
    passwords.set_password(officer, new, today, home)
    OFFICER_SESSIONS.end_all(session, officer, call.at, but=call.actor.session)
    ended = 0 if keeps_programs else tokens.end_programs(session, officer, call.at)
    security_mails.queue(session, officer, SecurityEvent.PASSWORD_CHANGED, call.at)
    record(session, "officer.password_changed", officer.reference, on=today, actor=officer.reference)
    return ended


def is_password_right(call: Call[AuthenticatedOfficer], keyring: Keyring, password: str) -> bool:
    """Check the signed-in officer's password again, before whatever would outlast the session or opens in their name.

    Wrong passwords count as at sign-in, so that at an unattended session not all can be tried. Raises TooManyRequests.
    """
    officer = call.actor.officer
    DELAYS.require_no_wait(call.session, keyring, officer.email, call.at)
    is_right = passwords.is_password_right(password, officer.password)
    if not is_right:
        _refuse(call, keyring, officer.email, officer)
    return is_right


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


def _find_officer(session: Session, email: str) -> Officer | None:
    return session.scalars(select(Officer).where(Officer.email == tidy_email(email)[:200])).one_or_none()


def _refuse(call: Call[object], keyring: Keyring, email: str, officer: Officer | None) -> Attempt:
    """Count a failure of an address; the caller commits that too."""
    DELAYS.failed(call.session, keyring, email, call.at)
    # Not recorded for an unknown address: the text may be a password typed into the wrong field.
    if officer is not None:
        record(call.session, "officer.sign_in_refused", officer.reference, on=call.at.date(), actor="nobody")
    return Attempt(Step.REFUSED)
