"""Reads the files of law and validates them: one file a country, one schema, errors that name file, row and field."""

import tomllib
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from itertools import combinations
from typing import Any

import msgspec

from registry.register.law.rows import CountryLaw, DatedRow, Fee, Limit, PermitRoute, Regime, Right, Row
from registry.register.law.words import AsOfKind, LimitEffect
from registry.vocabulary.law import Mark

TABLES = (
    "authority", "regime", "limit", "permit_route", "fee", "right", "help_line", "official_list", "coming", "penalty",
)  # fmt: skip
"""The tables of a file, in the order in which they stand there."""

_UNREAD_MARKS = ("(k)", "[k]", ", k)")


class BadLaw(Exception):
    """A file of law is wrong. The text names file, row and field; `row` is None for the head of the file."""

    def __init__(self, file: str, row: str | None, field: str | None, detail: str) -> None:
        where = ", ".join(part for part in (file, row, field) if part)
        super().__init__(f"{where}: {detail}")
        self.file, self.row, self.field, self.detail = file, row, field, detail


class OverlaidRow(msgspec.Struct, frozen=True):
    """Which overlay a row comes from: its version, when it came into force, when it was made, and why."""

    version: int
    in_force_on: date
    made_on: date
    reason: str


class WithdrawnRow(msgspec.Struct, frozen=True):
    """A row that an overlay withdrew: it decides nothing and is cited nowhere. `mark.reason` says why it was withdrawn."""

    table: str
    row: Row
    mark: OverlaidRow


class Law(msgspec.Struct, frozen=True, eq=False, dict=True):
    """The law of all countries, by ISO 3166-1 code, and its rows by id. Two are the same only if they are one object.

    `overlaid`: rows that an operator's overlay states, by id. `overlay`: the version of the last overlay in it, None for
    the law as it was released (see `overlays`). `withdrawn`: rows that an overlay withdrew, by id. The rows of one
    table are put together once: what is found among them by country is remembered by the tuple that they are.
    """

    countries: dict[str, CountryLaw]
    rows: dict[str, Row]
    overlaid: dict[str, OverlaidRow] = {}
    overlay: int | None = None
    withdrawn: dict[str, WithdrawnRow] = {}

    def read_on(self, row: Row) -> date:
        """The day on which a row was collected: with its country's, or with the overlay that states it."""
        mark = self.overlaid.get(row.id)
        return self.countries[row.country].read_on if mark is None else mark.made_on

    @cached_property
    def regimes(self) -> tuple[Regime, ...]:
        return tuple(row for country in self.countries.values() for row in country.regime)

    @cached_property
    def limits(self) -> tuple[Limit, ...]:
        return tuple(row for country in self.countries.values() for row in country.limit)

    @cached_property
    def permit_routes(self) -> tuple[PermitRoute, ...]:
        return tuple(row for country in self.countries.values() for row in country.permit_route)

    @cached_property
    def fees(self) -> tuple[Fee, ...]:
        return tuple(row for country in self.countries.values() for row in country.fee)


@cache
def shipped_law() -> Law:
    """The law that this release knows. Whatever it does not say is unknown."""
    folder = files("registry.register.law") / "data"
    texts = {file.name: file.read_bytes() for file in folder.iterdir() if file.name.endswith(".toml")}
    return law_of(country_law(name, text) for name, text in sorted(texts.items()))


def law_of(countries: Iterable[CountryLaw]) -> Law:
    """Countries put together. Raises BadLaw where two files or two rows bear one name."""
    by_code: dict[str, CountryLaw] = {}
    by_id: dict[str, Row] = {}
    for law in countries:
        if law.country in by_code:
            raise BadLaw(f"{law.country}.toml", None, "country", "another file is about this country")
        by_code[law.country] = law
        for _, row in rows_of(law):
            if row.id in by_id:
                raise BadLaw(f"{law.country}.toml", row.id, "id", "another row bears this id")
            by_id[row.id] = row
    return Law(by_code, by_id)


def rows_of(law: CountryLaw) -> Iterator[tuple[str, Row]]:
    """Every row of a country with the name of its table, in the order of the file."""
    for table in TABLES:
        for row in getattr(law, table):
            yield table, row


def country_law(file: str, text: bytes) -> CountryLaw:
    """One file. Raises BadLaw, which names the row and the field."""
    try:
        data = tomllib.loads(text.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadLaw(file, None, None, str(error)) from error
    country = data.get("country")
    if not isinstance(country, str) or file != f"{country}.toml":
        raise BadLaw(file, None, "country", "the file must be named after the country that it states")
    for table in TABLES:
        rows = data.get(table, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise BadLaw(file, table, None, f"rows are written under [[{table}]]")
        # Each row by itself first, so that an error can name it.
        for place, row in enumerate(rows, 1):
            checked_row(file, country, table, place, row)
    try:
        law = msgspec.convert(data, CountryLaw)
    except msgspec.ValidationError as error:
        raise BadLaw(file, None, None, str(error)) from error
    for _, row in rows_of(law):
        if row.in_force_on is not None and row.in_force_on > law.checked_on:
            raise BadLaw(file, row.id, "in_force_on", f"is later than checked_on of the file, {law.checked_on}")
    for one, other in combinations(law.regime, 2):
        if are_overlapping(one, other):
            raise BadLaw(file, other.id, "from", f"its days overlap those of {one.id}")
    return law


def are_overlapping(one: Regime, other: Regime) -> bool:
    """Whether two rules of one country are stated for one activity, place, kind of worker and day.

    Those by sector stand side by side.
    """
    first, second = sorted((one, other), key=lambda regime: regime.from_ or date.min)
    same = [(regime.region, regime.activity, regime.scope) for regime in (one, other)]
    by_sector = any(regime.nace or regime.nace_except for regime in (one, other))
    is_later = first.to is not None and first.to < (second.from_ or date.min)
    return same[0] == same[1] and not by_sector and not is_later


def checked_row(file: str, country: str, table: str, place: int, data: dict[str, Any]) -> Row:
    """One row of a table, the `place`-th there; its country is written into `data`. Raises BadLaw, naming its field."""
    name = data.get("id") if isinstance(data.get("id"), str) else f"{table} {place}"
    if "country" in data:
        raise BadLaw(file, name, "country", "stands at the head of the file alone")
    data["country"] = country
    try:
        row = msgspec.convert(data, _ROW_TYPES[table])
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        raise BadLaw(file, name, path.strip("`.") or None, message) from error
    for field, detail in _faults(row):
        raise BadLaw(file, name, field, detail)
    return row


_ROW_TYPES: dict[str, type[Row]] = {
    table: next(field.type.__args__[0] for field in msgspec.structs.fields(CountryLaw) if field.name == table)
    for table in TABLES
}


def _faults(row: Row) -> Iterator[tuple[str, str]]:
    """Faults that a schema cannot find: a law without article, days out of order, clauses that were not read."""
    if not row.id.startswith(f"{row.country.lower()}-"):
        yield "id", f"begins with {row.country.lower()}-"
    if _needs_article(row) and not row.article:
        yield "article", "missing: a row that may decide names its law and article"
    if row.check_by <= (row.in_force_on or row.as_of) and row.check_by != getattr(row, "on", None):
        yield "check_by", "must be later than as_of and in_force_on"
    is_dated = row.as_of_kind is not AsOfKind.READING_DAY
    if row.in_force_on is not None and is_dated and row.in_force_on < row.as_of:
        yield "in_force_on", "is before as_of: a text was not in force before it was made"
    if (row.in_force_on is None) is not (row.in_force_source is None):
        yield "in_force_source", "says where the text was seen to be in force, and stands beside `in_force_on`"
    if isinstance(row, DatedRow) and row.from_ and row.to and row.to < row.from_:
        yield "to", "is before from"
    if isinstance(row, Regime) and row.transition is not None:
        passage = row.transition
        if passage.to < passage.from_ or (row.from_ and passage.from_ < row.from_) or (row.to and row.to < passage.to):
            yield "transition", "its days are out of order or outside the row's own"
    if row.confirmation is not None and row.confirmation.on < row.as_of:
        yield "confirmation", "is older than the text it confirms"
    if row.disputed_fields and not row.disputed:
        yield "disputed", "missing: disputed_fields are disputed for a reason"
    known = {field.name for field in msgspec.structs.fields(row)}
    for field in row.disputed_fields:
        if field not in known:
            yield "disputed_fields", f"no such field: {field}"
    for count in row.counts:
        found = getattr(row, count.list, None)
        if not isinstance(found, tuple):
            yield "counts", f"no list of the row: {count.list}"
        elif len(set(found)) != count.items:
            yield count.list, f"has {len(set(found))} different items, and the text has {count.items}"
    if isinstance(row, Fee) and (row.reference is None) is not (row.reason is None):
        yield "reason", "stands beside `reference`, or neither does"
    if isinstance(row, Fee) and (row.max_amount is None) is not (row.max_currency is None):
        yield "max_currency", "stands beside `max_amount`, or neither does"
    if row.mark is not Mark.KNOWN:
        yield from _unread_clauses(row)


def _needs_article(row: Row) -> bool:
    if isinstance(row, Limit):
        return row.effect is LimitEffect.BARS and row.mark is not Mark.KNOWN
    return isinstance(row, Regime | Fee | Right)


def _unread_clauses(row: Row) -> Iterator[tuple[str, str]]:
    for field in msgspec.structs.fields(row):
        value = getattr(row, field.name)
        if field.name != "unread" and isinstance(value, str) and any(mark in value for mark in _UNREAD_MARKS):
            yield field.name, "a clause that was not read belongs in `unread`"
