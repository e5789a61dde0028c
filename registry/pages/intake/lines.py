"""Whom to call: 112 and the lines of the country in question, as far as their numbers may be shown."""

from collections.abc import Mapping
from typing import Any

from registry.http.app_services import verdicts
from registry.pages.public.answers import countries
from registry.register.help_lines.rules import HelpLine, help_lines_in, lines_of
from registry.vocabulary.register import EU_STATES, SENDING_COUNTRIES, Language


def of(language: Language, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The lines where somebody is, or works; while that is not known, those of every country to choose from."""
    known_places = EU_STATES | SENDING_COUNTRIES
    country = next((answers[code] for code in ("where_now", "country") if answers.get(code) in known_places), None)
    known = [line for line in lines_of(country, help_lines_in(verdicts().current_law())) if line.country is not None]
    return {"lines": known if country else [], "lands": [] if country else lands(language)}


def all_lands(language: Language) -> dict[str, Any]:
    return {"lands": lands(language)}


def lands(language: Language) -> list[tuple[str, list[HelpLine]]]:
    """Sending countries and every EU state by name with their lines; one without any says so."""
    lines = help_lines_in(verdicts().current_law())
    places = [*countries(language, SENDING_COUNTRIES), *countries(language)]
    return [(name, [line for line in lines if line.country == code]) for code, name in places]
