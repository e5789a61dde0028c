"""Acts on hearings, by officers of the case's unit and by the agency that is heard."""

from typing import Any

from sqlalchemy.orm import Session

from registry.complaints.casework.actions import Officer
from registry.complaints.casework.queries import agencies_of
from registry.complaints.parties.hearings import actions, content, outcome, portal, queries, rules
from registry.complaints.parties.models import Hearing
from registry.complaints.parties.steps import find_case, require_of_case
from registry.http.complaint_services import sealer
from registry.officer_acts.acts import OfficerAct, OfficerActCall, calling_sealed, case_acts, party_acts
from registry.officer_acts.agency_picker import picked_agency
from registry.officer_acts.case_acts import case_finder
from registry.officer_acts.permissions import officer_call, reference_in, require_no_interest
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from schemas import hearings


def find_hearing(session: Session, me: AuthenticatedOfficer, reference: str) -> str:
    """The stored reference. Raises NotFound for another unit's, Forbidden where the officer has an interest."""
    found = reference_in(reference)
    case = find_case(session, Hearing, me.standing.unit, found)
    require_no_interest(me, *agencies_of(sealer(), case), require_of_case(session, Hearing, case, found).agency)
    return found


def read_hearing(session: Session, me: AuthenticatedOfficer, reference: str) -> queries.HearingView:
    """A hearing with the moves open to the officer present. Audited. Raises NotFound."""
    roles = ((rules.By.OFFICER, Act.PROPOSE), (rules.By.CHECKER, Act.APPROVE))
    by = [one for one, act in roles if me.standing.may(Resource.HEARING, act)]
    return queries.hearing_view(officer_call(session, me, Resource.HEARING, Act.READ), sealer(), reference, by)


def _told_or_waits(hearing: object) -> str:
    return "sendHearingOutcome" if isinstance(hearing, Hearing) and hearing.told_on else "outcome_waits"


ACTS = case_acts(
    Resource.HEARING,
    lambda session, me, _, reference: find_hearing(session, me, reference),
    OfficerAct(
        "edit", Act.PROPOSE, calling_sealed(actions.edit, content.Allegation), "editHearing",
        """Edit the draft of a hearing.

        Only its author may, so that it is known who the second person is.
        """,
        hearings.AllegationSchema, method="put", path="",
    ),
    OfficerAct(
        "hand-in", Act.PROPOSE, calling_sealed(actions.hand_in), "submitHearing",
        "Submit a draft for another person's check against reprisals.",
    ),
    OfficerAct(
        "send-back", Act.APPROVE, calling_sealed(actions.send_back), "returnHearing",
        "Return a draft that could reveal who complained.",
        hearings.HearingReasonSchema, form={"reason": "back"},
    ),
    OfficerAct(
        "approve", Act.APPROVE, calling_sealed(actions.approve), "approveHearing",
        """Approve another officer's draft: it does not reveal who complained.

        Where few could have complained, say why it may go.
        """,
        hearings.HearingApprovalSchema,
    ),
    OfficerAct(
        "serve", Act.PROPOSE, calling_sealed(actions.serve), "serveHearing",
        """Serve an approved hearing on the agency, with a day by which it may answer.

        Its case is `agency_hearing` from now on.
        """,
        hearings.HearingServiceSchema,
    ),
    OfficerAct(
        "close", Act.PROPOSE, calling_sealed(actions.close), "closeHearing",
        """Close a hearing that was answered or lapsed, or cancel another.

        The agency reads it no longer.
        """,
        is_final=True,
    ),
    OfficerAct(
        "longer", Act.PROPOSE, calling_sealed(actions.extend), "extendHearing",
        "Extend the deadline to answer, on the agency's request or your own judgement.",
        hearings.HearingLongerSchema,
    ),
    OfficerAct(
        "tell", Act.PROPOSE, calling_sealed(outcome.notify_outcome, outcome.Outcome), "sendHearingOutcome",
        """Tell the agency the outcome, and until when it may object.

        Once, while the worker agrees that it is spoken to. In a language that no one there reads it waits for a translator.
        """,
        hearings.HearingOutcomeSchema, path="/outcome", done=_told_or_waits,
    ),
)  # fmt: skip


def _draft(call: OfficerActCall[Officer], agency_id: str | None = None, **written: Any) -> str:
    agency = picked_agency(call.session, agency_id) if agency_id and agency_id.strip() else None
    require_no_interest(call.me, agency)
    return actions.draft(call, sealer(), call.reference, content.Allegation(**written), agency).reference


IN_CASE = case_acts(
    Resource.HEARING,
    case_finder(Resource.HEARING),
    OfficerAct(
        "new", Act.PROPOSE, _draft, "draftHearing",
        """Draft a hearing: what an agency is to be asked.

        While the worker agrees that it is spoken to, and one hearing of a case at a time. In a language that no one at
        the agency reads it is approved only with a translation. Idempotent with an
        Idempotency-Key.
        """,
        hearings.HearingDraftSchema, path="", form={"agency_id": "agency"}, drafts="hearing",
    ),
)  # fmt: skip
"""What is done to a case."""


ANSWERS = party_acts(
    Resource.HEARING,
    OfficerAct(
        "keep", Act.ANSWER, calling_sealed(portal.save_draft_answer), "saveHearingAnswer", "Save an unfinished answer.",
        hearings.HearingAnswerSchema, method="put", path="/draft",
    ),
    OfficerAct(
        "answer", Act.ANSWER, calling_sealed(portal.answer), "answerHearing", "Submit the answer, which is final.",
        hearings.HearingAnswerSchema, is_final=True,
    ),
    OfficerAct(
        "longer", Act.ANSWER, calling_sealed(portal.request_extension), "requestHearingExtension",
        """Request a later deadline to answer.

        The last day stays until the authority sets another.
        """,
        hearings.HearingLongerAskedSchema, form={"text": "longer"},
    ),
    OfficerAct(
        "object", Act.ANSWER, calling_sealed(portal.object_to), "objectToOutcome",
        "Object to the outcome, once and until the day that you were told.",
        hearings.HearingAnswerSchema, path="/objection", form={"text": "objection"},
        is_final=True,
    ),
)  # fmt: skip
"""What the agency's own people do to a hearing that was served to it."""
