"""Whom many keys lead to now: the same rows as registry.agencies.lookup reads one by one, in few statements.

The keys stand in the statement themselves. A temporary table of them made SQLite's planner read the whole index.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from registry.agencies.lookup import MOST, RECORD, Found, Stored
from registry.agencies.models import Licence, LookupKey, PublicRecord
from registry.authorities.models import GroundState
from registry.held import AnySelect

AT_ONCE = 1000
"""Keys in one statement; SQLite takes 32,766 parameters."""

_VALUES: Any = bindparam("values", expanding=True)

_BY_KEY: AnySelect = (
    select(LookupKey.value, *RECORD, LookupKey.licence)
    .join(PublicRecord, PublicRecord.agency_id == LookupKey.agency_id)
    .where(LookupKey.kind == bindparam("kind"), LookupKey.value.in_(_VALUES), LookupKey.unsaid_at.is_(None))
    .order_by(LookupKey.value, LookupKey.agency_id)
)
_BY_REFERENCE: AnySelect = (
    select(PublicRecord.reference, *RECORD).where(PublicRecord.reference.in_(_VALUES)).order_by(PublicRecord.reference)
)
_BY_LICENCE: AnySelect = (
    select(Licence.reference, *RECORD, Licence.reference)
    .join(PublicRecord, PublicRecord.agency_id == Licence.agency_id)
    .where(Licence.reference.in_(_VALUES))
    .order_by(Licence.reference)
)


def by_keys(session: Session, kind: str, values: Iterable[str]) -> dict[str, Found]:
    """What each key of one kind leads to; a key that leads to nobody is left out."""
    return _found(session, _BY_KEY, values, {"kind": kind})


def by_agencies(session: Session, references: Iterable[str]) -> dict[str, Found]:
    return _found(session, _BY_REFERENCE, references)


def by_licences(session: Session, references: Iterable[str]) -> dict[str, Found]:
    return _found(session, _BY_LICENCE, references)


def version_now(session: Session) -> int:
    """The version of the ground that the other reads of this transaction go with."""
    return session.execute(select(GroundState.version)).scalar_one()


def _found(
    session: Session, statement: AnySelect, values: Iterable[str], given: Mapping[str, str] | None = None
) -> dict[str, Found]:
    wanted = list(dict.fromkeys(values))
    found: dict[str, Found] = {}
    for start in range(0, len(wanted), AT_ONCE):
        version = version_now(session)
        rows = session.execute(statement, {**(given or {}), "values": wanted[start : start + AT_ONCE]})
        for value, group in groupby(rows, key=itemgetter(0)):
            found[value] = _holders(list(group), version)
    return found


def _holders(rows: Sequence[Any], version: int) -> Found:
    """As one lookup by this key gives them, cut off where it cuts them off."""
    holders: dict[int, Stored] = {}
    for row in rows[: MOST + 1]:
        _, body, etag, agency_id, withhold_on, confirmed_at, *named = row
        known = holders.get(agency_id)
        licences = frozenset(named) if named and named[0] is not None else None
        if known is None:
            holders[agency_id] = Stored(bytes(body), etag, agency_id, withhold_on, confirmed_at, licences)
        elif licences is not None:
            holders[agency_id] = known._replace(licences=(known.licences or frozenset()) | licences)
    kept = list(holders.values())
    return Found(kept[:MOST], version, len(kept) > MOST or len(rows) > MOST)
