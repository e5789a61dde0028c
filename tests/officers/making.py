"""Units and officers for tests, all invented. An officer made here has joined: password, app, roles."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import delete
from sqlalchemy.orm import Session

from registry.accounts import passwords, second_factors
from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.officers import accounts, factors, join_codes
from registry.officers.models import Officer, SecurityMail, Unit
from registry.officers.rights import Role

PASSWORD = "lantern walnut cobalt seventeen"
"""Of every invented officer."""


def make_unit(session: Session, reference: str = "it-invented-unit", country: str = "IT", **facts: object) -> Unit:
    stated: dict[str, object] = {
        "authority": f"{country.lower()}-invented-authority",
        "names": {"en": f"Invented unit of {country}"},
        "is_default": False,
        "authority_zone": "UTC",
    }
    unit = Unit(reference=reference, country=country, **(stated | facts))
    session.add(unit)
    session.flush()
    return unit


@cache
def kept_password() -> str:
    """Hashed once: it takes as long as it should."""
    return passwords.hash_password(PASSWORD)


@dataclass(frozen=True, slots=True)
class Joined:
    """An officer with their secrets: what they know and have to sign in."""

    officer: Officer
    secret: bytes
    recovery_codes: list[str]

    def code(self, at: datetime) -> str:
        """The code that the officer's app shows then."""
        return (
            TOTP(self.secret, 6, SHA1(), second_factors.STEP, enforce_key_length=False)
            .generate(int(at.timestamp()))
            .decode()
        )


def whole_code(session: Session, officer: Officer, handed_over: str | None, at: datetime | None = None) -> str:
    """The join code of both parts: what who approved hands over, and what the officer is mailed."""
    mailed = join_codes.new_mailed_part(session, officer, at or now())
    assert handed_over is not None
    assert mailed is not None
    return join_codes.joined(handed_over, mailed)


def make_officer(
    session: Session,
    keyring: Keyring,
    *roles: Role,
    unit: str = "it-invented-unit",
    name: str = "Invented Officer",
    email: str = "officer@authority.example",
    at: datetime | None = None,
) -> Joined:
    """An officer who has joined. `at` is a moment before the test's own, so that no code is used up."""
    at = at or now()
    today: date = at.date()
    officer, code = accounts.add_first(
        session, accounts.Invitation(unit, name, email, roles or (Role.INVESTIGATOR,), "en"), at, today
    )
    officer.password, officer.password_on = kept_password(), today
    factor, secret = factors.APPS.begin(session, keyring, officer, "app", today)
    factor.is_confirmed = True
    _, recovery_codes = join_codes.finish_joining(session, code, at)
    # The mail that they joined was sent long ago.
    session.execute(delete(SecurityMail).where(SecurityMail.officer_id == officer.id))
    session.flush()
    return Joined(officer, secret, recovery_codes)
