"""The rights of workers in each country, with or without a permit: only what was read, and what was not is said."""

from functools import partial

from flask import Blueprint, Response

from registry.core.errors import NotFound
from registry.http.transaction import verdicts
from registry.i18n.names import countries
from registry.i18n.wording import words_of
from registry.pages.public.rendering import RIGHTS_PLACES, is_demo, page
from registry.register.help_lines import emergency_number, help_lines_in, lines_of
from registry.register.law.loading import Law
from registry.register.law.rows import Limit, Right, Row
from registry.register.law.weights import is_disputed, is_readable
from registry.register.law.words import LimitSubject, RightSubject
from registry.vocabulary.register import EU_STATES, SENDING_COUNTRIES, UNION, Language

pages = Blueprint("rights", __name__)

QUESTIONS = (RightSubject.WAGES, LimitSubject.DOCUMENTS, RightSubject.HOURS, RightSubject.REPORTING, RightSubject.STAY)
"""In the order of the page. What may be done with papers is a limit of law."""
AT_HOME = (RightSubject.WAGES, LimitSubject.DOCUMENTS, RightSubject.REPORTING)
"""What is asked of the country of which one is a citizen."""


@pages.get("/<language:language>/rights")
def index(language: Language) -> Response:
    return page("rights.html", language, here="rights", places=_places(language))


@pages.get("/<language:language>/rights/<country>")
def of_country(language: Language, country: str) -> Response:
    if country not in RIGHTS_PLACES:
        raise NotFound("there is no page of rights of this country")
    law = verdicts().current_law()
    lines = help_lines_in(law)
    asked = AT_HOME if country in SENDING_COUNTRIES else QUESTIONS
    return page(
        "rights_of_country.html",
        language,
        here="rights",
        land=country,
        questions=[(about, rows_about(law, country, about)) for about in asked],
        words=partial(words_of, language),
        emergency=emergency_number(country, lines),
        lines=[line for line in lines_of(country, lines, language) if not line.is_emergency],
        shows_all_numbers=is_demo(),
    )


def _places(language: Language) -> list[tuple[str, str]]:
    return [*countries(language), *countries(language, SENDING_COUNTRIES)]


def rows_about(law: Law, country: str, about: RightSubject | LimitSubject) -> list[Row]:
    """What was read about one question: the country's own law, then the Union's where it binds the country.

    Of papers also the law of China, which protects its passports wherever they are.
    """
    return [row for row in _rows(law, about) if _holds(row, country) and is_readable(row) and not is_disputed(row)]


def _rows(law: Law, about: RightSubject | LimitSubject) -> list[Limit | Right]:
    # The Union's rows stand last: a state's own article says more.
    in_order = sorted(law.countries.values(), key=lambda one: one.country == UNION)
    if about is LimitSubject.DOCUMENTS:
        return [row for one in in_order for row in one.limit if row.about is about]
    return [row for one in in_order for row in one.right if row.about is about]


def _holds(row: Limit | Right, country: str) -> bool:
    if isinstance(row, Limit):
        return row.country == country or row.country in SENDING_COUNTRIES
    binds = row.country == UNION and country in EU_STATES and country not in row.not_in
    return row.country == country or binds
