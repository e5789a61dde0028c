"""Acts on requests about an agency's entry: licensing officers decide, the agency's own people withdraw."""

from sqlalchemy.orm import Session

from registry.officer_desk.acting import reference_in, require_no_interest
from registry.officer_desk.acts import Doing, OfficerAct, OfficerActs
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.supervision.entries import decisions as deciding
from registry.supervision.entries import queries
from registry.supervision.entries import requests as entry_requests
from registry.supervision.entries.decisions import EntryOfficial
from registry.supervision.entries.models import EntryRequest
from registry.supervision.entries.requests import Rep
from schemas.entries import EntryAnswerSchema, EntryDecisionSchema


def official(me: AuthenticatedOfficer) -> EntryOfficial:
    """The officer present as entries know officers of an authority."""
    return EntryOfficial(me.officer.reference, me.standing.authority)


def representative(session: Session, me: AuthenticatedOfficer) -> Rep:
    """The officer present as one of the agency's own people. Raises NotFound where the unit is no agency's."""
    return Rep(me.officer.reference, queries.agency_of_unit(session, me.standing.unit))


def request_opened(session: Session, me: AuthenticatedOfficer, reference: str) -> EntryRequest:
    """A request about an entry. Raises NotFound for another authority's, Forbidden on a conflict of interest."""
    found = queries.request_named(session, official(me), reference_in(reference))
    require_no_interest(me, found.agency)
    return found


def _decide(on: Doing[EntryOfficial], answer: str, warning: str = "", *, is_accepted: bool) -> object:
    return deciding.decide(
        on.session, on.officer, on.reference, answer, on.at,
        is_accepted=is_accepted, warning=warning, version=on.version,
    )  # fmt: skip


def _take_down(on: Doing[EntryOfficial], answer: str) -> object:
    return deciding.take_down(on.session, on.officer, on.reference, answer, on.at, version=on.version)


_DECIDING = """Decide a request of an agency, with a reason that it reads.

Correct the entry first, by your own acts: deciding takes the mark away. Accepting a clone report puts `warning` on the
entry, accepting a reply shows it.
"""

ACTS = OfficerActs(
    Resource.ENTRY,
    lambda me, _: official(me),
    lambda session, me, _, reference: request_opened(session, me, reference).reference,
    (
        OfficerAct(
            "decide", Act.APPROVE, _decide, "decideEntryRequest",
            _DECIDING,
            EntryDecisionSchema, form={"is_accepted": "decision"},
        ),
        OfficerAct(
            "take-down", Act.APPROVE, _take_down, "takeDownReply", "Take down an agency's reply, with a reason.",
            EntryAnswerSchema,
        ),
    ),
)  # fmt: skip


def _take_back(on: Doing[AuthenticatedOfficer]) -> object:
    rep = representative(on.session, on.me)
    return entry_requests.take_back(on.session, rep, on.reference, on.at, version=on.version)


OWN = OfficerActs(
    Resource.ENTRY,
    lambda me, _: me,
    lambda _session, _me, _act, reference: reference_in(reference),
    (
        OfficerAct(
            "withdraw", Act.PROPOSE, _take_back, "withdrawEntryRequest",
            "Withdraw a request of your agency, or its published reply.",
        ),
    ),
)  # fmt: skip
"""What an agency's own people do to what they asked."""
