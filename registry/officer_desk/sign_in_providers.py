"""The providers with which officers can sign in besides a password, as console and API look them up."""

from flask import current_app

from registry.officers.providers.settings import Provider
from registry.officers.rights import OfficerRights


def providers() -> list[Provider]:
    return [client.provider for client in current_app.extensions["registry_providers"].values()]


def only_way_of(standing: OfficerRights) -> Provider | None:
    """The provider that is the only way in for a unit."""
    authority = standing.authority or ""
    return next((one for one in providers() if one.is_only_way(authority, standing.unit)), None)
