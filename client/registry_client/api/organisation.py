"""One's own organisation."""

from dataclasses import dataclass

from registry_client.api.answers import Whole


@dataclass(frozen=True, slots=True)
class Organisation(Whole):
    """Whose key was sent, and what that key opens."""

    organisation_id: str
    name: str
    country: str
    key_id: str = ""
    scopes: tuple[str, ...] = ()
