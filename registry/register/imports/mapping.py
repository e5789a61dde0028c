"""How a list is read: a source's mapping file. Shape and checks; docs/operators/sources.md tells the whole story."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from registry.core.errors import ImportRefused
from registry.register.authorities.sources import CODE, is_desk_list, provinces
from registry.register.imports import identifiers, personal, values
from registry.register.law.loading import shipped_law
from registry.vocabulary import register
from registry.vocabulary.record import TERM_DAYS, TERM_LINES

Names = str | list[str]
"""The name of a column, or several under which it has been seen."""


class Shape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of a mapping file; an unknown key is a slip and is refused."""


class AuthorityTable(Shape, frozen=True):
    reference: str
    country: str
    time_zone: str
    names: dict[str, str]
    website: str | None = None


class SourceTable(Shape, frozen=True):
    """A list: `key` is the field that distinguishes its agencies. `is_full`: an agency not on it holds no licence.

    `territory`: places in China (GB/T 2260) all of whose licence holders it is to hold. `form_mark`: how the form of the
    list is known: `s` and `s2` from a page about it, `k` by hearsay, "" from the list itself. `kinds` and `activities`
    are those of its rows where they are not stated. `region`: the part of the country that its licences are for, as the
    country's law calls it, where licences go by region. `is_invented`: it stands beside demo data, and beside no other.
    `joins_names`: rows of one key are one agency even where they name it differently.
    """

    reference: str
    is_full: bool
    key: str
    kinds: list[register.LicenceKind] = []
    is_national: bool = False
    region: str = ""
    fresh_for_days: int = 30
    address: str | None = None
    fetch_every_hours: int | None = None
    warn: list[str] = []
    territory: list[str] = []
    form_mark: str = ""
    activities: list[register.Activity] = []
    is_invented: bool = False
    joins_names: bool = False


class HeadingRule(Shape, frozen=True):
    """What is true of the rows below a heading that holds `text`, until the next: their kind, their status, or neither."""

    text: str
    kind: register.LicenceKind | None = None
    status: register.LicenceStatus | None = None


class Layout(Shape, frozen=True):
    """Where the fields are, in a table (CSV, XLSX) by column header or in JSON by path.

    In JSON `rows` leads to the list of agencies ("" when the file itself is that list) and `each` to the list of
    licences within one; paths that go through it are written `each[].name`. `drop`: columns that are never read, not even
    for a word of an end. `headings` tells what headings mean; `trusts_headings`: those that it does not tell mean nothing,
    `trusts_columns`: nor do columns that are not mapped.
    `other_lists`: words by which a table is known to be another list. `reads_hidden`: hidden rows and columns count.
    """

    columns: dict[str, Names]
    flags: dict[str, Names] = {}
    conditions: list[str] = []
    optional: list[str] = []
    drop: list[str] = []
    rows: str = ""
    each: str | None = None
    sheet: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    trusts_headings: bool = False
    trusts_columns: bool = False
    headings: list[HeadingRule] = []
    other_lists: list[str] = []
    reads_hidden: bool = False


class KindRule(Shape, frozen=True):
    """The licence kind of a row whose flags are all set; the first rule that fits decides."""

    flags: list[str]
    kind: register.LicenceKind


class ConditionRule(Shape, frozen=True):
    """Words to record as a condition where one of `any` is set and none of `none` is."""

    text: str
    any: list[str]
    none: list[str] = []


class NumberTable(Shape, frozen=True):
    """How a number is written: `digits` long (0: any form), with zeros in front where a spreadsheet took them away."""

    digits: int = 0
    check: str | None = None


class HolderTable(Shape, frozen=True):
    """How to tell who holds: by patterns searched in the name, ignoring case; `otherwise` where none is found.

    `branches`: whether rows that name a branch are refused, left out, or taken as holders of their own.
    """

    legal_person: str | None = None
    sole_trader: str | None = None
    otherwise: register.HolderKind = register.HolderKind.UNKNOWN
    branches: Literal["refuse", "leave", "take"] = "refuse"


class Constants(Shape, frozen=True):
    """What every row of the list says without printing it."""

    role: register.Role | None = None
    status: register.LicenceStatus | None = None
    kind: register.LicenceKind | None = None
    holder_kind: register.HolderKind | None = None
    activities: list[register.Activity] | None = None
    sectors: list[str] | None = None
    origins: list[str] | None = None
    destinations: list[str] | None = None
    nace_revision: str = "2.1"


class SourceMapping(Shape, frozen=True):
    """A mapping file. `marks`: footnote marks of names, and the status that each means; "" for one that means none."""

    authority: AuthorityTable
    source: SourceTable
    table: Layout | None = None
    json: Layout | None = None
    constants: Constants = Constants()
    words: dict[str, dict[str, str]] = {}
    marks: dict[str, str] = {}
    yes: list[str] = []
    no: list[str] = []
    dates: list[str] = []
    separators: str = ";,、；，\n"
    kind: list[KindRule] = []
    condition: list[ConditionRule] = []
    activity_flags: dict[str, register.Activity] = {}
    registration_number: NumberTable = NumberTable()
    number: NumberTable = NumberTable()
    holder: HolderTable = HolderTable()


NAME_FIELDS = ("name", "trade_name", "short_name", "former_name")
CHANNEL_FIELDS = ("phone", "email", "website", "wechat")
IDENTIFIER_FIELDS = tuple(scheme.value for scheme in register.IdentifierScheme)
FIELDS = (
    *NAME_FIELDS,
    *IDENTIFIER_FIELDS,
    *CHANNEL_FIELDS,
    *("place", "country", "role", "holder_kind", "dissolved_on"),
    *("number", "kind", *TERM_DAYS, *TERM_LINES, "activities", "sectors", "origins", "destinations"),
    *("status", "status_from", "status_until", "status_ground", "publish_until", "remark"),
)
"""What a column can be mapped to."""

KEYS = (*IDENTIFIER_FIELDS, "number", "name")


def printed_numbers(mapping: SourceMapping) -> list[str]:
    """Which numbers the list shows of its agencies: identifier schemes and `licence_number`, sorted."""
    mapped = {field for layout in (mapping.table, mapping.json) if layout is not None for field in layout.columns}
    found = mapped & set(IDENTIFIER_FIELDS)
    return sorted(found | {"licence_number"} if "number" in mapped else found)


def read_mapping(text: str, called: str) -> SourceMapping:
    """A mapping from its TOML text.

    ImportRefused names the place that is wrong; `called` is how the file is called in it.
    """
    try:
        mapping = msgspec.convert(tomllib.loads(text), SourceMapping)
    except tomllib.TOMLDecodeError as error:
        raise ImportRefused(f"{called} is not well-formed TOML: {error}") from None
    except msgspec.ValidationError as error:
        raise ImportRefused(f"{called}: {error}{_allowed(str(error))}") from None
    mapping = _completed(mapping)
    faults = list(_faults(mapping))
    if faults:
        raise ImportRefused(f"{called}: " + "; ".join(faults))
    return mapping


def _completed(mapping: SourceMapping) -> SourceMapping:
    """The mapping with what follows from the rest of it: the kind from the country, kinds and activities from the rows."""
    constants, source = mapping.constants, mapping.source
    layouts = [layout for layout in (mapping.table, mapping.json) if layout is not None]
    headed = {rule.kind for layout in layouts for rule in layout.headings if rule.kind is not None}
    if constants.kind is None and not mapping.kind and not headed and not any("kind" in one.columns for one in layouts):
        constants = replace(constants, kind=register.kind_of_country(mapping.authority.country))
    used = {rule.kind for rule in mapping.kind} | {register.LicenceKind(kind) for kind in _known_kinds(mapping)}
    used |= headed | ({constants.kind} if constants.kind is not None else set())
    meant = {one for one in mapping.words.get("activities", {}).values() if one in list(register.Activity)}
    about = {*map(register.Activity, meant), *mapping.activity_flags.values(), *(constants.activities or ())}
    source = replace(source, kinds=source.kinds or sorted(used), activities=source.activities or sorted(about))
    return replace(mapping, constants=constants, source=source)


_WORDS_OF: dict[str, type[StrEnum]] = {
    "status": register.LicenceStatus,
    "kind": register.LicenceKind,
    "kinds": register.LicenceKind,
    "role": register.Role,
    "holder_kind": register.HolderKind,
    "otherwise": register.HolderKind,
    "activities": register.Activity,
    "activity_flags": register.Activity,
}


def _allowed(error: str) -> str:
    """The words that may stand where one that means nothing stood."""
    if "Invalid enum value" not in error:
        return ""
    steps = re.findall(r"[a-z_]+", error.rsplit(" - at ", 1)[-1])
    words = next((_WORDS_OF[step] for step in reversed(steps) if step in _WORDS_OF), None)
    return f"; write one of {', '.join(words)}" if words else ""


def _faults(mapping: SourceMapping) -> Iterator[str]:
    try:
        ZoneInfo(mapping.authority.time_zone)
    except (KeyError, ValueError, OSError):
        yield f"authority.time_zone: no time zone is called {mapping.authority.time_zone!r}; write one like Europe/Prague"
    if len(mapping.authority.country) != 2 or not mapping.authority.country.isupper():
        yield "authority.country: write the ISO 3166-1 code in two capital letters"
    for reference in (mapping.authority.reference, mapping.source.reference):
        if not 1 <= len(reference) <= 40 or not reference.isascii() or reference.strip() != reference:
            yield f"reference {reference!r}: write 1 to 40 plain characters"
    if is_desk_list(mapping.source.reference):
        yield f"reference {mapping.source.reference!r}: that is what an authority's own officers write here; name the list"
    if mapping.table is None and mapping.json is None:
        yield "nothing says where the fields are: add [table], or [json] for JSON"
    if mapping.source.fresh_for_days < 0:
        yield "source.fresh_for_days: write 0 for a list that never goes stale, or a number of days"
    if mapping.source.key not in KEYS:
        yield f"source.key must be one of {', '.join(KEYS)}"
    for pattern in (mapping.holder.legal_person, mapping.holder.sole_trader):
        try:
            re.compile(pattern or "")
        except re.error as error:
            yield f"holder: {pattern!r} is no pattern ({error})"
    for code in mapping.source.territory:
        if mapping.authority.country != "CN" or not CODE.fullmatch(code) or code[:2] not in provinces():
            yield f"source.territory: {code!r} is no place in China; write codes of GB/T 2260 like 35 or 3502"
    law = shipped_law().countries.get(mapping.authority.country)
    regions = {regime.region for regime in law.regime if regime.region} if law is not None else set()
    if mapping.source.region and regions and mapping.source.region not in regions:
        named = ", ".join(sorted(regions))
        yield f"source.region: the law of {mapping.authority.country} knows no {mapping.source.region!r}; write one of {named}"
    if mapping.source.form_mark not in ("", "s", "s2", "k"):
        yield "source.form_mark must be s, s2, k, or left out"
    address = mapping.source.address
    if address is not None and (not address.startswith(("http://", "https://")) or len(address) > 400):
        yield "source.address: write an http or https address of at most 400 characters"
    yield from _word_faults(mapping)
    for form in mapping.dates:
        if form not in values.DATE_FORMS:
            known = ", ".join(sorted(values.DATE_FORMS))
            yield f"dates: {form!r} is no form; year-first forms need no statement, others are {known}"
    if mapping.registration_number.check not in (None, *identifiers.CHECKS):
        yield f"registration_number.check must be one of {', '.join(identifiers.CHECKS)}"
    if mapping.number.check is not None:
        yield "number.check: licence numbers have no check that is known; write digits alone"
    for title, layout in (("table", mapping.table), ("json", mapping.json)):
        if layout is not None:
            yield from _layout_faults(mapping, layout, title)


_CLOSED: dict[str, type[StrEnum]] = {
    "status": register.LicenceStatus,
    "kind": register.LicenceKind,
    "role": register.Role,
    "holder_kind": register.HolderKind,
    "activities": register.Activity,
}


def _word_faults(mapping: SourceMapping) -> Iterator[str]:
    """Value tables whose words mean nothing, and kinds that the source does not say it covers."""
    for name, words in _CLOSED.items():
        for word, meant in mapping.words.get(name, {}).items():
            if meant not in list(words):
                yield f"words.{name}: {word!r} means {meant!r}, which is none of {', '.join(words)}"
    for mark, meant in mapping.marks.items():
        if meant and meant not in list(register.LicenceStatus):
            yield f'marks: {mark!r} means {meant!r}, which is none of {", ".join(register.LicenceStatus)}; write "" for no status'
    used = {rule.kind for rule in mapping.kind} | {register.LicenceKind(kind) for kind in _known_kinds(mapping)}
    if mapping.constants.kind is not None:
        used.add(mapping.constants.kind)
    for layout in (mapping.table, mapping.json):
        used |= {rule.kind for rule in layout.headings if rule.kind is not None} if layout is not None else set()
    uncovered = used - set(mapping.source.kinds)
    if uncovered:
        yield f"source.kinds lacks {', '.join(sorted(uncovered))}: the list would not count as covering what it gives"


def _known_kinds(mapping: SourceMapping) -> list[str]:
    return [meant for meant in mapping.words.get("kind", {}).values() if meant in list(register.LicenceKind)]


def _layout_faults(mapping: SourceMapping, layout: Layout, title: str) -> Iterator[str]:
    for field in layout.columns:
        if field not in FIELDS:
            yield f"{title}.columns: {field!r} is no field; the fields are {', '.join(FIELDS)}"
    for field in ("name", mapping.source.key):
        if field not in layout.columns:
            yield f"{title}.columns: a column for {field!r} is needed"
    is_headed = any(rule.kind is not None for rule in layout.headings)
    if not mapping.kind and mapping.constants.kind is None and "kind" not in layout.columns and not is_headed:
        yield f"{title}: nothing says the licence kind: map a column, write rules [[kind]], or constants.kind"
    if mapping.constants.status is None and "status" not in layout.columns:
        yield f"{title}: nothing says the status: map a column, or write constants.status"
    for rule in layout.headings:
        if not rule.text.strip():
            yield f"{title}.headings: write the text that the heading holds"
    if title == "json" and any(isinstance(names, list) for names in (*layout.columns.values(), *layout.flags.values())):
        yield "json: a column takes one path"
    known = set(layout.flags)
    used = [*(flag for rule in mapping.kind for flag in rule.flags), *mapping.activity_flags]
    for flag in used:
        if flag not in known and not any(flag in other.flags for other in (mapping.table, mapping.json) if other):
            yield f"the flag {flag!r} is used and stands in no [{title}.flags]"


def names_of(names: Names) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def dropped_columns(layout: Layout) -> list[str]:
    """Columns that are about natural persons by their name, mapped though they are."""
    every = [*layout.columns.values(), *layout.flags.values(), *layout.conditions]
    wanted = [name for names in every for name in names_of(names)]
    return [name for name in wanted if personal.is_personal_column(name) or name in layout.drop]


FOLDER = "sources"
"""Where an operator's own mappings stand: of their texts' names, and in REGISTRY_HOME."""


def shipped_names() -> list[str]:
    folder = files("registry.register.imports") / "sources"
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


def shipped_mapping(name: str) -> SourceMapping:
    """The shipped mapping of a name in `shipped_names`."""
    text = (files("registry.register.imports") / "sources" / f"{name}.toml").read_text(encoding="utf-8")
    return read_mapping(text, f"the shipped mapping {name}")


def read_mapping_file(path: Path) -> SourceMapping:
    try:
        return read_mapping(path.read_text(encoding="utf-8"), str(path))
    except UnicodeDecodeError:
        raise ImportRefused(f"{path} is not UTF-8 text") from None
    except OSError as error:
        raise ImportRefused(f"{path} cannot be read: {error.strerror}") from None


def as_stored(mapping: SourceMapping) -> dict[str, Any]:
    """The mapping as JSON, to be kept beside the source."""
    stored: dict[str, Any] = msgspec.to_builtins(mapping)
    return stored


def from_stored(stored: Mapping[str, Any]) -> SourceMapping:
    """What `as_stored` gave. ImportRefused where no list can be read by it."""
    try:
        return msgspec.convert(stored, SourceMapping)
    except msgspec.ValidationError as error:
        raise ImportRefused(f"the mapping that is stored for this list cannot be used: {error}") from None


def wanted_columns(layout: Layout) -> Sequence[tuple[str, ...]]:
    """The columns a reader must deliver, in order: fields, then flags, then conditions; each with its other names."""
    every = [*layout.columns.values(), *layout.flags.values(), *layout.conditions]
    return [names_of(names) for names in every]
