"""Passwords: long enough, not guessable, not known to be stolen, and kept as Argon2id hashes (RFC 9106).

Asking costs the same whether the account exists or not. After failed sign-ins an address typed in, known or not, waits,
longer each time (`Delays`).
"""

import hashlib
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher, exceptions
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from registry.accounts.models import Account, SignInDelay
from registry.core.errors import ActRefused, TooManyRequests
from registry.core.keyring import Keyring

MIN_LENGTH = 12
MAX_LENGTH = 200
GUESSABLE_BELOW = 3
"""zxcvbn's score: below three a password falls to ten thousand million guesses."""

STOLEN = "stolen-passwords.txt"
"""In REGISTRY_HOME: lines `SHA1:count` in upper case hex, sorted, as lists of breached passwords come. None need be there."""

_hasher = PasswordHasher()


def tidy(password: str) -> str:
    """The same on every keyboard: NFKC, as NIST SP 800-63B asks; spaces stay."""
    return unicodedata.normalize("NFKC", password)


def flaw_in(password: str, known: Sequence[str] = (), home: Path | None = None) -> str | None:
    """What is wrong with a new password: `too_short`, `too_long`, `guessable` or `stolen`; None when nothing is.

    `known` are words that others know of the account: name, e-mail.
    """
    from zxcvbn import zxcvbn

    text = tidy(password)
    if len(text) < MIN_LENGTH:
        return "too_short"
    if len(text) > MAX_LENGTH:
        return "too_long"
    words = [word for stated in known for word in [stated, *stated.replace("@", " ").replace(".", " ").split()] if word]
    # It looks at 72 characters at most: longer ones take it long, and are not guessed by their beginning.
    if zxcvbn(text[:72], user_inputs=words)["score"] < GUESSABLE_BELOW:
        return "guessable"
    if home is not None and _is_stolen(text, home / STOLEN):
        return "stolen"
    return None


def set_password(account: Account, password: str, today: date, home: Path | None) -> None:
    """Keep a new password. Raises ActRefused where it is short, guessable or stolen."""
    flaw = flaw_in(password, (account.name, account.email), home)
    if flaw is not None:
        raise ActRefused(f"password_{flaw}", _FLAWS[flaw])
    account.password, account.password_on = hash_password(password), today


_FLAWS = {
    "too_short": f"the password must have {MIN_LENGTH} characters or more; a sentence is easy to remember",
    "too_long": f"the password must have {MAX_LENGTH} characters or fewer",
    "guessable": "this password is easily guessed: use several words that do not belong together",
    "stolen": "this password has appeared in a data breach: choose another, and change it wherever else you use it",
}


def hash_password(password: str) -> str:
    return _hasher.hash(tidy(password))


def is_password_right(password: str, stored: str | None) -> bool:
    """Whether the password is the one; without one to compare with, as much work is done."""
    try:
        return _hasher.verify(stored or _nobodys(), tidy(password)[:MAX_LENGTH]) and stored is not None
    except (exceptions.Argon2Error, exceptions.InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    return _hasher.check_needs_rehash(stored)


@cache
def _nobodys() -> str:
    return _hasher.hash("the password of nobody")


def _is_stolen(password: str, path: Path) -> bool:
    """Search in a sorted file by halves: it may hold a thousand million lines."""
    wanted = hashlib.sha1(password.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest().upper().encode()
    try:
        with path.open("rb") as file:
            low, high = 0, path.stat().st_size
            while low < high:
                middle = (low + high) // 2
                file.seek(max(middle - 1, 0))
                if middle:
                    file.readline()
                line = file.readline()
                if not line or line[:40] >= wanted:
                    if line[:40] == wanted:
                        return True
                    high = middle
                else:
                    low = middle + 1
    except FileNotFoundError:
        return False
    return False


FREE_FAILURES = 5
FIRST_WAIT = timedelta(seconds=30)
MAX_WAIT = timedelta(minutes=15)
REMEMBERED = timedelta(hours=24)


class Delays:
    """The failed sign-ins of one kind of account; `purpose` keeps the digests of officers and members apart."""

    def __init__(self, purpose: str) -> None:
        self._purpose = purpose

    def require_no_wait(self, session: Session, keyring: Keyring, email: str, at: datetime) -> None:
        """Raise TooManyRequests while this address must wait. It writes nothing: ask before anything is tried."""
        delay = self._lock_delay(session, keyring, email)
        if delay is not None and delay.until > at:
            seconds = int((delay.until - at).total_seconds()) + 1
            raise TooManyRequests(f"too many attempts: try again in {seconds} seconds", seconds)

    def failed(self, session: Session, keyring: Keyring, email: str, at: datetime) -> None:
        """Count a failure."""
        delay = self._lock_delay(session, keyring, email)
        if delay is None:
            delay = SignInDelay(digest=self._digest(keyring, email), failures=0, until=at)
            session.add(delay)
        elif at - delay.until > REMEMBERED:
            delay.failures = 0
        delay.failures += 1
        over = delay.failures - FREE_FAILURES
        delay.until = at + min(FIRST_WAIT * 2 ** min(over, 10), MAX_WAIT) if over >= 0 else at
        session.flush()

    def forget(self, session: Session, keyring: Keyring, email: str) -> None:
        session.execute(delete(SignInDelay).where(SignInDelay.digest == self._digest(keyring, email)))

    def _lock_delay(self, session: Session, keyring: Keyring, email: str) -> SignInDelay | None:
        # Locked: attempts at one address at once are counted one after another.
        query = select(SignInDelay).where(SignInDelay.digest == self._digest(keyring, email)).with_for_update()
        return session.scalars(query).one_or_none()

    def _digest(self, keyring: Keyring, email: str) -> str:
        return keyring.digest(self._purpose, email.strip().lower()[:200])


def forget_delays(session: Session, at: datetime) -> None:
    """Remove delays that are long over."""
    session.execute(delete(SignInDelay).where(SignInDelay.until < at - REMEMBERED))
