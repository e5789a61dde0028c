"""What every page of the licensing desk asks first; the API asks the same (registry.officer_desk.licensing)."""

from registry.officer_desk.acting import require_no_interest
from registry.officer_desk.licensing import agency_opened, official, proposal_opened, require_act, waiting_for

__all__ = ["agency_opened", "official", "proposal_opened", "require_act", "require_no_interest", "waiting_for"]
