"""Points in time in the officer's local time: where the unit's authority sits, or else in the capital of its country."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache

from babel.dates import format_date, format_skeleton

from registry.core.clock import zone
from registry.core.working_days import last_day
from registry.i18n.names import LOCALES
from registry.officers.rights import OfficerRights
from registry.vocabulary.register import Language

ZONES: Mapping[str, str] = {
    "AT": "Europe/Vienna", "BE": "Europe/Brussels", "BG": "Europe/Sofia", "CN": "Asia/Shanghai", "CY": "Asia/Nicosia",
    "CZ": "Europe/Prague", "DE": "Europe/Berlin", "DK": "Europe/Copenhagen", "EE": "Europe/Tallinn", "ES": "Europe/Madrid",
    "FI": "Europe/Helsinki", "FR": "Europe/Paris", "GR": "Europe/Athens", "HR": "Europe/Zagreb", "HU": "Europe/Budapest",
    "IE": "Europe/Dublin", "IT": "Europe/Rome", "LT": "Europe/Vilnius", "LU": "Europe/Luxembourg", "LV": "Europe/Riga",
    "MT": "Europe/Malta", "NL": "Europe/Amsterdam", "PL": "Europe/Warsaw", "PT": "Europe/Lisbon", "RO": "Europe/Bucharest",
    "SE": "Europe/Stockholm", "SI": "Europe/Ljubljana", "SK": "Europe/Bratislava",
}  # fmt: skip
"""Where a country has several, that of its capital."""


def zone_of(standing: OfficerRights) -> str | None:
    """By which clock an officer reads points in time; None is UTC."""
    return standing.time_zone or ZONES.get(standing.country)


@lru_cache(maxsize=1024)
def day_text(language: Language, day: date) -> str:
    """A day where there is little room."""
    return str(format_date(day, "medium", locale=LOCALES[language]))


@lru_cache(maxsize=4096)
def moment_text(language: Language, at: datetime, name: str | None) -> str:
    """Day and minute in a time zone; in UTC, and said so, where none is known."""
    there = at.astimezone(zone(name)) if name else at.astimezone(UTC)
    moment = f"{day_text(language, there.date())} {there:%H:%M}"
    return moment if name else f"{moment} UTC"


def due_short(language: Language, at: datetime, name: str | None) -> str:
    """As `due_text` without the year, for a column of days that are near."""
    last = last_day(at, name)
    if last is not None:
        return str(format_skeleton("MMMd", last, locale=LOCALES[language]))
    there = at.astimezone(zone(name or "UTC"))
    return f"{format_skeleton('MMMd', there.date(), locale=LOCALES[language])} {there:%H:%M}"


def due_text(language: Language, at: datetime, name: str | None) -> str:
    """What ends with a day has that day alone: as midnight it would read as the day after."""
    last = last_day(at, name)
    return moment_text(language, at, name) if last is None else day_text(language, last)
