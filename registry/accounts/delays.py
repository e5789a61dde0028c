"""Delays after failed sign-ins: for each address typed in, known or not, and longer each time.

Officers and members of organisations are counted separately: `purpose` keeps the digests of the two apart.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from registry.accounts.models import SignInDelay
from registry.core.errors import TooManyRequests
from registry.core.keyring import Keyring

FREE_FAILURES = 5
FIRST_WAIT = timedelta(seconds=30)
MAX_WAIT = timedelta(minutes=15)
REMEMBERED = timedelta(hours=24)


class Delays:
    """The failed sign-ins of one kind of account."""

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
