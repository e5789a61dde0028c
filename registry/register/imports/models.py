"""What imports remember: which row of a list led to which agency, lists held for approval, and how fetching fares."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import Base, Instant, ReferencedRow, Text


class Listing(Base):
    """One agency as it stands on one list.

    `row_key` is a digest of whatever tells the list's agencies apart, so that erasing an agency leaves no number of its
    holder here; `digest` is that of everything the list said, so that the same rows again are known to change nothing.
    """

    __tablename__ = "listings"
    __table_args__ = (Index("ix_listings_agency_id", "agency_id"),)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), primary_key=True, autoincrement=False)
    row_key: Mapped[str] = mapped_column(Text(32), primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    digest: Mapped[str] = mapped_column(Text(32))
    last_seen_at: Mapped[datetime] = mapped_column(Instant)
    is_delisted: Mapped[bool]


class PendingImport(ReferencedRow):
    """A fetched list that an official must look at first. `reason` is shown; its bytes are a HeldList.

    `file` stands in REGISTRY_HOME/pending where a version before held it.
    `overview` is what the official compares with the file, as `report.to_sign` gives it; it goes when the list is decided.
    `ordered_by` is the officer (a reference) who decided in the console; the worker applies what was ordered. `trouble` is
    why it could not be applied when it was approved last: then it waits for a decision again.
    """

    __tablename__ = "pending_imports"
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), index=True)
    file: Mapped[str | None] = mapped_column(Text(80))
    digest: Mapped[str] = mapped_column(Text(64))
    fetched_at: Mapped[datetime] = mapped_column(Instant)
    etag: Mapped[str | None] = mapped_column(Text(200))
    last_modified: Mapped[str | None] = mapped_column(Text(80))
    reason: Mapped[str] = mapped_column(Text(1000))
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)
    overview: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    is_approved: Mapped[bool | None]
    ordered_by: Mapped[str | None] = mapped_column(Text(60))
    ordered_at: Mapped[datetime | None] = mapped_column(Instant)
    trouble: Mapped[str | None] = mapped_column(Text(1000))


class HeldList(Base):
    """The bytes of a list that waits, encrypted."""

    __tablename__ = "held_lists"
    pending_id: Mapped[int] = mapped_column(ForeignKey("pending_imports.id"), primary_key=True, autoincrement=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class FetchState(Base):
    """How fetching one source fares: when it was last tried, and what went wrong how often since it last went well."""

    __tablename__ = "fetch_states"
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), primary_key=True, autoincrement=False)
    tried_at: Mapped[datetime] = mapped_column(Instant)
    failures: Mapped[int]
    trouble: Mapped[str | None] = mapped_column(Text(1000))
