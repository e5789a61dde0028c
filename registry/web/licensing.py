"""What both doors of the licensing desk ask first: for which authority an officer acts, and whether he has an interest."""

from sqlalchemy.orm import Session

from registry.agencies import record
from registry.agencies.models import Agency
from registry.desk_terms import LicenceAct
from registry.licensing import queries
from registry.licensing.drafting import Official
from registry.licensing.models import Proposal
from registry.licensing.rules import AGREEMENTS
from registry.officers.rights import Act, Resource
from registry.officers.sessions import Present
from registry.web.desk import require_no_interest, require_right


def official(me: Present) -> Official:
    return Official(me.officer.reference, me.standing.authority, me.standing.unit)


def require_act(me: Present, act: LicenceAct, right: Act) -> None:
    """Agreements are a right of their own beside licences. Raises Forbidden."""
    if act in AGREEMENTS:
        require_right(me, Resource.AGREEMENT, right)


def proposal_opened(session: Session, me: Present, reference: str) -> Proposal:
    """A proposal of the officer's authority. Raises NotFound for any other, Forbidden where he has an interest."""
    found = queries.proposal_named(session, me.standing.authority, reference)
    if found.agency_id is not None:
        require_no_interest(me, session.get_one(Agency, found.agency_id).reference)
    return found


def agency_opened(session: Session, me: Present, reference: str) -> tuple[Agency, record.Agency]:
    """An agency at the officer's desk. Raises NotFound for any other, Forbidden where he has an interest."""
    row, agency = queries.agency_at_desk(session, me.standing.authority, reference)
    require_no_interest(me, agency.agency_id)
    return row, agency
