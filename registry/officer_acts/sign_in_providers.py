"""The providers with which officers can sign in besides a password, and for whom one of them is the only way."""

from flask import current_app
from sqlalchemy.orm import Session

from registry.core.errors import NotSignedIn
from registry.http.transaction import reading, services
from registry.officers.providers import linking
from registry.officers.providers.client import Client, ProviderAway
from registry.officers.providers.settings import Provider
from registry.officers.rights import OfficerRights
from registry.officers.sessions import AuthenticatedOfficer

LINKING = frozenset({"/console/own", "/console/own/links/<provider>"})
"""The addresses at which an officer links an account to a provider."""


def clients() -> dict[str, Client]:
    """Of each provider, read once in a process: the database may be away when it starts. Raises SettingsError."""
    found: dict[str, Client] | None = current_app.extensions.get("registry_providers")
    if found is None:
        known = linking.providers_of(reading(), services().settings.home)
        found = current_app.extensions["registry_providers"] = {key: Client(one) for key, one in known.items()}
    return found


def providers() -> list[Provider]:
    return [client.provider for client in clients().values()]


def only_way_of(standing: OfficerRights) -> Provider | None:
    """The provider that is the only way in for a unit."""
    authority = standing.authority or ""
    return next((one for one in providers() if one.is_only_way(authority, standing.unit)), None)


def has_to_link(session: Session, me: AuthenticatedOfficer) -> bool:
    """Whether the officer came by a password where a provider is the only way in: it leads only to linking the account.

    Raises NotSignedIn once it is linked: a password that was found out must not link it anew.
    """
    only = only_way_of(me.standing)
    if only is None or (me.session is not None and me.session.provider == only.key):
        return False
    if linking.is_linked(session, me.officer, only.issuer):
        raise NotSignedIn(f"sign in with {only.name}")
    return True


def farewell(provider: str | None) -> tuple[str, str] | None:
    """Name and address of the provider where a session began, to sign out there too; None where there is no such place."""
    client = clients().get(provider or "")
    if client is None:
        return None
    try:
        address = client.farewell(f"{services().settings.console_address}/console/sign-in")
    except ProviderAway:
        return None
    return None if address is None else (client.provider.name, address)
