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
    form_fields,
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
    sanctions,
    search,
    served_hearings,
    sign_in,
    templates_of_replies,
    transfers,
    wallets,
)
from registry.pages.officers.cases import acts, case, case_file, queue, translations
from registry.pages.officers.licences import acts as licence_acts
from registry.pages.officers.licences import licences
from registry.pages.officers.rendering import error_page, files

PATH = "/console"

PAGES: tuple[Blueprint, ...] = (
    files,
    sign_in.pages,
    home.pages,
    profile.pages,
    profile.factor_pages,
    providers.pages,
    officers.pages,
    form_fields.pages,
    search.pages,
    queue.pages,
    case.pages,
    case_file.pages,
    acts.pages,
    acts.notes_pages,
    acts.firm_pages,
    translations.pages,
    paper_forms.pages,
    referrals.pages,
    referrals.received_pages,
    referrals.identity_pages,
    transfers.pages,
    access_grants.pages,
    access_grants.unit_pages,
    decisions.pages,
    sanctions.pages,
    licences.pages,
    licences.licence_pages,
    licence_acts.pages,
    licences.deposit_pages,
    licence_acts.proposal_pages,
    incoming.pages,
    incoming.channel_pages,
    incoming.clone_pages,
    law.pages,
    templates_of_replies.pages,
    audit.case_pages,
    audit.pages,
    hearings.pages,
    served_hearings.pages,
    entries.pages,
    entries.officer_pages,
    overview.pages,
    overview.board_pages,
)


def register(app: Flask) -> None:
    has_wallets = services(app).settings.wallets is not None
    for pages in (*PAGES, *((wallets.pages,) if has_wallets else ())):
        app.register_blueprint(pages, url_prefix=PATH)
    show_errors_with(app, error_page, under=PATH)
    require_policies(app)


def require_policies(app: Flask) -> None:
    """Raise UnguardedRoute unless every view under PATH says who may come."""
    require_guarded_pages(app, PATH, "policy", "has no policy: use allowed(...) or open_to_all")
