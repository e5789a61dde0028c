"""Pages of organisations: they register themselves, and look after their people and keys. Every route says who may come."""

from flask import Blueprint, Flask

from registry.http.errors import show_errors_with
from registry.http.portals import require_guarded_pages
from registry.pages.organisations import jobs, keys, members, receipts, sign_in, watches, webhooks
from registry.pages.organisations.guard import PATH
from registry.pages.organisations.rendering import error_page, files

MODULES = (sign_in, keys, jobs, receipts, watches, webhooks, members)
PAGES: tuple[Blueprint, ...] = (files, *(module.pages for module in MODULES))


def register(app: Flask) -> None:
    for pages in PAGES:
        app.register_blueprint(pages, url_prefix=PATH)
    show_errors_with(app, error_page, under=PATH)
    require_guards(app)


def require_guards(app: Flask) -> None:
    """Raise UnguardedRoute unless every view under PATH says who may come."""
    require_guarded_pages(app, PATH, "is_guarded", "has no guard: use for_members or open_to_all")
