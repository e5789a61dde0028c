"""Whom a key leads to now: the hot path. One statement reads the stored records and the ground's version; no ORM objects."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, bindparam, null, select
from sqlalchemy.orm import Session

from registry.core.db.engine import EPOCH
from registry.core.db.prepared import AnySelect, ThreadLocalReader
from registry.core.db.reading import SelectAmong
from registry.register.agencies.models import Licence, LookupKey, PublicRecord
from registry.register.authorities.models import SourceVersion

MAX_HOLDERS_OF_KEY = 50
"""How many holders one key may give; beyond it the answer says that there are more."""


class Stored(NamedTuple):
    """A stored public record and how it was found. `licences` are the ids a licence number names, None for other keys."""

    body: bytes
    etag: str
    agency_id: int
    withhold_on: date | None
    confirmed_at: datetime | None
    licences: frozenset[str] | None
    prerendered: bytes | None = None


class KeyMatch(NamedTuple):
    """What a key leads to, and the version of the ground that was in force when it was read."""

    records: Sequence[Stored]
    snapshot_version: int
    is_more: bool = False


RECORD = (
    PublicRecord.body,
    PublicRecord.etag,
    PublicRecord.agency_id,
    PublicRecord.withhold_on,
    PublicRecord.confirmed_at,
)


def _by_key() -> AnySelect:
    key = and_(
        LookupKey.kind == bindparam("kind"), LookupKey.value == bindparam("value"), LookupKey.superseded_at.is_(None)
    )
    return (
        select(SourceVersion.version, *RECORD, LookupKey.licence, PublicRecord.prerendered)
        .select_from(SourceVersion)
        .outerjoin(LookupKey, key)
        .outerjoin(PublicRecord, PublicRecord.agency_id == LookupKey.agency_id)
        .limit(MAX_HOLDERS_OF_KEY + 1)
    )


def _by_reference() -> AnySelect:
    return (
        select(SourceVersion.version, *RECORD, null(), PublicRecord.prerendered)
        .select_from(SourceVersion)
        .outerjoin(PublicRecord, PublicRecord.reference == bindparam("value"))
        .limit(2)
    )


def _by_licence() -> AnySelect:
    return (
        select(SourceVersion.version, *RECORD, Licence.reference, PublicRecord.prerendered)
        .select_from(SourceVersion)
        .outerjoin(Licence, Licence.reference == bindparam("value"))
        .outerjoin(PublicRecord, PublicRecord.agency_id == Licence.agency_id)
        .limit(2)
    )


class Lookup:
    """The prepared statements of one process."""

    def __init__(self, reader: ThreadLocalReader) -> None:
        self._reader = reader
        self._key = reader.prepare(_by_key())
        self._reference = reader.prepare(_by_reference())
        self._licence = reader.prepare(_by_licence())

    def by_key(self, kind: str, value: str) -> KeyMatch:
        """The agencies that an identifier or licence number leads to; `value` is its key (agencies.keys)."""
        return _found(self._reader.rows(self._key, {"kind": kind, "value": value}))

    def by_agency(self, reference: str) -> KeyMatch:
        return _found(self._reader.rows(self._reference, {"value": reference}))

    def by_licence(self, reference: str) -> KeyMatch:
        return _found(self._reader.rows(self._licence, {"value": reference}))


_RECORDS = SelectAmong(PublicRecord.agency_id, *RECORD)
_VERSION = select(SourceVersion.version)


def stored_records(session: Session, agency_ids: Sequence[int]) -> KeyMatch:
    """The records of some agencies in the order of their ids given, and the ground's version."""
    rows = _RECORDS.rows(session, agency_ids) if agency_ids else ()
    by_id = {row.agency_id: Stored._make((*row, None, None)) for row in rows}
    version = session.connection().execute(_VERSION).scalar_one()
    return KeyMatch([by_id[agency_id] for agency_id in agency_ids if agency_id in by_id], version)


_Row = tuple[int, bytes | None, str, int, str | date | None, int | None, str | None, bytes | None]


def _found(rows: Sequence[_Row]) -> KeyMatch:
    found: dict[int, Stored] = {}
    for _, body, etag, agency_id, withhold_on, confirmed_at, licence, prerendered in rows:
        if body is None:
            continue
        known = found.get(agency_id)
        if known is not None:
            if licence is not None:
                found[agency_id] = known._replace(licences=(known.licences or frozenset()) | {licence})
            continue
        found[agency_id] = Stored(
            bytes(body),
            etag,
            agency_id,
            date.fromisoformat(withhold_on) if isinstance(withhold_on, str) else withhold_on,
            EPOCH + timedelta(microseconds=confirmed_at) if confirmed_at is not None else None,
            frozenset({licence}) if licence is not None else None,
            prerendered,
        )
    stored = list(found.values())
    return KeyMatch(
        stored[:MAX_HOLDERS_OF_KEY],
        rows[0][0] if rows else 0,
        len(stored) > MAX_HOLDERS_OF_KEY or len(rows) > MAX_HOLDERS_OF_KEY,
    )
