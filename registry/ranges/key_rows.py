"""The rows of lookup keys: which hash stands in which file, brought up to date with the public records."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from registry.core.db.engine import bulk_insert, reading_session
from registry.ranges.models import RangeKey
from registry.ranges.rendering import keys_of, shown_records
from registry.register.agencies.models import Agency, PublicRecord

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
    touched: set[bytes] = set()
    for chunk in _chunks(sessions, changed):
        with sessions.begin() as session:
            table = RangeKey
            if changed is not None:
                touched.update(session.execute(select(table.hash).where(table.agency_id.in_(chunk))).scalars())
            live = table.agency_id.in_(chunk), table.is_gone.is_(False)
            # A crash must not forget in which files a former key still stands.
            session.execute(update(table).where(*live).values(is_gone=True))
            fresh: list[tuple[Any, ...]] = []
            for agency_id, one in shown_records(session, chunk, at).items():
                for hash_, number, licence in keys_of(one.agency):
                    fresh.append((hash_, agency_id, number.kind, number.value, licence, number.has_failed_check, False))
                    if changed is not None:
                        touched.add(hash_)
            bulk_insert(session, table, _KEY_COLUMNS, fresh)
    if changed is None:
        return touched
    with reading_session(sessions) as session:
        touched.update(session.execute(select(RangeKey.hash).where(IS_GONE)).scalars())
    return touched


def forget_numbers(session: Session, agencies: Collection[str]) -> None:
    """Empty the keys of agencies (references) whose holder is erased; the next epoch leaves them out, and needs their hashes."""
    erased = select(Agency.id).where(Agency.reference.in_(agencies))
    session.execute(update(RangeKey).where(RangeKey.agency_id.in_(erased)).values(value="", is_gone=True))


def _chunks(sessions: sessionmaker[Session], changed: Sequence[int] | None) -> Iterator[Sequence[int]]:
    if changed is not None:
        yield from (changed[start : start + CHUNK] for start in range(0, len(changed), CHUNK))
        return
    after = 0
    while True:
        with sessions() as session:
            table = PublicRecord
            query = select(table.agency_id).where(table.agency_id > after).order_by(table.agency_id).limit(CHUNK)
            chunk = session.execute(query).scalars().all()
        if not chunk:
            return
        yield chunk
        after = chunk[-1]
