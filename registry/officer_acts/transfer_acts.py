"""Acts on transfers: by officers of the unit that has the case, and by those of the unit that is asked to take it."""

from sqlalchemy.orm import Session

from registry.complaints.casework.queries import agencies_of
from registry.complaints.parties import models, steps
from registry.complaints.parties.transfers import actions, queries
from registry.http.act_tables import calling
from registry.http.complaint_services import sealer
from registry.officer_acts.acts import OfficerAct, calling_sealed, case_acts
from registry.officer_acts.case_acts import case_finder
from registry.officer_acts.permissions import reference_in, require_no_interest
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from schemas.referrals import TransferDeclineSchema, TransferRequestSchema


def _find_own(session: Session, me: AuthenticatedOfficer, _: OfficerAct, reference: str) -> str:
    """The stored reference. Raises NotFound for another unit's, Forbidden where the officer has an interest."""
    found = reference_in(reference)
    require_no_interest(me, *agencies_of(sealer(), steps.find_case(session, models.Transfer, me.standing.unit, found)))
    return found


def find_received(session: Session, me: AuthenticatedOfficer, reference: str) -> str:
    """As `_find_own`, of what the officer's unit is asked to take and has not answered."""
    found = reference_in(reference)
    require_no_interest(me, *agencies_of(sealer(), queries.receiving_case(session, me.standing.unit, found)))
    return found


IN_CASE = case_acts(
    Resource.TRANSFER,
    case_finder(Resource.TRANSFER),
    OfficerAct(
        "new", Act.PROPOSE, calling_sealed(actions.request), "requestTransfer",
        """Ask another unit to take a case over.

        Your unit has the case until an officer there accepts. The reason is read there before: write neither what was told nor
        by whom. 409 where something keeps the case with your unit, such as an open hearing, or a unit was asked already.
        """,
        TransferRequestSchema, path="", page="", drafts="transfer",
    ),
)  # fmt: skip
"""What is done to a case."""

ACTS = case_acts(
    Resource.TRANSFER,
    _find_own,
    OfficerAct(
        "take-back", Act.PROPOSE, calling(actions.take_back), "takeBackTransfer",
        "Take back a request that was not answered yet.",
    ),
)  # fmt: skip

RECEIVED = case_acts(
    Resource.TRANSFER,
    lambda session, me, _, reference: find_received(session, me, reference),
    OfficerAct(
        "accept", Act.APPROVE, calling_sealed(actions.accept), "acceptTransfer",
        """Take a case over from another unit.

        From then on your unit reads and works on it, its deadlines run on, and the other unit reads it no more. The complainant
        is told which office reads now.
        """,
    ),
    OfficerAct(
        "decline", Act.APPROVE, calling_sealed(actions.decline), "declineTransfer",
        "Decline to take a case, with a reason for the unit that has it.",
        TransferDeclineSchema, is_shown_after=False,
    ),
)  # fmt: skip
"""What an officer of the other unit does to a request."""
