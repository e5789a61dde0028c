"""What every page of the licensing desk asks first; the API asks the same (registry.web.licensing)."""

from registry.keyring import Keyring
from registry.web.desk import require_no_interest
from registry.web.licensing import agency_opened, official, proposal_opened, require_act
from registry.web.transaction import services

__all__ = ["agency_opened", "digest", "official", "proposal_opened", "require_act", "require_no_interest"]


def digest(text: str) -> str:
    """The keyed digest under which what agencies share is compared (registry.collisions)."""
    return Keyring(services().settings.keys).digest("collisions", text)
