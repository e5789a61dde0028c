"""What every page of the licensing desk asks first: for which authority the officer acts, and whether he has an interest."""

from registry.errors import Forbidden
from registry.keyring import Keyring
from registry.licensing.drafting import Official
from registry.licensing.rules import AGREEMENTS
from registry.officers.rights import Act, Resource
from registry.officers.sessions import Present
from registry.terms import LicenceAct
from registry.web.desk import require_right
from registry.web.transaction import services


def official(me: Present) -> Official:
    return Official(me.officer.reference, me.standing.authority, me.standing.unit)


def require_no_interest(me: Present, agency_id: str | None) -> None:
    """Raise Forbidden where the officer has declared an interest in the agency."""
    if me.has_conflict(agency_id):
        raise Forbidden("you declared an interest in this agency: a colleague has to act on it", "conflict_of_interest")


def require_act(me: Present, act: LicenceAct, right: Act) -> None:
    """Agreements are a right of their own beside licences. Raises Forbidden."""
    if act in AGREEMENTS:
        require_right(me, Resource.AGREEMENT, right)


def digest(text: str) -> str:
    """The keyed digest under which what agencies share is compared (registry.collisions)."""
    return Keyring(services().settings.keys).digest("collisions", text)
