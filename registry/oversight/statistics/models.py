"""Closed quarters of the open statistics. Only rounded counts are stored, never the true ones."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.core.db.engine import Base, Text, one_of
from registry.vocabulary.cases import Dimension


class Snapshot(Base):
    """One closed quarter. Triggers forbid change, so that a quoted figure stays true. `rules`: its rules' version."""

    __tablename__ = "snapshots"
    id: Mapped[int] = mapped_column(primary_key=True)
    quarter: Mapped[str] = mapped_column(Text(7), unique=True)
    closed_on: Mapped[date]
    rules: Mapped[str] = mapped_column(Text(8))
    cells: Mapped[list["SnapshotCell"]] = relationship()


class SnapshotCell(Base):
    """One count that may be published; a missing cell is a count below five. The database itself refuses any other."""

    __tablename__ = "snapshot_cells"
    __table_args__ = (CheckConstraint("count >= 5 AND count % 5 = 0", name="count_is_rounded"),)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshots.id"), primary_key=True)
    dimension: Mapped[Dimension] = mapped_column(one_of(Dimension), primary_key=True)
    value: Mapped[str] = mapped_column(Text(48), primary_key=True)
    count: Mapped[int]
