"""What console and API of licensing share: the officer's authority and interests, and what an act would do."""

from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.core.keyring import Keyring
from registry.http.transaction import services
from registry.officer_acts.acting import require_no_interest, require_right
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.register.agencies import record
from registry.register.agencies.channels import registered_addresses
from registry.register.agencies.models import Agency, PendingChannelChange
from registry.supervision.collisions.actions import Compared, compared
from registry.supervision.collisions.models import Collision
from registry.supervision.licensing import queries, related_acts
from registry.supervision.licensing.drafting import Draft, LicensingOfficial
from registry.supervision.licensing.models import Proposal
from registry.supervision.licensing.rules import AGREEMENTS
from registry.vocabulary.licensing import LicenceAct
from registry.vocabulary.register import ChannelKind


class ActPreview(NamedTuple):
    """An act before it is proposed or approved: mail addresses of the agency, and whom an applicant resembles.

    Without an address the agency is told by hand. `likenesses` is None where there is no applicant.
    """

    draft: Draft
    addresses: list[str]
    likenesses: Compared | None


COMPARED = (LicenceAct.APPLY, LicenceAct.ISSUE)
"""Acts before which the holder is compared with all other agencies."""


def preview_act(session: Session, draft: Draft) -> ActPreview:
    """What an act would change, whom it would be told to, and whom an applicant resembles."""
    if draft.agency_row_id is None:
        addresses = [one.value for one in draft.after.channels if one.kind is ChannelKind.EMAIL]
    else:
        addresses = registered_addresses(session, draft.agency_row_id)
    likenesses = None
    if draft.act in COMPARED:
        likenesses = compared(session, draft.after, draft.agency_row_id, keyed_digest)
    return ActPreview(draft, addresses, likenesses)


def keyed_digest(text: str) -> str:
    """The keyed digest under which what agencies share is compared (registry.supervision.collisions)."""
    return Keyring(services().settings.keys).digest("collisions", text)


def official(me: AuthenticatedOfficer) -> LicensingOfficial:
    return LicensingOfficial(me.officer.reference, me.standing.authority, me.standing.unit)


def require_act(me: AuthenticatedOfficer, act: LicenceAct, right: Act) -> None:
    """Agreements are a right of their own beside licences. Raises Forbidden."""
    if act in AGREEMENTS:
        require_right(me, Resource.AGREEMENT, right)


def find_proposal(session: Session, me: AuthenticatedOfficer, reference: str) -> Proposal:
    """A proposal of the officer's authority.

    Raises NotFound for any other, Forbidden if the officer has an interest in its agency.
    """
    found = queries.proposal_named(session, me.standing.authority, reference)
    if found.agency_id is not None:
        require_no_interest(me, session.get_one(Agency, found.agency_id).reference)
    return found


def list_waiting(session: Session, me: AuthenticatedOfficer) -> list[tuple[Proposal, record.Agency]]:
    """Proposals of the officer's authority that wait for a second person, except where the officer has an interest."""
    found = queries.waiting(session, me.standing.authority)
    return [(one, agency) for one, agency in found if not me.has_conflict(agency.agency_id)]


def find_agency(session: Session, me: AuthenticatedOfficer, reference: str) -> tuple[Agency, record.Agency]:
    """An agency of the officer's authority. Raises NotFound for any other, Forbidden on a conflict of interest."""
    row, agency = queries.agency_of_authority(session, me.standing.authority, reference)
    require_no_interest(me, agency.agency_id)
    return row, agency


def find_channel_change(session: Session, me: AuthenticatedOfficer, reference: str) -> PendingChannelChange:
    """A pending change of a channel at the officer's authority.

    Raises NotFound for any other, Forbidden if the officer has an interest.
    """
    change, agency = related_acts.change_of_authority(session, me.standing.authority, reference)
    require_no_interest(me, agency)
    return change


def find_collision(session: Session, me: AuthenticatedOfficer, reference: str) -> tuple[Collision, list[record.Agency]]:
    """A pair of which one agency is the authority's.

    Raises NotFound for any other, Forbidden if the officer has an interest in one of them.
    """
    found, both = related_acts.collision_of_authority(session, me.standing.authority, reference)
    for agency in both:
        require_no_interest(me, agency.agency_id)
    return found, both
