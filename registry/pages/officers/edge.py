"""The console: pages for officers. Every route says who may come, or nothing is served."""

from flask import Blueprint, Flask

from registry.http.errors import show_errors_with
from registry.http.portals import require_guarded_pages
from registry.http.transaction import services
from registry.officers.providers.client import Client
from registry.officers.providers.settings import providers_in
from registry.pages.officers import (
    agencies,
    calendar,
    factors,
    home,
    law,
    officers,
    paper_forms,
    providers,
    search,
    templates_of_replies,
    unsent,
)
from registry.pages.officers import decisions as decisions_desk
from registry.pages.officers import profile as own
from registry.pages.officers import sign_in as signing
from registry.pages.officers.access_grants import unit as openings_unit
from registry.pages.officers.access_grants import views as openings_desk
from registry.pages.officers.assets import files
from registry.pages.officers.audit import lines as audit_lines
from registry.pages.officers.audit import trail
from registry.pages.officers.cases import acts, bulk, case, case_file, notes, queue, translations
from registry.pages.officers.entries import agency as entries_agency
from registry.pages.officers.entries import officer as entries_desk
from registry.pages.officers.hearings import agency as hearings_portal
from registry.pages.officers.hearings import agency_files as hearings_files
from registry.pages.officers.hearings import officer as hearings_desk
from registry.pages.officers.imports import channels, clones, official_lists
from registry.pages.officers.licences import acts as licence_acts
from registry.pages.officers.licences import deposit, licence, licences
from registry.pages.officers.licences import proposals as licence_proposals
from registry.pages.officers.overview import board
from registry.pages.officers.overview import page as overview_page
from registry.pages.officers.referrals import identities
from registry.pages.officers.referrals import officer as referrals_desk
from registry.pages.officers.referrals import partner as referrals_portal
from registry.pages.officers.rendering import error_page
from registry.pages.officers.sanctions import views as sanctions_desk

PATH = "/console"

PAGES: tuple[Blueprint, ...] = (
    files,
    signing.pages,
    home.pages,
    own.pages,
    factors.pages,
    calendar.pages,
    providers.pages,
    officers.pages,
    agencies.pages,
    unsent.pages,
    search.pages,
    queue.pages,
    bulk.pages,
    case.pages,
    case_file.pages,
    acts.pages,
    notes.pages,
    translations.pages,
    paper_forms.pages,
    referrals_desk.pages,
    referrals_portal.pages,
    identities.pages,
    openings_desk.pages,
    openings_unit.pages,
    decisions_desk.pages,
    sanctions_desk.pages,
    licences.pages,
    licence.pages,
    licence_acts.pages,
    deposit.pages,
    licence_proposals.pages,
    official_lists.pages,
    channels.pages,
    clones.pages,
    law.pages,
    templates_of_replies.pages,
    trail.pages,
    audit_lines.pages,
    hearings_desk.pages,
    hearings_portal.pages,
    hearings_files.pages,
    entries_agency.pages,
    entries_desk.pages,
    overview_page.pages,
    board.pages,
)


def register(app: Flask) -> None:
    """Raises SettingsError where the providers that officers sign in with are written down wrongly."""
    app.extensions["registry_providers"] = {
        key: Client(provider) for key, provider in providers_in(services(app).settings.home).items()
    }
    for pages in PAGES:
        app.register_blueprint(pages, url_prefix=PATH)
    show_errors_with(app, error_page, under=PATH)
    require_policies(app)


def require_policies(app: Flask) -> None:
    """Raise UnguardedRoute unless every view under PATH says who may come."""
    require_guarded_pages(app, PATH, "policy", "has no policy: use allowed(...) or open_to_all")
