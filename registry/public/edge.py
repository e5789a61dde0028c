"""The edge of pages for workers and employers: made on the server, without any script, in four languages."""

from flask import Flask
from werkzeug.routing import BaseConverter

from registry.public import agencies, assets, checking, fees, knowledge, lookup, papers
from registry.public.rendering import error_page
from registry.terms import Language
from registry.web.errors import show_errors_with


class LanguageConverter(BaseConverter):
    """The first part of every page's address: one of the page languages, written exactly so."""

    regex = "|".join(Language)

    def to_python(self, value: str) -> Language:
        return Language(value)


def register(app: Flask) -> None:
    app.url_map.converters["language"] = LanguageConverter
    for blueprint in (
        assets.pages,
        lookup.pages,
        agencies.pages,
        knowledge.pages,
        fees.pages,
        papers.pages,
        checking.pages,
    ):
        app.register_blueprint(blueprint)
    show_errors_with(app, error_page)
