"""The rules: the law of each country as the registry holds it, row by row, with article, source, day and mark."""

import re

from flask import Blueprint, Response

from registry.core.clock import day_at, now
from registry.core.errors import NotFound
from registry.http.transaction import public_reading, verdicts
from registry.i18n.names import countries
from registry.i18n.wording import row_words
from registry.pages.public.rendering import page
from registry.register.law.law_view import country_payload, law_payload, withdrawn_payload
from registry.register.law.overlays.queries import overlay_payload, published_overlays
from registry.register.law.words import LawRole
from registry.vocabulary.register import Language

pages = Blueprint("rules", __name__)

_TABLES = ("regime", "limit", "permit_route", "fee", "coming", "authority", "official_list", "penalty")
"""In the order of the page. Help lines have a page of their own."""


@pages.get("/<language:language>/rules")
def index(language: Language) -> Response:
    law = verdicts().current_law()
    by_role = {
        role: countries(language, frozenset(one.country for one in law.countries.values() if one.role is role))
        for role in LawRole
    }
    overlays = [overlay_payload(row) for row in published_overlays(public_reading())]
    return page("rules.html", language, here="rules", by_role=by_role, overlays=overlays)


@pages.get("/<language:language>/rules/<country>")
def of_country(language: Language, country: str) -> Response:
    law = verdicts().current_law()
    if country not in law.countries:
        raise NotFound("there are no rules of this country")
    today = day_at(now(), None)
    rows = law_payload(law, today, country=country, tables=_TABLES)
    return page(
        "rules_of_country.html",
        language,
        here="rules",
        law=country_payload(law.countries[country]),
        words_of=lambda row: None if row["overlay"] else row_words(language, row["id"]),
        plain=without_marks,
        withdrawn=withdrawn_payload(law, country, _TABLES),
        tables=[(name, table_rows) for name, table_rows in rows.items() if table_rows],
    )


_MARK = re.compile(r" ?\[s2?(?:, ([^\]]+))?\]")


def without_marks(words: str) -> str:
    """The words of a row without the marks of single clauses; where a clause was read stays, in brackets."""
    return _MARK.sub(lambda mark: f" ({mark[1]})" if mark[1] else "", words)
