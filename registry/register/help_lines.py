"""Help lines that a worker can call, by country, and which numbers may be shown.

The lines of a country are rows of its law; help_lines.toml has the one number of the whole EU.
"""

import tomllib
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

import msgspec

from registry.register.law.loading import Law
from registry.register.law.rows import HelpLineRow
from registry.register.law.weights import is_readable
from registry.vocabulary.law import Mark
from registry.vocabulary.register import EU_STATES, SENDING_COUNTRIES, Language, LineKind, RunBy


class HelpLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line. Without `country` it serves the whole EU; without `number` there are centres but no single number.

    `languages` and `has_no` are ISO 639 codes: what is spoken there, and what surely is not. `checked_on` is the day on
    which somebody of the registry called the number. `number_abroad` is to be dialled from another country, and with
    `may_fail_abroad` it may not work there; `for_what` is English.
    """

    country: str | None = None
    region: str | None = None
    number: str | None = None
    number_abroad: str | None = None
    may_fail_abroad: bool = False
    organisation: str | None = None
    run_by: RunBy
    languages: tuple[str, ...] = ()
    has_no: tuple[str, ...] = ()
    has_interpreters: bool = False
    hours: str | None = None
    is_free: bool = False
    is_anonymous: bool = False
    for_what: str | None = None
    kind: LineKind | None = None
    whatsapp: str | None = None
    has_wechat: bool = False
    app: str | None = None
    url: str | None = None
    source: str
    source_on: date
    mark: Mark
    checked_on: date | None = None

    @property
    def is_emergency(self) -> bool:
        return self.run_by is RunBy.EMERGENCY

    @property
    def is_frightening(self) -> bool:
        """Whether it is run by those of whom a worker without papers is afraid."""
        return self.run_by in (RunBy.IMMIGRATION, RunBy.POLICE, RunBy.EMERGENCY)

    @property
    def is_all_day(self) -> bool:
        return self.hours is not None and self.hours.startswith("24")

    @property
    def is_given(self) -> bool:
        """Whether a real home gives the number: an emergency number, one that was called, a public body's own, or one that
        was read on the pages of the organisation itself."""
        is_own = self.run_by in PUBLIC_BODIES or self.mark is Mark.SOURCE
        return self.is_emergency or self.checked_on is not None or is_own

    @property
    def is_uncalled(self) -> bool:
        """Whether no one of the registry has called the number yet, which must be stated beside it."""
        return self.number is not None and not self.is_emergency and self.checked_on is None


EMERGENCY = "112"

PUBLIC_BODIES = frozenset({RunBy.STATE, RunBy.STATE_AND_NGO, RunBy.POLICE, RunBy.IMMIGRATION, RunBy.LABOUR_INSPECTION})
"""Bodies whose published number is shown before the registry called it, with the words: not yet called by us."""


@lru_cache(maxsize=4)
def help_lines_in(law: Law) -> tuple[HelpLine, ...]:
    """All lines that may be shown, the EU-wide one first. What was not read in any source is not among them."""
    data = (files("registry.register") / "help_lines.toml").read_text(encoding="utf-8")
    everywhere = msgspec.convert(tomllib.loads(data)["help_line"], list[HelpLine])
    rows = (row for one in law.countries.values() for row in one.help_line if is_readable(row))
    return (*everywhere, *(line_of(row, law.read_on(row)) for row in rows))


def line_of(row: HelpLineRow, read_on: date) -> HelpLine:
    """A row of law as a line to show; `read_on` is the day on which it was collected."""
    same: dict[str, Any] = {field: getattr(row, field) for field in _SAME}
    # Not known is not said.
    same |= {"is_free": row.is_free is True, "is_anonymous": row.is_anonymous is True}
    has_interpreters = "interpreter" in (row.languages_note or "")
    return HelpLine(
        **same, organisation=row.name, has_interpreters=has_interpreters, source=row.source.title, source_on=read_on
    )


_SAME = set(HelpLine.__struct_fields__) & set(HelpLineRow.__struct_fields__) - {"source"}
"""What a row of law and a line to show both have, under one name."""


def lines_of(country: str | None, lines: Sequence[HelpLine], language: Language) -> list[HelpLine]:
    """Help lines of a country as `in_order`, and in the EU those of the whole EU; without a country these alone."""
    is_in_union = country is None or country in EU_STATES
    own = (line for line in lines if line.country == country or (line.country is None and is_in_union))
    return in_order(own, language)


def in_order(lines: Iterable[HelpLine], language: Language) -> list[HelpLine]:
    """First who speaks the reader's `language`, is there day and night, and costs nothing; last those that may frighten."""
    spoken = language.partition("-")[0]
    return sorted(
        lines,
        key=lambda line: (
            _ORDER.index(line.run_by) if line.is_frightening else 0,
            line.kind is LineKind.POLICE,
            spoken not in line.languages,
            not line.is_all_day,
            not line.is_free,
            _ORDER.index(line.run_by),
        ),
    )


def emergency_number(country: str | None, lines: Sequence[HelpLine]) -> str:
    """Whom to call when life is in danger: in China the police, elsewhere 112, which the whole EU has."""
    police = (line.number for line in lines if line.country == country and line.kind is LineKind.POLICE)
    return (next(police, None) if country in SENDING_COUNTRIES else None) or EMERGENCY


def lines_by_place(
    here: str | None, work: str | None, lines: Sequence[HelpLine], language: Language
) -> list[tuple[str | None, list[HelpLine]]]:
    """Help lines where the reader is, then where the work is, each place once; the whole EU's where neither is known."""
    places: list[str | None] = list(dict.fromkeys(place for place in (here, work) if place is not None))
    return [(place, lines_of(place, lines, language)) for place in places or [None]]


_ORDER = (
    RunBy.NGO, RunBy.UNION, RunBy.STATE_AND_NGO, RunBy.STATE, RunBy.NOT_CONFIRMED, RunBy.LABOUR_INSPECTION,
    RunBy.IMMIGRATION, RunBy.POLICE, RunBy.EMERGENCY,
)  # fmt: skip


def public_number(line: HelpLine, *, is_demo: bool) -> str | None:
    """The number as it may be shown. An NGO's that another source gives is hidden until it was called, but in a demonstration."""
    return line.number if is_demo or line.is_given else None
