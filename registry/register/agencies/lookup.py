"""Whom keys lead to now: the hot path of a question and of a list of questions. No ORM objects.

One key is read in one statement, with the version of the sources that was in force. Many keys are read in few statements, the
keys standing in the statement themselves: a temporary table of them made SQLite's planner read the whole index. Both go by
prepared statements (registry.core.db.prepared).
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, null, select, true

from registry.core.db.engine import EPOCH
from registry.core.db.prepared import AnyColumn, AnySelect, PreparedArraySelect, ThreadLocalReader, has_arrays
from registry.core.db.reading import SelectAmong, SelectOnce
from registry.register.agencies.models import Licence, LookupKey, PublicRecord
from registry.register.authorities.models import SourceVersion

MAX_HOLDERS_OF_KEY = 50
"""How many holders one key may give; beyond it the answer says that there are more."""

SIZES = (10, 100)
"""Keys in one statement, the last of them repeated where there are fewer. Five hundred keep a processor of PostgreSQL busy for
eight milliseconds, and a lookup that comes meanwhile waits (docs/decisions/0222)."""

TIMES = 5
"""How often records are read until the sources stay the same meanwhile: they change with each reading of a list, some an hour."""


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
    """What a key leads to, and the version of the sources that was in force when it was read."""

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

Row = tuple[Any, ...]
"""Key, or version of the sources where one key is read; body, etag, row id of the agency, withhold_on, confirmed_at,
prerendered, and the licence that a number names."""


def stored(row: Row) -> Stored:
    _, body, etag, agency_id, withhold_on, confirmed_at, prerendered, licence = row
    return Stored(
        bytes(body),
        etag,
        agency_id,
        # SQLite keeps days as text.
        date.fromisoformat(withhold_on) if isinstance(withhold_on, str) else withhold_on,
        EPOCH + timedelta(microseconds=confirmed_at) if confirmed_at is not None else None,
        None if licence is None else frozenset({licence}),
        prerendered,
    )


def _match_of(rows: Sequence[Row], version: int) -> KeyMatch:
    """One record for each holder, with every licence that the key names of it."""
    holders: dict[int, Stored] = {}
    for row in rows[: MAX_HOLDERS_OF_KEY + 1]:
        if row[1] is None:
            # No holder: what a single key leads to always begins with the version.
            continue
        one = stored(row)
        known = holders.get(one.agency_id)
        if known is None:
            holders[one.agency_id] = one
        elif one.licences is not None:
            holders[one.agency_id] = known._replace(licences=(known.licences or frozenset()) | one.licences)
    found = list(holders.values())
    is_more = len(found) > MAX_HOLDERS_OF_KEY or len(rows) > MAX_HOLDERS_OF_KEY
    return KeyMatch(found[:MAX_HOLDERS_OF_KEY], version, is_more)


def _by_key() -> AnySelect:
    key = and_(
        LookupKey.kind == bindparam("kind"), LookupKey.value == bindparam("value"), LookupKey.superseded_at.is_(None)
    )
    return (
        select(SourceVersion.version, *RECORD, PublicRecord.prerendered, LookupKey.licence)
        .select_from(SourceVersion)
        .outerjoin(LookupKey, key)
        .outerjoin(PublicRecord, PublicRecord.agency_id == LookupKey.agency_id)
        .limit(MAX_HOLDERS_OF_KEY + 1)
    )


def _by_reference() -> AnySelect:
    return (
        select(SourceVersion.version, *RECORD, PublicRecord.prerendered, null())
        .select_from(SourceVersion)
        .outerjoin(PublicRecord, PublicRecord.reference == bindparam("value"))
        .limit(2)
    )


def _by_licence() -> AnySelect:
    return (
        select(SourceVersion.version, *RECORD, PublicRecord.prerendered, Licence.reference)
        .select_from(SourceVersion)
        .outerjoin(Licence, Licence.reference == bindparam("value"))
        .outerjoin(PublicRecord, PublicRecord.agency_id == Licence.agency_id)
        .limit(2)
    )


class Lookup:
    """The prepared statements of one process for one key.

    A look-up by `ManyLookup` would take three statements in place of one: on SQLite that adds a twentieth to a verify request,
    and on PostgreSQL two round trips (docs/decisions/0165).
    """

    def __init__(self, reader: ThreadLocalReader) -> None:
        self._reader = reader
        self._key = reader.prepare(_by_key())
        self._reference = reader.prepare(_by_reference())
        self._licence = reader.prepare(_by_licence())

    def by_key(self, kind: str, value: str) -> KeyMatch:
        """The agencies that an identifier or licence number leads to; `value` is its key (agencies.keys)."""
        return _key_match(self._reader.rows(self._key, {"kind": kind, "value": value}))

    def by_agency(self, reference: str) -> KeyMatch:
        return _key_match(self._reader.rows(self._reference, {"value": reference}))

    def by_licence(self, reference: str) -> KeyMatch:
        return _key_match(self._reader.rows(self._licence, {"value": reference}))


def _key_match(rows: Sequence[Row]) -> KeyMatch:
    if len(rows) == 1 and rows[0][1] is not None:
        return KeyMatch((stored(rows[0]),), rows[0][0])
    return _match_of(rows, rows[0][0] if rows else 0)


_RECORDS = SelectAmong(
    PublicRecord.agency_id,
    select(SourceVersion.version, *RECORD, null(), null()).select_from(SourceVersion).join(PublicRecord, true()),
)
_VERSION = SelectOnce(select(SourceVersion.version))


def stored_records(reader: ThreadLocalReader, agency_ids: Sequence[int]) -> KeyMatch:
    """The records of some agencies in the order of their ids given, and the version of the sources."""
    rows: Sequence[Row] = _RECORDS.rows(reader, agency_ids) if agency_ids else ()
    by_id = {one.agency_id: one for one in map(stored, rows)}
    version = rows[0][0] if rows else _VERSION.rows(reader, {})[0][0]
    return KeyMatch([by_id[agency_id] for agency_id in agency_ids if agency_id in by_id], version)


IsListed = Callable[[AnyColumn], ColumnElement[bool]]


def _by_keys(is_listed: IsListed) -> AnySelect:
    return (
        select(LookupKey.value, *RECORD, PublicRecord.prerendered, LookupKey.licence)
        .join(PublicRecord, PublicRecord.agency_id == LookupKey.agency_id)
        .where(LookupKey.kind == bindparam("kind"), is_listed(LookupKey.value), LookupKey.superseded_at.is_(None))
    )


def _by_references(is_listed: IsListed) -> AnySelect:
    return select(PublicRecord.reference, *RECORD, PublicRecord.prerendered, null()).where(
        is_listed(PublicRecord.reference)
    )


def _by_licences(is_listed: IsListed) -> AnySelect:
    return (
        select(Licence.reference, *RECORD, PublicRecord.prerendered, Licence.reference)
        .join(PublicRecord, PublicRecord.agency_id == Licence.agency_id)
        .where(is_listed(Licence.reference))
    )


_SELECTS = {"key": _by_keys, "reference": _by_references, "licence": _by_licences}


class Holders(NamedTuple):
    """Holders that keys lead to: the driver's row for a key that one row has, and for others all rows together."""

    snapshot_version: int
    alone: dict[str, Row]
    several: dict[str, list[Row]]

    def found(self, key: str) -> KeyMatch:
        """As one lookup by this key gives them, cut off where it cuts them off."""
        row = self.alone.get(key)
        if row is not None:
            return KeyMatch((stored(row),), self.snapshot_version)
        return _match_of(sorted(self.several.get(key, ()), key=itemgetter(3)), self.snapshot_version)


class ManyLookup:
    """The prepared statements of one process for many keys."""

    def __init__(self, reader: ThreadLocalReader) -> None:
        self._reader = reader
        self._version = reader.prepare(select(SourceVersion.version))
        self._prepared: dict[tuple[str, int], PreparedArraySelect] = {}

    def by_keys(self, kind: str, values: Iterable[str]) -> Holders:
        """What keys of one kind lead to."""
        return self._holders_by("key", values, {"kind": kind})

    def by_agencies(self, references: Iterable[str]) -> Holders:
        return self._holders_by("reference", references, {})

    def by_licences(self, references: Iterable[str]) -> Holders:
        return self._holders_by("licence", references, {})

    def _holders_by(self, by: str, values: Iterable[str], given: dict[str, str]) -> Holders:
        """Records and the version of the sources that they go with.

        Each statement sees what is committed when it runs, so where the version was another before than after, all is read
        again; a list that is read at the same moment may come between a few times.
        """
        wanted = list(dict.fromkeys(values))
        version = self._version_now()
        for _ in range(TIMES):
            alone: dict[str, Row] = {}
            several: dict[str, list[Row]] = {}
            for start in range(0, len(wanted), SIZES[-1]):
                for row in self._rows(by, wanted[start : start + SIZES[-1]], given):
                    if alone.setdefault(row[0], row) is not row:
                        several.setdefault(row[0], []).append(row)
            before, version = version, self._version_now()
            if version == before:
                break
        for key, rows in several.items():
            rows.append(alone.pop(key))
        return Holders(version, alone, several)

    def _version_now(self) -> int:
        version: int = self._reader.rows(self._version, {})[0][0]
        return version

    def _rows(self, by: str, chunk: list[str], given: dict[str, str]) -> Sequence[Row]:
        size = 1
        if not has_arrays(self._reader.engine):
            size = next(size for size in SIZES if size >= len(chunk))
            chunk = chunk + chunk[-1:] * (size - len(chunk))
        prepared = self._prepared.get((by, size))
        if prepared is None:
            prepared = self._prepared[by, size] = PreparedArraySelect(_SELECTS[by], self._reader.engine, size)
        return self._reader.rows(prepared, {**given, "values": chunk})
