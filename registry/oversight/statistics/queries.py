"""Reads of closed quarters, as they were stored."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from registry.oversight.statistics.models import Snapshot, SnapshotCell
from registry.oversight.statistics.rules import NOT_STATED, Quarter, read_quarter, total
from registry.vocabulary.cases import Dimension


class Table(NamedTuple):
    """Complaints counted one way: the cells that may be shown, the largest first, and their sum."""

    dimension: Dimension
    cells: Mapping[str, int]
    total: int | None


class Release(NamedTuple):
    """One closed quarter."""

    quarter: Quarter
    closed_on: date
    rules: str
    tables: tuple[Table, ...]


def closed_quarters(session: Session) -> list[str]:
    """The closed quarters, newest first."""
    return list(session.execute(select(Snapshot.quarter).order_by(Snapshot.quarter.desc())).scalars())


def snapshot_of(session: Session, quarter: str) -> Snapshot | None:
    return session.execute(select(Snapshot).where(Snapshot.quarter == quarter)).scalar_one_or_none()


def releases(session: Session, quarter: str | None = None) -> list[Release]:
    """All closed quarters, the newest first, or the one that is asked for."""
    query = select(Snapshot).options(selectinload(Snapshot.cells)).order_by(Snapshot.quarter.desc())
    if quarter is not None:
        query = query.where(Snapshot.quarter == quarter)
    return [_release(snapshot) for snapshot in session.execute(query).scalars()]


def _release(snapshot: Snapshot) -> Release:
    quarter = read_quarter(snapshot.quarter)
    assert quarter is not None
    tables = []
    for dimension in Dimension:
        found = sorted((cell for cell in snapshot.cells if cell.dimension is dimension), key=_place)
        cells = {cell.value: cell.count for cell in found}
        tables.append(Table(dimension, cells, total(dimension, cells)))
    return Release(quarter, snapshot.closed_on, snapshot.rules, tuple(tables))


def _place(cell: SnapshotCell) -> tuple[bool, int, str]:
    """Sort key: largest first; the count of what was not stated says least, and is last."""
    return cell.value == NOT_STATED, -cell.count, cell.value
