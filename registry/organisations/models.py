"""The tables of organisations: organisations, members, and API keys; and who acts for an organisation.

No row gives access by itself: passwords are Argon2 hashes, keys and codes are digests, secrets of apps are encrypted
under a key that is in no database. No address or place of a caller is stored, and of a key's last use only the day.
Nothing here is shown to agencies, officers or the public.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, false, true
from sqlalchemy.orm import Mapped, mapped_column

from registry.accounts.models import AuthenticatorRow, RecoveryCodeRow, SessionRow
from registry.core.db.engine import Base, Instant, ReferencedRow, Text, one_of
from registry.vocabulary.organisations import LetterKind, MemberRole, MemberState, Scope


@dataclass(frozen=True, slots=True)
class OrganisationActor:
    """Acts for the organisation of the row `id`: a member, or a program with an API key.

    No API key is made or ended with a scope beyond `scopes`: a program's are those of its own key, whose reference is `key`.
    """

    id: int
    scopes: frozenset[Scope] = frozenset(Scope)
    key: str | None = None


class Organisation(ReferencedRow):
    """An organisation that checks on behalf of others: an employer, a brand, an auditor, a union.

    `rate` is how many requests a minute its keys may make together; empty: as the settings say. A closed one has no key
    left. `keeps_every`: what its keys ask is kept in its file of receipts, whether or not each question says so.
    `needs_second_step`: no member comes in with a password alone.
    """

    __tablename__ = "organisations"
    name: Mapped[str] = mapped_column(Text(200))
    country: Mapped[str] = mapped_column(Text(2))
    language: Mapped[str] = mapped_column(Text(12))
    since_on: Mapped[date]
    rate: Mapped[int | None]
    closed_on: Mapped[date | None]
    keeps_every: Mapped[bool] = mapped_column(default=False, server_default=false())
    needs_second_step: Mapped[bool] = mapped_column(default=False, server_default=false())
    version: Mapped[int] = mapped_column(default=1)


class Member(ReferencedRow):
    """A person of one organisation. `email` is in lower case, signs in, and belongs to one member alone."""

    __tablename__ = "members"
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    name: Mapped[str] = mapped_column(Text(120))
    email: Mapped[str] = mapped_column(Text(200), unique=True)
    language: Mapped[str] = mapped_column(Text(12))
    role: Mapped[MemberRole] = mapped_column(one_of(MemberRole))
    state: Mapped[MemberState] = mapped_column(one_of(MemberState))
    password: Mapped[str | None] = mapped_column(Text(200))
    password_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)


class ApiKey(ReferencedRow):
    """What an organisation's programs come with. `digest` is SHA-256 of the key, `prefix` its beginning, to tell it by.

    It opens until the end of `ends_on`, in UTC. `replaced_by` is the reference of the key made in its place.
    `keeps_every` is as the organisation's where it is empty. `is_test`: it sees the sandbox and nothing else. `made_by` is the
    reference of the key that made it, and ends it with itself. `networks`: from where it opens, in CIDR; None: from anywhere.
    """

    __tablename__ = "api_keys"
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    name: Mapped[str] = mapped_column(Text(60))
    prefix: Mapped[str] = mapped_column(Text(12))
    digest: Mapped[str] = mapped_column(Text(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    made_on: Mapped[date]
    ends_on: Mapped[date]
    last_used_on: Mapped[date | None]
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    replaced_by: Mapped[str | None] = mapped_column(Text(12))
    keeps_every: Mapped[bool | None]
    is_test: Mapped[bool] = mapped_column(default=False, server_default=false())
    made_by: Mapped[str | None] = mapped_column(Text(12))
    networks: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))


class ApiKeyUsage(Base):
    """How many requests a key made on a day in UTC."""

    __tablename__ = "api_key_usage"
    key_id: Mapped[int] = mapped_column(ForeignKey("api_keys.id"), primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    requests: Mapped[int]


class Letter(ReferencedRow):
    """A mail with a link, queued or sent: an outbox in which the worker makes the secret on sending.

    Until it is sent there is no link and no `digest`, and nothing says whether the address is known here: the sender
    looks. A link is good once, until `ends_at`. `details` is what a registration or an invitation says of who comes; no
    secret.
    """

    __tablename__ = "account_letters"
    kind: Mapped[LetterKind] = mapped_column(one_of(LetterKind))
    email: Mapped[str] = mapped_column(Text(200), index=True)
    language: Mapped[str] = mapped_column(Text(12))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    details: Mapped[dict[str, str]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    taken_until: Mapped[datetime | None] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    digest: Mapped[str | None] = mapped_column(Text(64), unique=True)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class MemberSession(SessionRow):
    """Where a member is signed in."""

    __tablename__ = "member_sessions"
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    is_full: Mapped[bool] = mapped_column(default=True, server_default=true())


class MemberApp(AuthenticatorRow):
    """An authenticator app of a member."""

    __tablename__ = "member_apps"
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    sealed: Mapped[str | None] = mapped_column(Text(400), nullable=False)


class MemberRecoveryCode(RecoveryCodeRow):
    __tablename__ = "member_recovery_codes"
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
