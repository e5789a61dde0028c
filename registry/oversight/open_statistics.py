"""Open statistics: closed quarters as they are stored, read, counted and written as a table. Only rounded counts are stored."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import CheckConstraint, ForeignKey, exc, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload, sessionmaker

from registry.complaints.case.models import Case
from registry.complaints.casework.models import CaseMove
from registry.core import errors, spreadsheets
from registry.core.db.engine import Base, NumberedRow, Text, one_of
from registry.i18n import languages, names, wording
from registry.oversight import rules
from registry.oversight.rules import Quarter
from registry.vocabulary import cases, register


class Snapshot(NumberedRow):
    """One closed quarter. Triggers forbid change, so that a quoted figure stays true. `rules`: its rules' version."""

    __tablename__ = "snapshots"
    quarter: Mapped[str] = mapped_column(Text(7), unique=True)
    closed_on: Mapped[date]
    rules: Mapped[str] = mapped_column(Text(8))
    cells: Mapped[list["SnapshotCell"]] = relationship()


class SnapshotCell(Base):
    """One count that may be published; a missing cell is a count below five. The database itself refuses any other."""

    __tablename__ = "snapshot_cells"
    __table_args__ = (CheckConstraint("count >= 5 AND count % 5 = 0", name="count_is_rounded"),)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshots.id"), primary_key=True)
    dimension: Mapped[cases.Dimension] = mapped_column(one_of(cases.Dimension), primary_key=True)
    value: Mapped[str] = mapped_column(Text(48), primary_key=True)
    count: Mapped[int]


class Table(NamedTuple):
    """Complaints counted one way: the cells that may be shown, the largest first, and their sum."""

    dimension: cases.Dimension
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


def releases(session: Session, quarter: str | None = None) -> list[Release]:
    """All closed quarters, the newest first, or the one that is asked for."""
    query = select(Snapshot).options(selectinload(Snapshot.cells)).order_by(Snapshot.quarter.desc())
    if quarter is not None:
        query = query.where(Snapshot.quarter == quarter)
    return [_release(snapshot) for snapshot in session.execute(query).scalars()]


def _release(snapshot: Snapshot) -> Release:
    quarter = rules.read_quarter(snapshot.quarter)
    assert quarter is not None
    tables = []
    for dimension in cases.Dimension:
        found = sorted((cell for cell in snapshot.cells if cell.dimension is dimension), key=_place)
        cells = {cell.value: cell.count for cell in found}
        tables.append(Table(dimension, cells, rules.total(dimension, cells)))
    return Release(quarter, snapshot.closed_on, snapshot.rules, tuple(tables))


def _place(cell: SnapshotCell) -> tuple[bool, int, str]:
    """Sort key: largest first; the count of what was not stated says least, and is last."""
    return cell.value == rules.NOT_STATED, -cell.count, cell.value


def close(session: Session, quarter: Quarter, today: date) -> Snapshot:
    """Count a quarter and store what may be published. A closed quarter stays as it is, whatever changed since.

    Raises NotNow before its time.
    """
    found = session.execute(select(Snapshot).where(Snapshot.quarter == str(quarter))).scalar_one_or_none()
    if found is not None:
        return found
    if today < quarter.closes_on:
        raise errors.NotNow(f"{quarter} can be closed from {quarter.closes_on} on, two weeks after its last day")
    snapshot = Snapshot(quarter=str(quarter), closed_on=today, rules=rules.VERSION)
    snapshot.cells = [
        SnapshotCell(dimension=dimension, value=value, count=count)
        for dimension, counts in count_cases(session, quarter).items()
        for value, count in rules.published(counts).items()
    ]
    session.add(snapshot)
    session.flush()
    return snapshot


def close_due(sessions: sessionmaker[Session], today: date) -> list[str]:
    """Close each quarter that is due in a transaction of its own. Two that do it at once close each quarter once."""
    with sessions() as session:
        first = session.execute(select(func.min(Case.filed_on)).where(Case.state.in_(sorted(rules.COUNTED)))).scalar()
        waiting = [] if first is None else rules.due(Quarter.of(first), closed_quarters(session), today)
    for quarter in waiting:
        try:
            with sessions.begin() as session:
                close(session, quarter, today)
        except exc.IntegrityError:
            # Another worker closed it meanwhile; if not, the next round tells.
            continue
    return [str(quarter) for quarter in waiting]


def count_cases(session: Session, quarter: Quarter) -> Mapping[cases.Dimension, Mapping[str, int]]:
    """The true counts of one quarter, before small numbers are withheld: shown to no one."""
    counts: dict[cases.Dimension, Counter[str]] = {dimension: Counter() for dimension in cases.Dimension}
    columns = select(Case.country, Case.sector, Case.indicators).where(
        Case.filed_on.between(quarter.first, quarter.last),
        Case.state.in_(sorted(rules.COUNTED)),
        Case.unit_id.is_not(None),
    )
    for country, sector, indicators in session.execute(columns):
        counts[cases.Dimension.COUNTRY][country or rules.NOT_STATED] += 1
        counts[cases.Dimension.SECTOR][sector or rules.NOT_STATED] += 1
        counts[cases.Dimension.INDICATOR].update(set(indicators))
    counts[cases.Dimension.OUTCOME].update(_outcomes(session, quarter).values())
    return counts


def _outcomes(session: Session, quarter: Quarter) -> dict[int, str]:
    """The outcome of each case in a quarter, whenever it was filed; of several, after a reopening, the last."""
    moves = select(CaseMove.case_id, CaseMove.to_state).join(Case, Case.id == CaseMove.case_id)
    of_quarter = moves.where(
        CaseMove.on_day.between(quarter.first, quarter.last),
        CaseMove.to_state.in_(rules.OUTCOMES),
        Case.state.in_(sorted(rules.COUNTED)),
        Case.unit_id.is_not(None),
    )
    return {case_id: state.value for case_id, state in session.execute(of_quarter.order_by(CaseMove.id))}


COLUMNS = ("quarter", "from", "to", "counted_by", "value", "name", "count")


def cell_name(language: register.Language, dimension: cases.Dimension, value: str) -> str:
    """What a cell counts, in words."""
    if value == rules.NOT_STATED:
        return languages.text(language, "statistics.not_stated")
    match dimension:
        case cases.Dimension.COUNTRY:
            return names.country_name(language, value)
        case cases.Dimension.SECTOR:
            return names.sector_name(language, value)
        case cases.Dimension.INDICATOR:
            return wording.indicator_text(language, cases.Indicator(value))
        case cases.Dimension.OUTCOME:
            return wording.word(language, "statistics.outcome", value)


def as_csv(releases: Iterable[Release], language: register.Language) -> str:
    """One line a cell, the newest quarter first, by RFC 4180."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    for release in releases:
        quarter = release.quarter
        for table in release.tables:
            for value, count in table.cells.items():
                name = cell_name(language, table.dimension, value)
                row = (str(quarter), quarter.first.isoformat(), quarter.last.isoformat(), table.dimension, value, name)
                writer.writerow([*map(spreadsheets.harmless, row), count])
    return written.getvalue()
