"""The append-only entries that the public history, `known_at` and the verifiable log stand on."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import LARGE, Base, Instant, NumberedRow, Text


class Entry(Base):
    """One immutable entry. `leaf` holds the exact bytes; the columns repeat parts of it for reading.

    Triggers forbid change.

    `agency_id` and `other_agency_id` say whose history it belongs to (an agreement has two); they are not part of the
    leaf.
    """

    __tablename__ = "entries"
    __table_args__ = (
        sa.Index("ix_entries_key", "key", "index"),
        sa.Index("ix_entries_agency", "agency_id", "index"),
        sa.Index(
            "ix_entries_shared",
            "other_agency_id",
            "index",
            sqlite_where=sa.text("other_agency_id IS NOT NULL"),
            postgresql_where=sa.text("other_agency_id IS NOT NULL"),
        ),
    )
    index: Mapped[int] = mapped_column(LARGE, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(Text(32))
    prev: Mapped[int | None] = mapped_column(LARGE)
    type: Mapped[str] = mapped_column(Text(40))
    at: Mapped[datetime] = mapped_column(Instant)
    v: Mapped[int]
    leaf: Mapped[bytes] = mapped_column(sa.LargeBinary)
    agency_id: Mapped[int | None]
    other_agency_id: Mapped[int | None]

    @property
    def proof_path(self) -> str:
        """Where its proof is served."""
        return f"/log/proof/{self.index}"


class LogState(Base):
    """State of the log, one row, locked last when appending: size, instant of the last entry, next status-list place.

    `origin` is fixed at the first checkpoint; `is_demo` keeps invented data and real data apart. The tree covers the
    first `hashed` entries, and `frontier` are the roots of its largest complete subtrees. After `closed_at` nothing is
    appended. An operator called the clock right at `clock_accepted_at`, and the last entry of then wrong where
    `clock_disregards` has its instant (registry.log.clock_check).
    """

    __tablename__ = "log_state"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(LARGE)
    last_at: Mapped[datetime | None] = mapped_column(Instant)
    next_status_place: Mapped[int]
    origin: Mapped[str | None] = mapped_column(Text(200))
    is_demo: Mapped[bool]
    hashed: Mapped[int] = mapped_column(LARGE, server_default=sa.text("0"))
    frontier: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    clock_accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    clock_disregards: Mapped[datetime | None] = mapped_column(Instant)


class LogTile(Base):
    """Hashes of the tree (registry.log.tree). Of level 0 only complete tiles; above, the last one may still grow.

    All of it follows from the entries: what is damaged here is found by `registry log verify` and can be built anew.
    """

    __tablename__ = "log_tiles"
    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(LARGE, primary_key=True, autoincrement=False)
    hashes: Mapped[bytes] = mapped_column(sa.LargeBinary)


class Checkpoint(NumberedRow):
    """A signed head of the log. `note` is its whole text; lines of witnesses are added to it as they come in.

    It is shown from when `is_witnessed`: as many witnesses signed it as the policy asks for.
    """

    __tablename__ = "checkpoints"
    __table_args__ = (sa.Index("ix_checkpoints_origin_size", "origin", "size", unique=True),)
    origin: Mapped[str] = mapped_column(Text(200))
    size: Mapped[int] = mapped_column(LARGE)
    root: Mapped[bytes] = mapped_column(sa.LargeBinary)
    note: Mapped[str] = mapped_column(sa.Text)
    signed_at: Mapped[datetime] = mapped_column(Instant)
    is_witnessed: Mapped[bool]


class Stamp:
    """An authority's answer (RFC 3161, DER): what it stamped existed before `stamped_at`, by its word."""

    authority: Mapped[str] = mapped_column(Text(200), primary_key=True)
    stamped_at: Mapped[datetime] = mapped_column(Instant)
    token: Mapped[bytes] = mapped_column(sa.LargeBinary)


class Timestamp(Stamp, Base):
    """The stamp of the head of a size."""

    __tablename__ = "timestamps"
    origin: Mapped[str] = mapped_column(Text(200), primary_key=True)
    size: Mapped[int] = mapped_column(LARGE, primary_key=True, autoincrement=False)
