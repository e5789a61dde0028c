"""Whom to call: 112 and the lines of the country in question, as far as their numbers may be shown."""

from collections.abc import Mapping
from typing import Any

from registry.pages.public.answers import countries
from registry.register.help_lines.rules import HelpLine, lines_of, shipped_help_lines
from registry.vocabulary.register import EU_STATES, SENDING_COUNTRIES, Language


def of(language: Language, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The lines where somebody is, or works; while that is not known, those of every country to choose from."""
    known_places = EU_STATES | SENDING_COUNTRIES
    country = next((answers[code] for code in ("where_now", "country") if answers.get(code) in known_places), None)
    known = [line for line in lines_of(country, shipped_help_lines()) if line.country is not None]
    return {"lines": known if country else [], "lands": [] if country else lands(language)}


def all_lands(language: Language) -> dict[str, Any]:
    return {"lands": lands(language)}


def lands(language: Language) -> list[tuple[str, list[HelpLine]]]:
    """Sending countries and every EU state by name with their lines; one without any says so."""
    lines = shipped_help_lines()
    places = [*countries(language, SENDING_COUNTRIES), *countries(language)]
    return [(name, [line for line in lines if line.country == code]) for code, name in places]
