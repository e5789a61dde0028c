"""Whom many keys lead to now: the same rows as registry.agencies.lookup reads one by one, in few statements.

The keys stand in the statement themselves. A temporary table of them made SQLite's planner read the whole index.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import bindparam, select
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
        select(LookupKey.value, *RECORD, LookupKey.licence)
        .join(PublicRecord, PublicRecord.agency_id == LookupKey.agency_id)
        .where(LookupKey.kind == bindparam("kind"), LookupKey.value.in_(_values(size)), LookupKey.unsaid_at.is_(None))
        .order_by(LookupKey.value, LookupKey.agency_id)
    )


def _by_reference(size: int) -> AnySelect:
    return (
        select(PublicRecord.reference, *RECORD)
        .where(PublicRecord.reference.in_(_values(size)))
        .order_by(PublicRecord.reference)
    )


def _by_licence(size: int) -> AnySelect:
    return (
        select(Licence.reference, *RECORD, Licence.reference)
        .join(PublicRecord, PublicRecord.agency_id == Licence.agency_id)
        .where(Licence.reference.in_(_values(size)))
        .order_by(Licence.reference)
    )


_SELECTS = {"key": _by_key, "reference": _by_reference, "licence": _by_licence}


def _values(size: int) -> list[Any]:
    return [bindparam(f"value_{place}") for place in range(size)]


_prepared: dict[tuple[str, str, int], Prepared] = {}
"""Compiled once for each kind of database, by what, and for how many keys."""


def by_keys(session: Session, kind: str, values: Iterable[str]) -> dict[str, Found]:
    """What each key of one kind leads to; a key that leads to nobody is left out."""
    return _found(session, "key", values, {"kind": kind})


def by_agencies(session: Session, references: Iterable[str]) -> dict[str, Found]:
    return _found(session, "reference", references, {})


def by_licences(session: Session, references: Iterable[str]) -> dict[str, Found]:
    return _found(session, "licence", references, {})


def version_now(session: Session) -> int:
    """The version of the ground that the other reads of this transaction go with."""
    return session.execute(select(GroundState.version)).scalar_one()


def _found(session: Session, by: str, values: Iterable[str], given: dict[str, str]) -> dict[str, Found]:
    wanted = list(dict.fromkeys(values))
    found: dict[str, Found] = {}
    for start in range(0, len(wanted), SIZES[-1]):
        chunk = wanted[start : start + SIZES[-1]]
        version = version_now(session)
        for value, group in groupby(_rows(session, by, chunk, given), key=itemgetter(0)):
            found[value] = _holders(list(group), version)
    return found


def _rows(session: Session, by: str, chunk: list[str], given: dict[str, str]) -> Sequence[Any]:
    """The rows as the driver gives them: what the mapper makes of each costs as much as reading it."""
    size = next(size for size in SIZES if size >= len(chunk))
    padded = chunk + chunk[-1:] * (size - len(chunk))
    connection = session.connection()
    made_for = (connection.dialect.name, by, size)
    prepared = _prepared.get(made_for)
    if prepared is None:
        prepared = _prepared[made_for] = Prepared(_SELECTS[by](size), connection.engine)
    values = prepared.values({**given, **{f"value_{place}": value for place, value in enumerate(padded)}})
    return connection.exec_driver_sql(prepared.sql, tuple(values) if isinstance(values, list) else values).fetchall()


def _holders(rows: Sequence[Any], version: int) -> Found:
    """As one lookup by this key gives them, cut off where it cuts them off."""
    holders: dict[int, Stored] = {}
    for row in rows[: MOST + 1]:
        _, body, etag, agency_id, withhold_on, confirmed_at, *named = row
        known = holders.get(agency_id)
        licences = frozenset(named) if named and named[0] is not None else None
        if known is None:
            holders[agency_id] = Stored(
                bytes(body),
                etag,
                agency_id,
                date.fromisoformat(withhold_on) if isinstance(withhold_on, str) else withhold_on,
                EPOCH + timedelta(microseconds=confirmed_at) if confirmed_at is not None else None,
                licences,
            )
        elif licences is not None:
            holders[agency_id] = known._replace(licences=(known.licences or frozenset()) | licences)
    kept = list(holders.values())
    return Found(kept[:MOST], version, len(kept) > MOST or len(rows) > MOST)
