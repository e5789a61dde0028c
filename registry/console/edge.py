"""The console: pages for officers. Every route says who may come, or nothing is served."""

from flask import Blueprint, Flask

from registry.console import factors, home, officers, own, providers, signing
from registry.console.assets import files
from registry.console.audit import lines as audit_lines
from registry.console.audit import trail
from registry.console.cases import acts, bulk, case, notes, queue, translations
from registry.console.decisions import desk as decisions_desk
from registry.console.entries import agency as entries_agency
from registry.console.entries import desk as entries_desk
from registry.console.hearings import desk as hearings_desk
from registry.console.hearings import portal as hearings_portal
from registry.console.hearings import portal_files as hearings_files
from registry.console.imports import channels, clones, lists
from registry.console.licences import acts as licence_acts
from registry.console.licences import deposit, licence, licences
from registry.console.licences import proposals as licence_proposals
from registry.console.openings import desk as openings_desk
from registry.console.openings import unit as openings_unit
from registry.console.overview import board
from registry.console.overview import page as overview_page
from registry.console.papers import typing as paper_forms
from registry.console.referrals import desk as referrals_desk
from registry.console.referrals import identities
from registry.console.referrals import portal as referrals_portal
from registry.console.rendering import error_page
from registry.console.sanctions import desk as sanctions_desk
from registry.officers.providers.client import Client
from registry.officers.providers.settings import providers_in
from registry.web.errors import show_errors_with
from registry.web.transaction import services

PATH = "/console"

PAGES: tuple[Blueprint, ...] = (
    files,
    signing.pages,
    home.pages,
    own.pages,
    factors.pages,
    providers.pages,
    officers.pages,
    queue.pages,
    bulk.pages,
    case.pages,
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
    lists.pages,
    channels.pages,
    clones.pages,
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


class UnguardedRoute(RuntimeError):
    """A route of the console without a policy: a fault in the program, found when it starts."""


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
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(PATH) and not hasattr(app.view_functions[rule.endpoint], "policy"):
            raise UnguardedRoute(f"{rule.rule} has no policy: use allowed(...) or open_to_all")
