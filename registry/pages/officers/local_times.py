"""Points in time in the officer's local time: that of the unit's country."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from babel.dates import format_date, format_skeleton

from registry.core.clock import day_at, now, zone
from registry.i18n.wording import LOCALES
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


def today_in(country: str) -> date:
    """The day that it is in a country; in UTC where its clock is not known."""
    return day_at(now(), ZONES.get(country))


@lru_cache(maxsize=1024)
def day_text(language: Language, day: date) -> str:
    """A day where there is little room."""
    return str(format_date(day, "medium", locale=LOCALES[language]))


@lru_cache(maxsize=4096)
def moment_text(language: Language, at: datetime, country: str) -> str:
    """Day and minute; in UTC, and said so, where the country's clock is not known."""
    name = ZONES.get(country)
    there = at.astimezone(zone(name)) if name else at.astimezone(UTC)
    moment = f"{day_text(language, there.date())} {there:%H:%M}"
    return moment if name else f"{moment} UTC"


def due_short(language: Language, at: datetime, country: str) -> str:
    """As `due_text` without the year, for a column of days that are near."""
    moment = at.astimezone(UTC)
    if moment.time() == time():
        return str(format_skeleton("MMMd", (moment - timedelta(days=1)).date(), locale=LOCALES[language]))
    there = at.astimezone(zone(ZONES.get(country, "UTC")))
    return f"{format_skeleton('MMMd', there.date(), locale=LOCALES[language])} {there:%H:%M}"


def due_text(language: Language, at: datetime, country: str) -> str:
    """What ends with a day has that day alone: as midnight it would read as the day after."""
    moment = at.astimezone(UTC)
    if moment.time() == time():
        return day_text(language, (moment - timedelta(days=1)).date())
    return moment_text(language, at, country)
