"""Who licenses, which lists we read of them, and when each was last read."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import Base, Instant, NumberedRow, Text

WITHOUT = "without_"
"""Begins the name of a count of a reading: how often a number is lacking that the list shows of others."""


class Authority(NumberedRow):
    """A body that licenses. `names` maps a page language to its name; `time_zone` is an IANA name."""

    __tablename__ = "authorities"
    reference: Mapped[str] = mapped_column(Text(40), unique=True)
    country: Mapped[str] = mapped_column(Text(2))
    time_zone: Mapped[str] = mapped_column(Text(64))
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    website: Mapped[str | None] = mapped_column(Text(400))


class Source(NumberedRow):
    """One published list of an authority.

    `kinds` are the licence kinds that the list covers; `is_full` says that an agency not on it holds none of them from
    this authority; `is_national` that no other authority of the country issues them. `prints` are the numbers it shows
    of the agencies on it (identifier schemes and `licence_number`): silence on any other number proves nothing.
    `fresh_for_days` is how long a reading may be relied on, 0 for a list the authority itself keeps here. `address` is
    where the worker fetches it.
    """

    __tablename__ = "sources"
    reference: Mapped[str] = mapped_column(Text(40), unique=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("authorities.id"), index=True)
    kinds: Mapped[list[str]] = mapped_column(JSON)
    prints: Mapped[list[str]] = mapped_column(JSON)
    is_full: Mapped[bool]
    is_national: Mapped[bool]
    fresh_for_days: Mapped[int]
    address: Mapped[str | None] = mapped_column(Text(400))
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON)
    etag: Mapped[str | None] = mapped_column(Text(200))
    last_modified: Mapped[str | None] = mapped_column(Text(80))
    next_fetch_at: Mapped[datetime | None] = mapped_column(Instant)
    warned_at: Mapped[datetime | None] = mapped_column(Instant)


class Retrieval(NumberedRow):
    """One reading of a source that was applied.

    Never changed: coverage and freshness at any instant follow from these. `is_full` is False as well for a reading of a
    full list that lost rows. `counts` are those of the report, and under `without_<scheme>` on how many agencies or
    licences the list does not show a number that it shows of others.
    """

    __tablename__ = "retrievals"
    __table_args__ = (UniqueConstraint("source_id", "retrieved_at"),)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    retrieved_at: Mapped[datetime] = mapped_column(Instant)
    is_full: Mapped[bool]
    fresh_for_days: Mapped[int]
    digest: Mapped[str] = mapped_column(Text(64))
    counts: Mapped[dict[str, int]] = mapped_column(JSON)


class SourceVersion(Base):
    """One row with a number that grows whenever an authority, source, retrieval or overlay of the law changes.

    Readers then read again.
    """

    __tablename__ = "ground_state"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int]
