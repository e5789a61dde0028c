"""The tables of sign-in by a ministry's own provider: linked accounts, and visits under way."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import Base, Instant, Text


class ProviderLink(Base):
    """An officer's account at a provider, by what the provider promises never to give to another: issuer and subject."""

    __tablename__ = "officer_links"
    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("officer_id", "issuer"))
    id: Mapped[int] = mapped_column(primary_key=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    issuer: Mapped[str] = mapped_column(Text(200))
    subject: Mapped[str] = mapped_column(Text(255))
    since_on: Mapped[date]


class ProviderVisit(Base):
    """A browser that was sent to a provider and is not back yet; the row is deleted when it returns.

    It holds two digests: of the state in the return address, and of what that browser alone keeps. With `officer_id`
    the officer is signed in already, and the account is to be linked.
    """

    __tablename__ = "officer_visits"
    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(Text(64), unique=True)
    browser: Mapped[str] = mapped_column(Text(64))
    provider: Mapped[str] = mapped_column(Text(40))
    nonce: Mapped[str] = mapped_column(Text(64))
    verifier: Mapped[str] = mapped_column(Text(64))
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"), index=True)
    ends_at: Mapped[datetime] = mapped_column(Instant, index=True)
