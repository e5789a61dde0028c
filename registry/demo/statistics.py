"""Invented open numbers for a demonstration: the last closed quarters, as they would be published."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from registry.oversight.statistics.models import Snapshot, SnapshotCell
from registry.oversight.statistics.rules import VERSION, Quarter
from registry.vocabulary.cases import Dimension


def load_statistics(session: Session, entries: Sequence[Mapping[str, Mapping[str, int]]], today: date) -> None:
    """Write down the newest quarter that can be closed today from the first entry, each before it from the next."""
    quarter = Quarter.of(today).before
    if quarter.closes_on > today:
        quarter = quarter.before
    for entry in entries:
        cells = [
            SnapshotCell(dimension=dimension, value=value, count=count)
            for dimension in Dimension
            for value, count in entry[dimension].items()
        ]
        session.add(Snapshot(quarter=str(quarter), closed_on=quarter.closes_on, rules=VERSION, cells=cells))
        quarter = quarter.before
    session.flush()
