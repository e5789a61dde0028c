"""The edge of pages for workers and employers: made on the server, without any script, in the languages of `Language`."""

from flask import Flask
from werkzeug.routing import BaseConverter

from registry.http.errors import show_errors_with
from registry.pages.public import (
    about,
    agencies,
    assets,
    badges,
    checks,
    crawling,
    fees,
    law,
    log,
    lookup,
    offline,
    paper_code,
    papers,
    staff_cards,
    statistics,
)
from registry.pages.public.rendering import error_page
from registry.vocabulary.register import Language

MODULES = (
    lookup, checks, agencies, badges, about, law, fees, papers, paper_code, staff_cards, statistics, log, offline, crawling,
)  # fmt: skip
"""Whose pages are served, in the order of their registration."""


class LanguageConverter(BaseConverter):
    """The first part of every page's address: one of the page languages, written exactly so."""

    regex = "|".join(Language)

    def to_python(self, value: str) -> Language:
        return Language(value)


def register(app: Flask) -> None:
    prepare(app)
    for edge in MODULES:
        app.register_blueprint(edge.pages)


def prepare(app: Flask) -> None:
    """What every edge of pages stands on: languages in addresses, our files, errors as pages. Again does no harm."""
    if assets.pages.name in app.blueprints:
        return
    app.url_map.converters["language"] = LanguageConverter
    app.register_blueprint(assets.pages)
    show_errors_with(app, error_page)
