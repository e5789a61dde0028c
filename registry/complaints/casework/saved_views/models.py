"""The tables of officers' saved views of the queue, and of their acts on many cases at once."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import Base, Instant, Text, one_of
from registry.vocabulary.cases import BulkKind


class SavedView(Base):
    """An officer's own way to look at the queue: `filters` by name as they stand in the page's address."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("officer", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Text(12), unique=True)
    officer: Mapped[str] = mapped_column(Text(12))
    name: Mapped[str] = mapped_column(Text(60))
    filters: Mapped[dict[str, str]] = mapped_column(JSON)
    made_on: Mapped[date]


class BulkAct(Base):
    """One officer's act on several cases at once. `rows`: for each case its reference, its version since, and what was
    before.

    The officer who did it can undo it for a while.
    """

    __tablename__ = "bulk_acts"
    __table_args__ = (Index("ix_bulk_acts_done_at", "done_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Text(12), unique=True)
    unit: Mapped[str] = mapped_column(Text(40))
    officer: Mapped[str] = mapped_column(Text(12))
    kind: Mapped[BulkKind] = mapped_column(one_of(BulkKind))
    done_at: Mapped[datetime] = mapped_column(Instant)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)
    rows: Mapped[list[Any]] = mapped_column(JSON)
