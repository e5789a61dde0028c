"""The rules: the law of each country as the registry holds it, row by row, with article, source, day and mark.

And the rights of workers in each country, with or without a permit: only what was read, and what was not is said.
"""

import re
from functools import partial

from flask import Blueprint, Response

from registry.core.clock import day_at, now
from registry.core.errors import NotFound
from registry.http.transaction import public_reading, verdicts
from registry.i18n.names import countries
from registry.i18n.wording import row_words, words_of
from registry.pages.public.rendering import RIGHTS_PLACES, is_demo, page
from registry.register.help_lines import emergency_number, help_lines_in, lines_of
from registry.register.law import law_view, loading, weights
from registry.register.law.overlays.queries import overlay_payload, published_overlays
from registry.register.law.rows import Limit, Right, Row
from registry.register.law.words import LawRole, LimitSubject, RightSubject
from registry.vocabulary.register import EU_STATES, SENDING_COUNTRIES, UNION, Language

pages = Blueprint("rules", __name__)

_TABLES = ("regime", "limit", "permit_route", "fee", "coming", "authority", "official_list", "penalty")
"""In the order of the page. Help lines have a page of their own."""


@pages.get("/<language:language>/rules")
def list_rules(language: Language) -> Response:
    law = verdicts().current_law()
    by_role = {
        role: countries(language, frozenset(one.country for one in law.countries.values() if one.role is role))
        for role in LawRole
    }
    overlays = [overlay_payload(row) for row in published_overlays(public_reading())]
    return page("rules.html", language, here="rules", by_role=by_role, overlays=overlays)


@pages.get("/<language:language>/rules/<country>")
def show_rules(language: Language, country: str) -> Response:
    law = verdicts().current_law()
    if country not in law.countries:
        raise NotFound("there are no rules of this country")
    today = day_at(now(), None)
    rows = law_view.law_payload(law, today, country=country, tables=_TABLES)
    return page(
        "rules_of_country.html",
        language,
        here="rules",
        law=law_view.country_payload(law.countries[country]),
        words_of=lambda row: None if row["overlay"] else row_words(language, row["id"]),
        plain=without_marks,
        withdrawn=law_view.withdrawn_payload(law, country, _TABLES),
        tables=[(name, table_rows) for name, table_rows in rows.items() if table_rows],
    )


_MARK = re.compile(r" ?\[s2?(?:, ([^\]]+))?\]")


def without_marks(words: str) -> str:
    """The words of a row without the marks of single clauses; where a clause was read stays, in brackets."""
    return _MARK.sub(lambda mark: f" ({mark[1]})" if mark[1] else "", words)


QUESTIONS = (RightSubject.WAGES, LimitSubject.DOCUMENTS, RightSubject.HOURS, RightSubject.REPORTING, RightSubject.STAY)
"""In the order of the page. What may be done with papers is a limit of law."""
AT_HOME = (RightSubject.WAGES, LimitSubject.DOCUMENTS, RightSubject.REPORTING)
"""What is asked of the country of which one is a citizen."""


@pages.get("/<language:language>/rights")
def list_rights(language: Language) -> Response:
    places = [*countries(language), *countries(language, SENDING_COUNTRIES)]
    return page("rights.html", language, here="rights", places=places)


@pages.get("/<language:language>/rights/<country>")
def show_rights(language: Language, country: str) -> Response:
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


def rows_about(law: loading.Law, country: str, about: RightSubject | LimitSubject) -> list[Row]:
    """What was read about one question: the country's own law, then the Union's where it binds the country.

    Of papers also the law of China, which protects its passports wherever they are.
    """
    return [
        row
        for row in _rows(law, about)
        if _holds(row, country) and weights.is_readable(row) and not weights.is_disputed(row)
    ]


def _rows(law: loading.Law, about: RightSubject | LimitSubject) -> list[Limit | Right]:
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
