"""What the tables of officers and of members have alike, and the table of sign-in delays.

Officers and members each have their own tables, so that nothing of one opens the other. No row opens anything by itself:
passwords are Argon2 hashes, secrets of apps are sealed under a key that is in no database, sessions and codes are digests.
"""

from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import LARGE, Base, Instant, NumberedRow, ReferencedRow, Text


class Account(Protocol):
    """A person who signs in with a password: an officer, or a member of an organisation."""

    id: Any
    reference: Any
    name: Any
    email: Any
    password: Any
    password_on: Any


class SessionRow(ReferencedRow):
    """Where somebody is signed in. `digest` is SHA-256 of a token that only the browser has.

    Until `is_full` it opens the second step alone.
    """

    __abstract__ = True
    digest: Mapped[str] = mapped_column(Text(64), unique=True)
    is_full: Mapped[bool]
    began_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class AuthenticatorRow(ReferencedRow):
    """An authenticator app: `sealed` is its secret, `last_step` the last time step whose code was taken.

    It counts once it `is_confirmed`, by a first code from it.
    """

    __abstract__ = True
    name: Mapped[str] = mapped_column(Text(60))
    sealed: Mapped[str | None] = mapped_column(Text(400))
    last_step: Mapped[int] = mapped_column(LARGE, default=0)
    since_on: Mapped[date]
    last_used_on: Mapped[date | None]
    is_confirmed: Mapped[bool] = mapped_column(default=False)


class RecoveryCodeRow(NumberedRow):
    """A code for the day on which the second factor is lost. Each is good once."""

    __abstract__ = True
    digest: Mapped[str] = mapped_column(Text(64), unique=True)
    used_on: Mapped[date | None]


class SignInDelay(Base):
    """Failed attempts for one address typed in, known or not, as a keyed digest; none is tried before `until`."""

    __tablename__ = "officer_delays"
    digest: Mapped[str] = mapped_column(Text(64), primary_key=True)
    failures: Mapped[int]
    until: Mapped[datetime] = mapped_column(Instant, index=True)
