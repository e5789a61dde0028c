"""Acts on referrals, by officers of the case's unit and by the partner that receives one."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from registry.complaints.casework.actions import Officer
from registry.complaints.casework.queries import named_agency_id
from registry.complaints.parties.referrals import actions, portal, queries
from registry.complaints.parties.referrals.content import Choice
from registry.http.complaint_services import sealer
from registry.officer_desk.acting import reference_in, require_no_interest
from registry.officer_desk.acts import ActCall, OfficerAct, OfficerActs, case_acts, no_arguments, with_sealer
from registry.officer_desk.case_acts import case_opened
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from schemas.referrals import (
    ReferralDeclineSchema,
    ReferralOverrideSchema,
    ReferralProposalSchema,
    ReferralReportInSchema,
)


def referral_opened(session: Session, me: AuthenticatedOfficer, reference: str) -> str:
    """The stored reference. Raises NotFound for another unit's, Forbidden where the officer has an interest."""
    found = reference_in(reference)
    require_no_interest(me, named_agency_id(sealer(), queries.case_behind(session, me.standing.unit, found)))
    return found


def _override(call: ActCall[Officer], legal_basis: str) -> object:
    return actions.override(
        call.session, sealer(), call.actor, call.reference, legal_basis, call.at, version=call.version
    )


ACTS = case_acts(
    Resource.REFERRAL,
    lambda session, me, _, reference: referral_opened(session, me, reference),
    OfficerAct(
        "consent", Act.PROPOSE, no_arguments(actions.find_consent), "recordReferralConsent",
        "Record that the complainant has consented since it was proposed.",
    ),
    OfficerAct(
        "override", Act.APPROVE, _override, "overrideReferral",
        """Refer without the complainant's consent.

        In a case of P0, by another than who proposed it, with the law that asks for it. Nothing overrides the
        complainant's consent to tell an authority in China.
        """,
        ReferralOverrideSchema,
    ),
    OfficerAct(
        "send", Act.PROPOSE, with_sealer(actions.send), "sendReferral", "Send a proposed referral, with its key, to the partner.",
    ),
    OfficerAct(
        "take-back", Act.PROPOSE, with_sealer(actions.take_back), "cancelReferral",
        "Cancel a referral that was not sent, or close one that was.",
    ),
)  # fmt: skip


def _propose(
    call: ActCall[Officer],
    partner: str,
    expires_on: date,
    answers: Sequence[str],
    messages: Sequence[str],
    files: Sequence[str],
    note: str = "",
    identity_said_in: str | None = None,
) -> str:
    return actions.propose(
        call.session, sealer(), call.actor, call.reference, partner, Choice(answers, messages, files), call.at,
        note=note, expires_on=expires_on, identity_said_in=identity_said_in or None, version=call.version,
    ).reference  # fmt: skip


IN_CASE = case_acts(
    Resource.REFERRAL,
    case_opened(Resource.REFERRAL),
    OfficerAct(
        "new", Act.PROPOSE, _propose, "proposeReferral",
        """Propose a referral: what of a case a partner is to read.

        It is copied and sealed now; that copy goes. Where the complainant agrees already, it is consented at once.
        Idempotent with an Idempotency-Key.
        """,
        ReferralProposalSchema, path="", form={"answers": "answer", "messages": "message", "files": "file"},
        drafts="referral",
    ),
)  # fmt: skip
"""What is done to a case."""


def _accept(call: ActCall[AuthenticatedOfficer]) -> object:
    unit, who = call.me.standing.unit, call.me.officer.reference
    return portal.accept(call.session, unit, who, call.reference, call.at, version=call.version)


def _decline(call: ActCall[AuthenticatedOfficer], reason: str) -> object:
    unit, who = call.me.standing.unit, call.me.officer.reference
    return portal.decline(call.session, sealer(), unit, who, call.reference, reason, call.at, version=call.version)


def _report(call: ActCall[AuthenticatedOfficer], text: str, *, is_done: bool) -> object:
    unit, who = call.me.standing.unit, call.me.officer.reference
    return portal.report(
        call.session, sealer(), unit, who, call.reference, text, call.at, is_done=is_done, version=call.version
    )  # fmt: skip


RECEIVED = OfficerActs(
    Resource.REFERRAL,
    lambda me, _: me,
    lambda _session, _me, _act, reference: reference_in(reference),
    (
        OfficerAct("accept", Act.ANSWER, _accept, "acceptReferral", "Take it on."),
        OfficerAct(
            "decline", Act.ANSWER, _decline, "declineReferral",
            "Decline a referral. It is closed to your organisation from then on.",
            ReferralDeclineSchema, is_shown_after=False,
        ),
        OfficerAct(
            "report", Act.ANSWER, _report, "reportReferral", "Report what was done about a referral; may be repeated.",
            ReferralReportInSchema, path="/reports", form={"is_done": "done"},
        ),
    ),
)  # fmt: skip
"""What a partner's own people do to a referral that was handed to their organisation."""
