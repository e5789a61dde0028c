"""Looks up many keys at once: the same rows as registry.register.agencies.lookup reads one by one, in few statements.

The keys stand in the statement themselves. A temporary table of them made SQLite's planner read the whole index.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, null, select

from registry.core.db.engine import EPOCH
from registry.core.db.prepared import AnyColumn, AnySelect, PreparedArraySelect, ThreadLocalReader, has_arrays
from registry.register.agencies.lookup import MAX_HOLDERS_OF_KEY, RECORD, KeyMatch, Stored
from registry.register.agencies.models import Licence, LookupKey, PublicRecord
from registry.register.authorities.models import SourceVersion

SIZES = (10, 100, 500)
"""Keys in one statement, the last of them repeated where there are fewer; SQLite takes 32,766 parameters."""

TIMES = 5
"""How often records are read until the ground stays the same meanwhile. It changes with each reading of a list, some an hour."""


IsListed = Callable[[AnyColumn], ColumnElement[bool]]


def _by_key(is_listed: IsListed) -> AnySelect:
    return (
        select(LookupKey.value, *RECORD, PublicRecord.prerendered, LookupKey.licence)
        .join(PublicRecord, PublicRecord.agency_id == LookupKey.agency_id)
        .where(LookupKey.kind == bindparam("kind"), is_listed(LookupKey.value), LookupKey.superseded_at.is_(None))
    )


def _by_reference(is_listed: IsListed) -> AnySelect:
    return select(PublicRecord.reference, *RECORD, PublicRecord.prerendered, null()).where(
        is_listed(PublicRecord.reference)
    )


def _by_licence(is_listed: IsListed) -> AnySelect:
    return (
        select(Licence.reference, *RECORD, PublicRecord.prerendered, Licence.reference)
        .join(PublicRecord, PublicRecord.agency_id == Licence.agency_id)
        .where(is_listed(Licence.reference))
    )


_SELECTS = {"key": _by_key, "reference": _by_reference, "licence": _by_licence}

Row = tuple[Any, ...]
"""Key, body, etag, row id of the agency, withhold_on, confirmed_at, told, and the licence that a number names."""


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
        rows = sorted(self.several.get(key, ()), key=itemgetter(3))
        holders: dict[int, Stored] = {}
        for row in rows[: MAX_HOLDERS_OF_KEY + 1]:
            one = stored(row)
            known = holders.get(one.agency_id)
            if known is None:
                holders[one.agency_id] = one
            elif one.licences is not None:
                holders[one.agency_id] = known._replace(licences=(known.licences or frozenset()) | one.licences)
        retained = list(holders.values())
        return KeyMatch(
            retained[:MAX_HOLDERS_OF_KEY],
            self.snapshot_version,
            len(retained) > MAX_HOLDERS_OF_KEY or len(rows) > MAX_HOLDERS_OF_KEY,
        )


def stored(row: Row) -> Stored:
    _, body, etag, agency_id, withhold_on, confirmed_at, prerendered, licence = row
    return Stored(
        bytes(body),
        etag,
        agency_id,
        None if withhold_on is None else _day_of(withhold_on),
        EPOCH + timedelta(microseconds=confirmed_at) if confirmed_at is not None else None,
        None if licence is None else frozenset({licence}),
        prerendered,
    )


def _day_of(stored_day: str | date) -> date:
    """SQLite keeps days as text."""
    return date.fromisoformat(stored_day) if isinstance(stored_day, str) else stored_day


class ManyLookup:
    """The prepared statements of one process."""

    def __init__(self, reader: ThreadLocalReader) -> None:
        self._reader = reader
        self._version = reader.prepare(select(SourceVersion.version))
        self._prepared: dict[tuple[str, int], PreparedArraySelect] = {}

    def by_keys(self, kind: str, values: Iterable[str]) -> Holders:
        """What keys of one kind lead to."""
        return self._found("key", values, {"kind": kind})

    def by_agencies(self, references: Iterable[str]) -> Holders:
        return self._found("reference", references, {})

    def by_licences(self, references: Iterable[str]) -> Holders:
        return self._found("licence", references, {})

    def _found(self, by: str, values: Iterable[str], given: dict[str, str]) -> Holders:
        """Records and the ground they go with. Each statement sees what is committed when it runs, so where the ground was
        another before than after, all is read again; a list that is read at the same moment may come between a few times."""
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
