"""The tables of organisations: who they are, their people, and the keys with which their programs come.

No row opens anything by itself: passwords are Argon2 hashes, keys stand here as digests. Of nobody is it written down from where
he came, and of a key when it was last used by the day alone. Nothing here is told to agencies, officers or the public.
"""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from registry.account_terms import MemberRole, MemberState
from registry.db import Base, Instant, Text, one_of


class Organisation(Base):
    """Whoever checks on behalf of more than himself: an employer, a brand, an auditor, a union.

    `rate` is how many requests a minute its keys may make together; empty: as the settings say. A closed one has no key left.
    """

    __tablename__ = "organisations"
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Text(12), unique=True)
    name: Mapped[str] = mapped_column(Text(200))
    country: Mapped[str] = mapped_column(Text(2))
    language: Mapped[str] = mapped_column(Text(12))
    since_on: Mapped[date]
    rate: Mapped[int | None]
    closed_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)


class Member(Base):
    """A person of one organisation. `email` is in lower case, signs in, and belongs to one member alone."""

    __tablename__ = "members"
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Text(12), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    name: Mapped[str] = mapped_column(Text(120))
    email: Mapped[str] = mapped_column(Text(200), unique=True)
    language: Mapped[str] = mapped_column(Text(12))
    role: Mapped[MemberRole] = mapped_column(one_of(MemberRole))
    state: Mapped[MemberState] = mapped_column(one_of(MemberState))
    password: Mapped[str | None] = mapped_column(Text(200))
    password_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)


class ApiKey(Base):
    """What an organisation's programs come with. `digest` is SHA-256 of the key, `prefix` its beginning, to tell it by.

    It opens until the end of `ends_on`, in UTC. `replaced_by` is the reference of the key made in its place.
    """

    __tablename__ = "api_keys"
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Text(12), unique=True)
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
