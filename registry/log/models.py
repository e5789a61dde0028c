"""The append-only entries that the public history, `known_at` and the verifiable log stand on."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import LARGE, Base, Instant, Text


class Entry(Base):
    """One immutable entry. `leaf` holds the exact bytes; the columns repeat parts of it for reading. Triggers forbid change.

    `agency_id` and `other_agency_id` say whose history it belongs to (an agreement has two); they are not part of the leaf.
    """

    __tablename__ = "entries"
    __table_args__ = (
        Index("ix_entries_key", "key", "index"),
        Index("ix_entries_agency", "agency_id", "index"),
        Index("ix_entries_other_agency", "other_agency_id", "index"),
    )
    index: Mapped[int] = mapped_column(LARGE, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(Text(32))
    prev: Mapped[int | None] = mapped_column(LARGE)
    type: Mapped[str] = mapped_column(Text(40))
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    v: Mapped[int]
    leaf: Mapped[bytes] = mapped_column(LargeBinary)
    agency_id: Mapped[int | None]
    other_agency_id: Mapped[int | None]


class LogState(Base):
    """One row, locked last by whoever appends: size, the instant of the last entry, and the next status-list place.

    `origin` is fixed at the first publish; `is_demo` keeps invented data and real data apart.
    """

    __tablename__ = "log_state"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(LARGE)
    last_at: Mapped[datetime | None] = mapped_column(Instant)
    next_status_place: Mapped[int]
    origin: Mapped[str | None] = mapped_column(Text(200))
    is_demo: Mapped[bool]
