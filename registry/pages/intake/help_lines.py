"""Whom to call: 112, in China 110, and the lines of the country in question, as far as their numbers may be shown."""

from collections.abc import Mapping
from typing import Any

from registry.http.transaction import verdicts
from registry.i18n.names import countries
from registry.register.help_lines import EMERGENCY, HelpLine, emergency_number, help_lines_in, in_order, lines_of
from registry.vocabulary.register import EU_STATES, SENDING_COUNTRIES, Language


def of(language: Language, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The lines where somebody is, or works; while that is not known, those of every country to choose from."""
    known_places = EU_STATES | SENDING_COUNTRIES
    country = next((answers[code] for code in ("where_now", "country") if answers.get(code) in known_places), None)
    every = help_lines_in(verdicts().current_law())
    emergency = emergency_number(country, every)
    known = [
        line for line in lines_of(country, every, language) if line.country is not None and line.number != emergency
    ]
    found = {"lines": known, "lands": []} if country else {"lines": [], "lands": lands(language)}
    return {"emergency": emergency, "land": country} | found


def all_lands(language: Language) -> dict[str, Any]:
    return {"emergency": EMERGENCY, "lands": lands(language)}


def lands(language: Language) -> list[tuple[str, list[HelpLine]]]:
    """Sending countries and every EU state by name with their lines; one without any says so."""
    lines = help_lines_in(verdicts().current_law())
    places = [*countries(language, SENDING_COUNTRIES), *countries(language)]
    return [(name, in_order((line for line in lines if line.country == code), language)) for code, name in places]
