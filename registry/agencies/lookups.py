"""Whom many keys lead to now: the same rows as registry.agencies.lookup reads one by one, in few statements.

The keys stand in the statement themselves. A temporary table of them made SQLite's planner read the whole index.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import bindparam, null, select
from sqlalchemy.orm import Session

from registry.agencies.lookup import MOST, RECORD, Found, Stored
from registry.agencies.models import Licence, LookupKey, PublicRecord
from registry.authorities.models import GroundState
from registry.db import EPOCH
from registry.held import AnySelect, Prepared

SIZES = (10, 100, 1000)
"""Keys in one statement, the last of them repeated where there are fewer; SQLite takes 32,766 parameters."""


def _by_key(size: int) -> AnySelect:
    return (
        select(LookupKey.value, *RECORD, PublicRecord.told, LookupKey.licence)
        .join(PublicRecord, PublicRecord.agency_id == LookupKey.agency_id)
        .where(LookupKey.kind == bindparam("kind"), LookupKey.value.in_(_values(size)), LookupKey.unsaid_at.is_(None))
    )


def _by_reference(size: int) -> AnySelect:
    return select(PublicRecord.reference, *RECORD, PublicRecord.told, null()).where(
        PublicRecord.reference.in_(_values(size))
    )


def _by_licence(size: int) -> AnySelect:
    return (
        select(Licence.reference, *RECORD, PublicRecord.told, Licence.reference)
        .join(PublicRecord, PublicRecord.agency_id == Licence.agency_id)
        .where(Licence.reference.in_(_values(size)))
    )


_SELECTS = {"key": _by_key, "reference": _by_reference, "licence": _by_licence}


def _values(size: int) -> list[Any]:
    return [bindparam(f"value_{place}") for place in range(size)]


Row = tuple[Any, ...]
"""Key, body, etag, row id of the agency, withhold_on, confirmed_at, told, and the licence that a number names."""

_prepared: dict[tuple[str, str, int], Prepared] = {}
"""Compiled once for each kind of database, by what, and for how many keys."""


class Holders(NamedTuple):
    """Whom keys lead to: the row as the driver gives it of a key that one row has, and of others all rows together."""

    ground_version: int
    alone: dict[str, Row]
    several: dict[str, list[Row]]

    def found(self, key: str) -> Found:
        """As one lookup by this key gives them, cut off where it cuts them off."""
        row = self.alone.get(key)
        if row is not None:
            return Found((stored(row),), self.ground_version)
        rows = sorted(self.several.get(key, ()), key=itemgetter(3))
        holders: dict[int, Stored] = {}
        for row in rows[: MOST + 1]:
            one = stored(row)
            known = holders.get(one.agency_id)
            if known is None:
                holders[one.agency_id] = one
            elif one.licences is not None:
                holders[one.agency_id] = known._replace(licences=(known.licences or frozenset()) | one.licences)
        kept = list(holders.values())
        return Found(kept[:MOST], self.ground_version, len(kept) > MOST or len(rows) > MOST)


def stored(row: Row) -> Stored:
    _, body, etag, agency_id, withhold_on, confirmed_at, told, licence = row
    return Stored(
        bytes(body),
        etag,
        agency_id,
        date.fromisoformat(withhold_on) if isinstance(withhold_on, str) else withhold_on,
        EPOCH + timedelta(microseconds=confirmed_at) if confirmed_at is not None else None,
        None if licence is None else frozenset({licence}),
        told,
    )


def by_keys(session: Session, kind: str, values: Iterable[str]) -> Holders:
    """What keys of one kind lead to."""
    return _found(session, "key", values, {"kind": kind})


def by_agencies(session: Session, references: Iterable[str]) -> Holders:
    return _found(session, "reference", references, {})


def by_licences(session: Session, references: Iterable[str]) -> Holders:
    return _found(session, "licence", references, {})


def _found(session: Session, by: str, values: Iterable[str], given: dict[str, str]) -> Holders:
    """All in one transaction, whose version of the ground goes with what is read."""
    version = session.execute(select(GroundState.version)).scalar_one()
    wanted = list(dict.fromkeys(values))
    alone: dict[str, Row] = {}
    several: dict[str, list[Row]] = {}
    for start in range(0, len(wanted), SIZES[-1]):
        for row in _rows(session, by, wanted[start : start + SIZES[-1]], given):
            if alone.setdefault(row[0], row) is not row:
                several.setdefault(row[0], []).append(row)
    for key, rows in several.items():
        rows.append(alone.pop(key))
    return Holders(version, alone, several)


def _rows(session: Session, by: str, chunk: list[str], given: dict[str, str]) -> Sequence[Row]:
    """The rows as the driver gives them: what the mapper makes of each costs as much as reading it."""
    size = next(size for size in SIZES if size >= len(chunk))
    padded = chunk + chunk[-1:] * (size - len(chunk))
    connection = session.connection()
    made_for = (connection.dialect.name, by, size)
    prepared = _prepared.get(made_for)
    if prepared is None:
        prepared = _prepared[made_for] = Prepared(_SELECTS[by](size), connection.engine)
    values = prepared.values({**given, **{f"value_{place}": value for place, value in enumerate(padded)}})
    result = connection.exec_driver_sql(prepared.sql, tuple(values) if isinstance(values, list) else values)
    assert result.cursor is not None
    rows: Sequence[Row] = result.cursor.fetchall()
    result.close()
    return rows
