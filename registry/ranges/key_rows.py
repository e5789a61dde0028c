"""The rows of lookup keys: which hash stands in which file, brought up to date with the public records."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from registry.core.db.engine import bulk_insert, reading_session
from registry.ranges.models import RangeKey
from registry.ranges.rendering import StatedRecord, keys_of, records_behind, shown_records
from registry.register.agencies.models import Agency

CHUNK = 500

IS_GONE = text("is_gone")
"""As the partial index says it, so that both databases use it."""

_KEY_COLUMNS = ("hash", "agency_id", "kind", "value", "licence", "has_failed_check", "is_gone")


def count_keys(session: Session) -> int:
    """How many live keys there are; two agencies of one number count once."""
    live = RangeKey.is_gone.is_(False)
    return session.execute(select(func.count(func.distinct(RangeKey.hash))).where(live)).scalar_one()


def renew_keys(sessions: sessionmaker[Session], changed: Sequence[int] | None, at: datetime) -> set[bytes]:
    """Write the keys of agencies (None: of all) as their records state them. Gives the hashes of former and new ones, of
    those too that lead nowhere since a run that crashed; where all are written nothing.
    """
    if changed is None:
        after = 0
        while True:
            with sessions.begin() as session:
                stated_records = records_behind(session, after, at)
                if not stated_records:
                    return set()
                last = max(stated_records)
                _write_keys(session, RangeKey.agency_id.between(after + 1, last), stated_records)
            after = last
    touched: set[bytes] = set()
    for start in range(0, len(changed), CHUNK):
        chunk = changed[start : start + CHUNK]
        with sessions.begin() as session:
            of_these = RangeKey.agency_id.in_(chunk)
            touched.update(session.execute(select(RangeKey.hash).where(of_these)).scalars())
            touched |= _write_keys(session, of_these, shown_records(session, chunk, at))
    with reading_session(sessions) as session:
        touched.update(session.execute(select(RangeKey.hash).where(IS_GONE)).scalars())
    return touched


def _write_keys(
    session: Session, of_these: ColumnElement[bool], stated_records: Mapping[int, StatedRecord]
) -> set[bytes]:
    """Replace the keys of some agencies, and give the hashes of the new ones."""
    # A crash must not forget in which files a former key still stands.
    session.execute(update(RangeKey).where(of_these, RangeKey.is_gone.is_(False)).values(is_gone=True))
    rows: list[tuple[Any, ...]] = [
        (hash_, agency_id, number.kind, number.value, licence, number.has_failed_check, False)
        for agency_id, one in stated_records.items()
        for hash_, number, licence in keys_of(one.agency)
    ]
    bulk_insert(session, RangeKey, _KEY_COLUMNS, rows)
    return {row[0] for row in rows}


def forget_numbers(session: Session, agencies: Collection[str]) -> None:
    """Empty the keys of agencies (references) whose holder is erased; the next epoch leaves them out, and needs their hashes."""
    erased = select(Agency.id).where(Agency.reference.in_(agencies))
    session.execute(update(RangeKey).where(RangeKey.agency_id.in_(erased)).values(value="", is_gone=True))
