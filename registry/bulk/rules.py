"""How much is taken in one go and as a job, and which column of a file holds what. Pure."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from importlib.resources import files
from typing import Any, NamedTuple

from registry.proofs.credentials.rules import plain
from registry.register.imports.columns import pattern_of
from registry.register.imports.values import day_of, folded, unaccented
from registry.vocabulary.organisations import JobKind
from registry.vocabulary.register import IdentifierScheme

MAX_AT_ONCE = 10_000
"""Questions that one request may hold."""

MAX_WITHOUT_KEY = 100
"""Questions that one request without a key may hold."""

MAX_SEARCHED = 500
"""Of them those that need a search or the log: each costs as much as twenty others."""

MAX_IN_A_JOB = 1_000_000

JOBS = "/api/v1/verification-jobs"

SUBJECTS = ("licence_number", "uscc", "lei", "vat", "euid", "agency_id", "registration_number", "name")
"""What a row may ask about, the surest first: it is asked about the first that it fills."""

CONSTANTS = (
    "origin", "destination", "sector", "nace_revision", "activity", "visa", "recruiter_kind", "nationality", "occupation",
    "work_permit", "region", "employer", "shortage_job", "on",
)  # fmt: skip
"""What is asked of the work: by a row, or once for a whole list."""

OF_CORRIDOR = tuple(name for name in CONSTANTS if name not in ("origin", "recruiter_kind"))
"""The same of a corridor, whose ends say where workers come from and who recruits."""

IDENTIFIER = ("scheme", "value")
"""An identifier as records have it, in two columns: in place of a column of its scheme's name."""

VERIFICATION = ("key", *SUBJECTS, "claimed_name", "authority", "country", *CONSTANTS, "known_at", *IDENTIFIER)
CORRIDOR = (
    "key", "supplier", "site", "sending", "sending_scheme", "receiving", "receiving_scheme", "receiving_employer", *OF_CORRIDOR,
)  # fmt: skip
SUPPLY_CHAIN = ("key", "supplier", "site", "provider", "provider_scheme", "country", *CONSTANTS)

FIELDS: Mapping[JobKind, tuple[str, ...]] = {
    JobKind.VERIFICATION: VERIFICATION,
    JobKind.CORRIDOR: CORRIDOR,
    JobKind.SUPPLY_CHAIN: SUPPLY_CHAIN,
}
"""What the columns of each kind of list may hold."""


def constants_as_text(constants: Mapping[str, Any] | None) -> dict[str, str] | None:
    """Constants as text, as the cells of a file are."""
    return None if constants is None else {name: str(plain(value)) for name, value in constants.items()}


def with_constants(constants: Mapping[str, str], cells: Mapping[str, str]) -> Mapping[str, str]:
    """A row with what holds for all of them; what it says itself goes before.

    A revision goes with the sector it belongs to.
    """
    if not constants:
        return cells
    existing = {**constants, **cells}
    if "sector" in cells and "nace_revision" not in cells:
        existing.pop("nace_revision", None)
    return existing


_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MIDNIGHT = re.compile(r"[T ]00:00(?::00)?")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([./-]) ?([0-9]{1,2})\2 ?([0-9]{4})")
_SERIAL = re.compile(r"[0-9]{5}")


def with_day_read(cells: Mapping[str, str]) -> tuple[Mapping[str, str], str]:
    """A row of a file with its day as YYYY-MM-DD, and in words why it cannot be read for certain; empty where it can.

    What is no day at all stays as it stands: loading it reports that.
    """
    text = cells.get("on", "")
    if not text or _ISO_DAY.fullmatch(text):
        return cells, ""
    plain_text = unicodedata.normalize("NFKC", text)
    if midnight := _MIDNIGHT.search(plain_text):
        plain_text = plain_text[: midnight.start()] if midnight.end() == len(plain_text) else plain_text
    if _SERIAL.fullmatch(plain_text):
        return (
            cells,
            f"{plain_text} is a spreadsheet's own number of a day: give the column the form of a date, as 2026-01-05",
        )
    found = _possible_days(plain_text)
    if len(found) > 1:
        ways = " or ".join(sorted(day.isoformat() for day in found))
        return cells, f"may be {ways}: write the year first, as 2026-01-05"
    return ({**cells, "on": day.isoformat()}, "") if (day := next(iter(found), None)) else (cells, "")


def _possible_days(text: str) -> set[date]:
    """The days that a text may mean.

    With dots the day comes first everywhere; with strokes it does in some countries alone.
    """
    match = _YEAR_LAST.fullmatch(text)
    if match is None:
        day = day_of(text) if not re.search(r"[T\s]", text) else None
        return set() if day is None else {day}
    first, sign, second, year = match.groups()
    orders = [(second, first)] if sign == "." else [(second, first), (first, second)]
    days = [day_of(f"{year}-{month}-{day}") for month, day in orders]
    return {day for day in days if day is not None}


def _pattern(words: str) -> re.Pattern[str]:
    whole = re.sub("<([a-z_]+)>", lambda name: pattern_of(name[1]), words)
    return re.compile(f"(?:{unaccented(whole)})", re.IGNORECASE)


_WORDS = tomllib.loads((files("registry.bulk") / "header_words.toml").read_text(encoding="utf-8"))
_PATTERNS = {field: _pattern(words) for field, words in _WORDS.items()}


class Columns(NamedTuple):
    """Which column holds which field, and the columns that are not read."""

    columns: dict[str, str]
    ignored: list[str]


def guess_columns(names: Sequence[str], wanted: Sequence[str]) -> Columns:
    """Guess columns by header alone: a value that looks like a number may be of any kind.

    A column is given to one field, the first that fits.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for is_exact in (True, False):
        for field in wanted:
            if field in found:
                continue
            for name in names:
                if name not in taken and (_is(field, name) if is_exact else _fits(field, name)):
                    found[field] = name
                    taken.add(name)
                    break
    if len(found.keys() & set(IDENTIFIER)) == 1:
        # Half an identifier is none: a column `value` alone may be an amount of money.
        taken -= {found.pop(field) for field in IDENTIFIER if field in found}
    ordered = {field: found[field] for field in wanted if field in found}
    return Columns(ordered, [name for name in names if name not in taken])


def _is(field: str, header: str) -> bool:
    return folded(header).replace(" ", "_").replace("-", "_") == field


def _fits(field: str, header: str) -> bool:
    return _PATTERNS[field].fullmatch(unaccented(folded(header).replace("_", " "))) is not None


def lacking(columns: Iterable[str], wanted: Sequence[str]) -> str:
    """What a mapping must have and has not, in words; empty where nothing is missing."""
    existing = set(columns)
    if wanted == VERIFICATION and not (existing.intersection(SUBJECTS) or existing.issuperset(IDENTIFIER)):
        return f"no column says whom to ask about: name one of {', '.join(SUBJECTS)}"
    if wanted == CORRIDOR and not ("sending" in existing and "destination" in existing):
        return "the columns `sending` and `destination` are needed"
    if wanted == SUPPLY_CHAIN and not ("supplier" in existing and "provider" in existing):
        return "the columns `supplier` and `provider` are needed"
    return ""


def question_of_row(cells: Mapping[str, str]) -> dict[str, str]:
    """The question of a row: about the surest number it holds, the name beside it as the name on the paper.

    `cells` are those of VERIFICATION that are not empty. Other numbers of the row are left out: a question has one
    subject. An identifier in `scheme` and `value` counts as the number of that scheme; half of one is left out.
    """
    cells = _with_identifier(cells)
    subject = next((name for name in SUBJECTS if name in cells), None)
    question = {name: text for name, text in cells.items() if name not in SUBJECTS}
    if subject is None:
        return question
    question[subject] = cells[subject]
    if subject != "name" and "name" in cells:
        question.setdefault("claimed_name", cells["name"])
    if subject != "licence_number":
        question.pop("authority", None)
    if subject != "registration_number":
        question.pop("country", None)
    if "sector" not in question:
        question.pop("nace_revision", None)
    return question


_SCHEMES = frozenset(scheme.value for scheme in IdentifierScheme)


def _with_identifier(cells: Mapping[str, str]) -> Mapping[str, str]:
    """A row with its identifier under the name of its scheme. One of no known scheme stays, and loading it reports that."""
    rest = {name: text for name, text in cells.items() if name not in IDENTIFIER}
    if not cells.keys() >= set(IDENTIFIER):
        return rest
    scheme = "_".join(cells["scheme"].lower().split())
    return {scheme: cells["value"], **rest} if scheme in _SCHEMES else cells
