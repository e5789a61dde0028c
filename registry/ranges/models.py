"""Tables of range files: which key stands in which file, the files and tiles themselves, and the epochs."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import LARGE, Base, Instant, NumberedRow, Text

_IS_GONE = text("is_gone")


class RangeKey(NumberedRow):
    """A live lookup key by its hash; all of it follows from the public records.

    One that `is_gone` leads nowhere any more, and stays until the file in which it stood is published without it; of an erased
    holder its `value` is empty.
    """

    __tablename__ = "range_keys"
    __table_args__ = (
        Index("ix_range_keys_hash", "hash"),
        Index("ix_range_keys_gone", "hash", sqlite_where=_IS_GONE, postgresql_where=_IS_GONE),
    )
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    kind: Mapped[str] = mapped_column(Text(20))
    value: Mapped[str] = mapped_column(Text(400))
    licence: Mapped[str | None] = mapped_column(Text(12))
    has_failed_check: Mapped[bool]
    is_gone: Mapped[bool]


class RangeFile(Base):
    """The file of a prefix in the newest epoch: its leaf hash, how many keys it holds, and the day it must be made anew."""

    __tablename__ = "range_files"
    prefix: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    key_count: Mapped[int]
    due_on: Mapped[date | None] = mapped_column(index=True)


class RangeObject(Base):
    """A file or a tile under its hash: a file compressed, by its RFC 6962 leaf hash; a tile by the root it folds to.

    `ended_at` says since when no shown epoch needs it; it is deleted an hour later.
    """

    __tablename__ = "range_objects"
    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    ended_at: Mapped[datetime | None] = mapped_column(Instant, index=True)


class RangeEpoch(Base):
    """An epoch: the record of its log entry and where that stands. `seen_size` entries of the log are in its files.

    `ground` is the digest of lists and law its answers were made on, `at` when; `ended` names what it replaced, a line each
    (`file/<hash>`, `tile/<hash>`).
    """

    __tablename__ = "range_epochs"
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    log_index: Mapped[int] = mapped_column(LARGE)
    seen_size: Mapped[int] = mapped_column(LARGE)
    ground: Mapped[str] = mapped_column(Text(64))
    at: Mapped[datetime] = mapped_column(Instant)
    record: Mapped[bytes] = mapped_column(LargeBinary)
    ended: Mapped[str] = mapped_column(LongText)
