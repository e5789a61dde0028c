"""An overlay: rows of law that an operator lays over the shipped ones, read from one TOML file. Pure.

Reading refuses whatever is wrong and names row and field; laying over never fails, whatever a later release ships.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec.structs import replace

from registry.register.law.loading import (
    TABLES,
    BadLaw,
    Law,
    OverlaidRow,
    WithdrawnRow,
    are_overlapping,
    checked_row,
    rows_of,
)
from registry.register.law.rows import Confirmation, CountryLaw, Fee, HelpLineRow, Limit, PermitRoute, Regime, Row
from registry.register.law.weights import is_readable

MAX_BYTES = 64 * 1024
MAX_ROWS = 200

_NOT_DIGITS = re.compile(r"\D")
_ADDRESSES = ("url", "copy_url", "url_list")


class PutRow(msgspec.Struct, frozen=True):
    """A row that is added, or that stands instead of the row `replaces`."""

    table: str
    row: Row
    replaces: str | None = None


class Called(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody of the registry called the number of a help line: from then on it is no longer "not yet called"."""

    row: str
    on: date
    note: str | None = None


class Confirmed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A lawyer confirmed a row as it stands: who, by role or office, and on which day."""

    row: str
    by: str
    on: date


class Withdrawn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row in force that is no longer stated, without another in its place, and why; everybody may read the reason."""

    row: str
    reason: str


class Overlay(msgspec.Struct, frozen=True):
    """One file. `version` grows from each one in force to the next; `reason` is shown to everybody."""

    version: int
    made_on: date
    reason: str
    rows: tuple[PutRow, ...] = ()
    called: tuple[Called, ...] = ()
    confirmed: tuple[Confirmed, ...] = ()
    withdrawn: tuple[Withdrawn, ...] = ()

    @property
    def touched(self) -> tuple[str, ...]:
        """The ids of all rows it speaks of."""
        named = [
            *(put.row.id for put in self.rows),
            *(one.row for one in self.called),
            *(one.row for one in self.confirmed),
            *(one.row for one in self.withdrawn),
        ]
        return tuple(dict.fromkeys(named))


def overlay_of(name: str, text: bytes, law: Law, *, after: int, today: date) -> Overlay:
    """The file `name`, to be laid over `law`, in which the overlays up to version `after` are in force.

    Raises BadLaw, which names row and field.
    """
    overlay = read_overlay(name, text)
    if overlay.version <= after:
        raise BadLaw(name, None, "version", f"must be later than {after}, the last one in force")
    if overlay.made_on > today:
        raise BadLaw(name, None, "made_on", "is in the future")
    if not overlay.touched:
        raise BadLaw(
            name, None, None, f"has no rows: write them under [[{']], [['.join(TABLES)}]], [[called]], or [[withdrawn]]"
        )
    if len(overlay.touched) > MAX_ROWS:
        raise BadLaw(name, None, None, f"has more than {MAX_ROWS} rows: hand them in as several files")
    _check_puts(name, overlay, law)
    for called in overlay.called:
        _check_called(name, called, law, today)
    for confirmed in overlay.confirmed:
        _check_confirmed(name, confirmed, law, today)
    for withdrawn in overlay.withdrawn:
        _check_withdrawn(name, withdrawn, overlay, law)
    return overlay


def read_overlay(name: str, text: bytes) -> Overlay:
    """The file by itself, as it was approved once: each row by the schema and the rules of shipped rows."""
    if len(text) > MAX_BYTES:
        raise BadLaw(name, None, None, f"is larger than {MAX_BYTES // 1024} KiB: hand it in as several files")
    try:
        data = tomllib.loads(text.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadLaw(name, None, None, str(error)) from error
    known = {"version", "made_on", "reason", "called", "confirmed", "withdrawn", *TABLES}
    if strange := sorted(set(data) - known):
        raise BadLaw(name, None, strange[0], "no such field or table")
    try:
        head = msgspec.convert({key: value for key, value in data.items() if key not in TABLES}, Overlay)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        raise BadLaw(name, None, path.strip("`.") or None, message) from error
    if head.version < 1:
        raise BadLaw(name, None, "version", "begins with 1")
    if not head.reason.strip():
        raise BadLaw(name, None, "reason", "missing: everybody may read why the law was corrected")
    rows = tuple(_puts(name, data))
    seen: set[str] = set()
    for put in rows:
        if put.row.id in seen:
            raise BadLaw(name, put.row.id, "id", "stands twice in this file")
        seen.add(put.row.id)
    return replace(head, reason=head.reason.strip(), rows=rows)


def _puts(name: str, data: Mapping[str, Any]) -> Iterable[PutRow]:
    for table in TABLES:
        rows = data.get(table, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise BadLaw(name, table, None, f"rows are written under [[{table}]]")
        for place, given in enumerate(rows, 1):
            row = dict(given)
            called = row["id"] if isinstance(row.get("id"), str) else f"{table} {place}"
            country, replaces = row.pop("country", None), row.pop("replaces", None)
            if not isinstance(country, str):
                raise BadLaw(name, called, "country", "missing: each row names its country, ISO 3166-1")
            if replaces is not None and not isinstance(replaces, str):
                raise BadLaw(name, called, "replaces", "names the id of one row")
            yield PutRow(table, checked_row(name, country, table, place, row), replaces)


def _check_puts(name: str, overlay: Overlay, law: Law) -> None:
    for put in overlay.rows:
        row = put.row
        if row.country not in law.countries:
            raise BadLaw(name, row.id, "country", f"no file of law is about {row.country}")
        for field, detail in _faults(row, overlay):
            raise BadLaw(name, row.id, field, detail)
        stood = law.rows.get(row.id)
        if stood is not None and put.replaces != row.id:
            raise BadLaw(name, row.id, "replaces", "missing: a row of this id is in force; name it here to replace it")
        if put.replaces is not None:
            former = law.rows.get(put.replaces)
            if former is None:
                raise BadLaw(name, row.id, "replaces", f"no row in force is {put.replaces}")
            if former.country != row.country or former not in getattr(law.countries[row.country], put.table):
                raise BadLaw(name, row.id, "replaces", f"{put.replaces} is another country's row, or of another table")
    replaced = {put.replaces for put in overlay.rows} | {one.row for one in overlay.withdrawn}
    for put in overlay.rows:
        of_file = [other.row for other in overlay.rows if other.table == put.table and other.row is not put.row]
        for other in (*getattr(law.countries[put.row.country], put.table), *of_file):
            if other.id not in replaced and other.country == put.row.country and is_contradicting(put.row, other):
                detail = f"missing: it contradicts {other.id}; name that row here to replace it"
                raise BadLaw(name, put.row.id, "replaces", detail)


def _faults(row: Row, overlay: Overlay) -> Iterable[tuple[str, str]]:
    if not is_readable(row) and not (isinstance(row, HelpLineRow) and not row.is_shown):
        yield "mark", "an overlay states only what was read: s or s2"
    if not row.source.title.strip():
        yield "source", "missing: its title is empty"
    if row.as_of > overlay.made_on:
        yield "as_of", "is later than made_on"
    if row.in_force_on is not None and row.in_force_on > overlay.made_on:
        yield "in_force_on", "is later than made_on"
    if row.confirmation is not None:
        yield "confirmation", "is stated under [[confirmed]]"
    if isinstance(row, HelpLineRow) and row.checked_on is not None and row.checked_on > overlay.made_on:
        yield "checked_on", "is later than made_on"
    for field in _ADDRESSES:
        address = getattr(row, field, None)
        if address is not None and not address.startswith(("https://", "http://")):
            yield field, "must begin with https:// or http://"


def _check_called(name: str, called: Called, law: Law, today: date) -> None:
    row = law.rows.get(called.row)
    if not isinstance(row, HelpLineRow):
        raise BadLaw(name, called.row, "row", "no help line in force has this id; a new one states checked_on itself")
    if row.number is None:
        raise BadLaw(name, called.row, "row", "this help line has no number that could be called")
    if called.on > today:
        raise BadLaw(name, called.row, "on", "is in the future")


def _check_confirmed(name: str, confirmed: Confirmed, law: Law, today: date) -> None:
    row = law.rows.get(confirmed.row)
    if row is None:
        raise BadLaw(name, confirmed.row, "row", "no row in force has this id")
    if not is_readable(row):
        raise BadLaw(
            name, confirmed.row, "row", "what was not read cannot be confirmed: replace the row by one that was"
        )
    if not confirmed.by.strip():
        raise BadLaw(name, confirmed.row, "by", "missing: who confirmed it, by role or office")
    if confirmed.on < row.as_of or confirmed.on > today:
        raise BadLaw(name, confirmed.row, "on", "is older than the text it confirms, or in the future")


def _check_withdrawn(name: str, withdrawn: Withdrawn, overlay: Overlay, law: Law) -> None:
    if withdrawn.row not in law.rows:
        raise BadLaw(name, withdrawn.row, "row", "no row in force has this id")
    if not withdrawn.reason.strip():
        raise BadLaw(name, withdrawn.row, "reason", "missing: everybody may read why the row is no longer stated")
    others = [*(put.row.id for put in overlay.rows), *(put.replaces for put in overlay.rows)]
    others += [*(one.row for one in overlay.called), *(one.row for one in overlay.confirmed)]
    if withdrawn.row in others or [one.row for one in overlay.withdrawn].count(withdrawn.row) > 1:
        raise BadLaw(name, withdrawn.row, "row", "this file speaks of it elsewhere too: withdraw it, or state it")


def is_contradicting(row: Row, other: Row) -> bool:
    """Whether two rows of one country and table speak of the same and say different things."""
    if row.region != other.region or type(row) is not type(other):
        return False
    if isinstance(row, Regime) and isinstance(other, Regime):
        return are_overlapping(row, other)
    if isinstance(row, Limit) and isinstance(other, Limit):
        is_same = row.about == other.about and _meet(row.activities, other.activities) and _meet(row.nace, other.nace)
        return is_same and row.effect != other.effect and _share_days(row, other)
    if isinstance(row, PermitRoute) and isinstance(other, PermitRoute):
        is_same = row.route == other.route and _meet(row.permits_covered, other.permits_covered)
        return is_same and row.possible != other.possible
    if isinstance(row, Fee) and isinstance(other, Fee):
        return row.by == other.by and _meet(row.kinds, other.kinds) and row.charge != other.charge
    if isinstance(row, HelpLineRow) and isinstance(other, HelpLineRow):
        return bool(_digits(row.number)) and _digits(row.number) == _digits(other.number)
    return False


def _meet(ones: Sequence[Any], others: Sequence[Any]) -> bool:
    """Whether two lists share something; an empty one is about all."""
    return not ones or not others or bool(set(ones) & set(others))


def _share_days(one: Limit, other: Limit) -> bool:
    first, second = sorted((one, other), key=lambda limit: limit.from_ or date.min)
    return first.to is None or first.to >= (second.from_ or date.min)


def _digits(number: str | None) -> str:
    return _NOT_DIGITS.sub("", number or "")


def overlaid(law: Law, overlays: Sequence[tuple[Overlay, date]]) -> Law:
    """`law` with overlays laid over it, the first one first, each with the day it came into force.

    What an overlay replaces and a later release no longer ships is simply not there: its own row stands all the same.
    """
    if not overlays:
        return law
    countries, marks, gone = dict(law.countries), dict(law.overlaid), dict(law.withdrawn)
    for overlay, in_force_on in overlays:
        reasons = {one.row: one.reason.strip() for one in overlay.withdrawn}
        for country in countries.values():
            for table, row in rows_of(country):
                if row.id in reasons:
                    mark = OverlaidRow(overlay.version, in_force_on, overlay.made_on, reasons[row.id])
                    gone[row.id] = WithdrawnRow(table, row, mark)
        for code, country in countries.items():
            countries[code] = _overlaid_country(country, overlay)
        for row_id in overlay.touched:
            marks[row_id] = OverlaidRow(overlay.version, in_force_on, overlay.made_on, overlay.reason)
    rows = {row.id: row for country in countries.values() for _, row in rows_of(country)}
    return Law(
        countries,
        rows,
        {row_id: mark for row_id, mark in marks.items() if row_id in rows},
        overlays[-1][0].version,
        {row_id: one for row_id, one in gone.items() if row_id not in rows},
    )


def _overlaid_country(country: CountryLaw, overlay: Overlay) -> CountryLaw:
    puts = [put for put in overlay.rows if put.row.country == country.country]
    replaced = {name for put in puts for name in (put.replaces, put.row.id)} | {one.row for one in overlay.withdrawn}
    changed: dict[str, tuple[Row, ...]] = {}
    for table in TABLES:
        stood: tuple[Row, ...] = getattr(country, table)
        of_table = [put for put in puts if put.table == table]
        after = [row for row in stood if row.id not in replaced] + [put.row for put in of_table]
        after = [_stated(row, overlay) for row in after]
        if after != list(stood):
            changed[table] = tuple(after)
    return replace(country, **changed) if changed else country


def _stated(row: Row, overlay: Overlay) -> Row:
    for called in overlay.called:
        if called.row == row.id and isinstance(row, HelpLineRow):
            row = replace(row, checked_on=called.on)
    for confirmed in overlay.confirmed:
        if confirmed.row == row.id:
            row = replace(row, confirmation=Confirmation(by=confirmed.by, on=confirmed.on))
    return row
