"""Acts on referrals, by officers of the case's unit and by the partner that receives one."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from registry.complaints.casework.actions import Officer
from registry.complaints.casework.queries import agencies_of
from registry.complaints.parties import models, steps
from registry.complaints.parties.referrals import actions, content, portal, queries
from registry.http.act_tables import calling
from registry.http.complaint_services import sealer
from registry.officer_acts.acts import OfficerAct, OfficerActCall, calling_sealed, case_acts, party_acts
from registry.officer_acts.case_acts import case_finder
from registry.officer_acts.permissions import officer_call, reference_in, require_no_interest
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from schemas import referrals


def find_referral(session: Session, me: AuthenticatedOfficer, reference: str) -> str:
    """The stored reference. Raises NotFound for another unit's, Forbidden where the officer has an interest."""
    found = reference_in(reference)
    require_no_interest(me, *agencies_of(sealer(), steps.find_case(session, models.Referral, me.standing.unit, found)))
    return found


def read_referral(session: Session, me: AuthenticatedOfficer, reference: str) -> queries.ReferralView:
    """A referral, read in the role that may do most with it, so that every permitted move is offered. Audited.

    Raises NotFound.
    """
    act = Act.APPROVE if me.standing.may(Resource.REFERRAL, Act.APPROVE) else Act.READ
    return queries.referral_view(officer_call(session, me, Resource.REFERRAL, act), sealer(), reference)


ACTS = case_acts(
    Resource.REFERRAL,
    lambda session, me, _, reference: find_referral(session, me, reference),
    OfficerAct(
        "consent", Act.PROPOSE, calling(actions.record_consent), "recordReferralConsent",
        "Record that the complainant has consented since it was proposed.",
    ),
    OfficerAct(
        "override", Act.APPROVE, calling_sealed(actions.override), "overrideReferral",
        """Refer without the complainant's consent.

        In a case of P0, by another than who proposed it, with the law that asks for it. Nothing overrides the
        complainant's consent to tell an authority in China.
        """,
        referrals.ReferralOverrideSchema,
    ),
    OfficerAct(
        "send", Act.PROPOSE, calling_sealed(actions.send), "sendReferral",
        "Send a proposed referral, with its key, to the partner.",
        is_final=True,
    ),
    OfficerAct(
        "take-back", Act.PROPOSE, calling_sealed(actions.take_back), "cancelReferral",
        "Cancel a referral that was not sent, or close one that was.",
    ),
)  # fmt: skip


def _propose(
    call: OfficerActCall[Officer],
    answers: Sequence[str],
    messages: Sequence[str],
    files: Sequence[str],
    **proposal: Any,
) -> str:
    choice = content.Choice(answers, messages, files)
    return actions.propose(call, sealer(), call.reference, actions.Proposal(choice=choice, **proposal)).reference


IN_CASE = case_acts(
    Resource.REFERRAL,
    case_finder(Resource.REFERRAL),
    OfficerAct(
        "new", Act.PROPOSE, _propose, "proposeReferral",
        """Propose a referral: what of a case a partner is to read.

        It is copied and sealed now; that copy goes. Where the complainant agrees already, it is consented at once.
        Idempotent with an Idempotency-Key.
        """,
        referrals.ReferralProposalSchema, path="", form={"answers": "answer", "messages": "message", "files": "file"},
        drafts="referral",
    ),
)  # fmt: skip
"""What is done to a case."""


RECEIVED = party_acts(
    Resource.REFERRAL,
    OfficerAct("accept", Act.ANSWER, calling(portal.accept), "acceptReferral", "Take it on."),
    OfficerAct(
        "decline", Act.ANSWER, calling_sealed(portal.decline), "declineReferral",
        "Decline a referral. It is closed to your organisation from then on.",
        referrals.ReferralDeclineSchema, is_shown_after=False,
    ),
    OfficerAct(
        "report", Act.ANSWER, calling_sealed(portal.report), "reportReferral",
        "Report what was done about a referral; may be repeated.",
        referrals.ReferralReportInSchema, path="/reports", form={"is_done": "done"},
    ),
)  # fmt: skip
"""What a partner's own people do to a referral that was handed to their organisation."""
