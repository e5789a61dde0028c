"""Acts on requests about an agency's entry: licensing officers decide, the agency's own people withdraw."""

from sqlalchemy.orm import Session

from registry.complaints.case import units
from registry.core.calls import Call
from registry.core.clock import day_at
from registry.http.act_tables import calling
from registry.http.complaint_services import sealer
from registry.officer_acts.acts import OfficerAct, OfficerActCall, acts_of
from registry.officer_acts.agency_picker import picked_agency
from registry.officer_acts.permissions import reference_in, require_no_interest
from registry.officers.models import OfficerChange
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.supervision.entries import actions, models, queries
from registry.vocabulary.register import Language
from schemas.entries import AgencyInvitationSchema, EntryAnswerSchema, EntryDecisionSchema


def official(me: AuthenticatedOfficer) -> actions.EntryOfficial:
    """The officer present as entries know officers of an authority."""
    return actions.EntryOfficial(me.officer.reference, me.standing.authority)


def representative(session: Session, me: AuthenticatedOfficer) -> actions.Rep:
    """The officer present as one of the agency's own people. Raises NotFound where the unit is no agency's."""
    return actions.Rep(me.officer.reference, queries.agency_of_unit(session, me.standing.unit))


def find_request(session: Session, me: AuthenticatedOfficer, reference: str) -> models.EntryRequest:
    """A request about an entry. Raises NotFound for another authority's, Forbidden on a conflict of interest."""
    found = queries.request_named(session, official(me), reference_in(reference))
    require_no_interest(me, found.agency)
    return found


_DECIDING = """Decide a request of an agency, with a reason that it reads.

Correct the entry first, by your own acts: deciding takes the mark away. Accepting a clone report puts `warning` on the
entry, accepting a reply shows it.
"""

ACTS = acts_of(
    Resource.ENTRY,
    lambda me, _: official(me),
    lambda session, me, _, reference: find_request(session, me, reference).reference,
    OfficerAct(
        "decide", Act.APPROVE, calling(actions.decide), "decideEntryRequest",
        _DECIDING,
        EntryDecisionSchema, form={"is_accepted": "decision"},
    ),
    OfficerAct(
        "take-down", Act.APPROVE, calling(actions.take_down), "takeDownReply",
        "Take down an agency's reply, with a reason.",
        EntryAnswerSchema,
    ),
)  # fmt: skip


def _take_back(call: OfficerActCall[AuthenticatedOfficer]) -> object:
    rep = representative(call.session, call.me)
    return actions.take_back(Call(call.session, rep, call.at, call.version), call.reference)


OWN = acts_of(
    Resource.ENTRY, lambda me, _: me, lambda _session, _me, _act, reference: reference_in(reference),
    OfficerAct(
        "withdraw", Act.PROPOSE, _take_back, "withdrawEntryRequest",
        "Withdraw a request of your agency, or its published reply.",
    ),
)  # fmt: skip
"""What an agency's own people do to what they asked."""


def find_invitation(session: Session, me: AuthenticatedOfficer, reference: str) -> tuple[OfficerChange, str]:
    """An invitation and its agency. Raises NotFound for another authority's, Forbidden on a conflict of interest."""
    change, agency = actions.invitation_named(session, official(me), reference_in(reference))
    require_no_interest(me, agency)
    return change, agency


def _invite(
    call: OfficerActCall[actions.EntryOfficial], agency_id: str, name: str, email: str, language: Language
) -> str:
    agency = picked_agency(call.session, agency_id, "agency_id")
    require_no_interest(call.me, agency)
    actions.require_own(call.session, call.actor, agency)
    unit = units.agency_unit(call.session, sealer(), agency, day_at(call.at, None))
    return actions.invite(call, unit, name, email, language).reference


INVITATIONS = acts_of(
    Resource.ENTRY, ACTS.officer_of, lambda _session, me, _act: me.standing.authority or "",
    OfficerAct(
        "invite", Act.APPROVE, _invite, "inviteAgencyPerson",
        """Propose an account for a person of an agency of your authority.

        No one is invited until another officer approves it (`approveAgencyInvitation`). Idempotent with an
        Idempotency-Key.
        """,
        AgencyInvitationSchema, path="", page="", form={"agency_id": "agency"}, drafts="agency invitation",
        is_versioned=False,
    ),
)  # fmt: skip

INVITED = acts_of(
    Resource.ENTRY, ACTS.officer_of, lambda session, me, _, reference: find_invitation(session, me, reference)[0].reference,
    OfficerAct(
        "approve", Act.APPROVE, calling(actions.approve_invitation), "approveAgencyInvitation",
        """Approve another officer's invitation of a person of an agency.

        The answer has the code with which that person joins: shown this once, and handed over in person.
        """,
        is_versioned=False,
    ),
    OfficerAct(
        "refuse", Act.APPROVE, calling(actions.refuse_invitation), "refuseAgencyInvitation",
        "Refuse an invitation of a person of an agency. Its proposer takes it back so.",
        is_shown_after=False, is_versioned=False,
    ),
)  # fmt: skip
