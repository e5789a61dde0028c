"""The console: pages for officers. Every route says who may come, or nothing is served."""

from flask import Blueprint, Flask

from registry.http.errors import show_errors_with
from registry.http.portals import require_guarded_pages
from registry.http.transaction import services
from registry.pages.officers import (
    access_grants,
    audit,
    decisions,
    entries,
    forms,
    hearings,
    home,
    incoming,
    law,
    officers,
    overview,
    paper_forms,
    profile,
    providers,
    referrals,
    reply_templates,
    sanctions,
    sign_in,
    transfers,
    wallets,
)
from registry.pages.officers.cases import acts, case, queue, translations
from registry.pages.officers.licences import acts as licence_acts
from registry.pages.officers.licences import licences
from registry.pages.officers.rendering import error_page, files

PATH = "/console"

MODULES = (
    sign_in, home, profile, providers, officers, forms, queue, case, acts, translations, paper_forms, referrals, transfers,
    access_grants, decisions, sanctions, licences, licence_acts, incoming, law, reply_templates, audit, hearings, entries,
    overview,
)  # fmt: skip
"""Whose pages are served, in the order of their registration."""

PAGES: tuple[Blueprint, ...] = (files, *(module.pages for module in MODULES))


def register(app: Flask) -> None:
    has_wallets = services(app).settings.wallets is not None
    for pages in (*PAGES, *((wallets.pages,) if has_wallets else ())):
        app.register_blueprint(pages, url_prefix=PATH)
    show_errors_with(app, error_page, under=PATH)
    require_policies(app)


def require_policies(app: Flask) -> None:
    """Raise UnguardedRoute unless every view under PATH says who may come."""
    require_guarded_pages(app, PATH, "policy", "has no policy: use allowed(...) or open_to_all")
