"""Whom a worker can call, by country, and which numbers may be shown. Data in help_lines.toml."""

import tomllib
from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib.resources import files

import msgspec

from registry.vocabulary.register import Mark, RunBy


class HelpLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line. Without `country` it serves the whole EU; without `number` there are centres but no single number.

    `languages` and `has_no` are ISO 639 codes: what is spoken there, and what surely is not. `checked_on` is the day on which
    somebody of the registry called the number.
    """

    country: str | None = None
    region: str | None = None
    number: str | None = None
    organisation: str | None = None
    run_by: RunBy
    languages: tuple[str, ...] = ()
    has_no: tuple[str, ...] = ()
    has_interpreters: bool = False
    hours: str | None = None
    is_free: bool = False
    is_anonymous: bool = False
    source: str
    source_on: date
    mark: Mark
    checked_on: date | None = None

    @property
    def is_emergency(self) -> bool:
        return self.run_by is RunBy.EMERGENCY


@cache
def shipped_help_lines() -> tuple[HelpLine, ...]:
    """All lines this release knows, the EU-wide one first."""
    data = (files("registry.register.help_lines") / "help_lines.toml").read_text(encoding="utf-8")
    return tuple(msgspec.convert(tomllib.loads(data)["help_line"], list[HelpLine]))


def lines_of(country: str | None, lines: Sequence[HelpLine]) -> list[HelpLine]:
    """The lines of one country and those of the whole EU; those of NGOs first, those that may frighten last."""
    return sorted((line for line in lines if line.country in (None, country)), key=lambda line: _ORDER[line.run_by])


_ORDER = {
    run_by: place
    for place, run_by in enumerate(
        (
            RunBy.NGO,
            RunBy.STATE_AND_NGO,
            RunBy.STATE,
            RunBy.NOT_CONFIRMED,
            RunBy.LABOUR_INSPECTION,
            RunBy.IMMIGRATION,
            RunBy.POLICE,
            RunBy.EMERGENCY,
        )
    )
}


def shown_number(line: HelpLine, *, is_demo: bool) -> str | None:
    """The number as it may be shown: hidden until it was called, except in a demonstration and for 112."""
    return line.number if is_demo or line.is_emergency or line.checked_on is not None else None


def is_to_be_marked(line: HelpLine, *, is_demo: bool) -> bool:
    """Whether the number is shown though nobody has called it yet, which a demonstration must say."""
    return is_demo and line.number is not None and not line.is_emergency and line.checked_on is None
