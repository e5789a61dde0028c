"""Acts on hearings, by officers of the case's unit and by the agency that is heard."""

from collections.abc import Callable
from datetime import date

from sqlalchemy.orm import Session

from registry.complaints.casework.actions import Officer
from registry.complaints.casework.queries import named_agency_id
from registry.complaints.parties.hearings import actions, after_answer, portal, queries
from registry.complaints.parties.hearings.models import Hearing
from registry.http.complaint_services import sealer
from registry.officer_desk.acting import reference_in, require_no_interest
from registry.officer_desk.acts import ActCall, OfficerAct, OfficerActs, case_acts, with_sealer
from registry.officer_desk.agency_picker import picked_agency
from registry.officer_desk.case_acts import case_opened
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from schemas.hearings import (
    AllegationSchema,
    HearingAnswerSchema,
    HearingApprovalSchema,
    HearingDraftSchema,
    HearingLongerAskedSchema,
    HearingLongerSchema,
    HearingOutcomeSchema,
    HearingReasonSchema,
    HearingServiceSchema,
)


def hearing_opened(session: Session, me: AuthenticatedOfficer, reference: str) -> str:
    """The stored reference. Raises NotFound for another unit's, Forbidden where the officer has an interest."""
    found = reference_in(reference)
    case = queries.case_behind(session, me.standing.unit, found)
    for agency in (named_agency_id(sealer(), case), queries.accused(session, case, found)):
        require_no_interest(me, agency)
    return found


def _edit(
    call: ActCall[Officer],
    allegation: str,
    could_complain: int | None = None,
    language: str | None = None,
    translation: str = "",
) -> object:
    return actions.edit(
        call.session, sealer(), call.actor, call.reference, allegation, call.at,
        could_complain=could_complain, language=language or "", translation=translation, version=call.version,
    )  # fmt: skip


def _send_back(call: ActCall[Officer], reason: str) -> object:
    return actions.send_back(call.session, sealer(), call.actor, call.reference, reason, call.at, version=call.version)


def _approve(call: ActCall[Officer], reason: str = "") -> object:
    return actions.approve(
        call.session, sealer(), call.actor, call.reference, call.at, reason=reason, version=call.version
    )


def _serve(call: ActCall[Officer], answer_by: date) -> object:
    return actions.serve(call.session, sealer(), call.actor, call.reference, answer_by, call.at, version=call.version)


def _give_longer(call: ActCall[Officer], answer_by: date, reason: str) -> object:
    return after_answer.give_longer(
        call.session, sealer(), call.actor, call.reference, answer_by, reason, call.at, version=call.version
    )


def _tell_outcome(
    call: ActCall[Officer], outcome: str, object_days: int | None, language: str | None = None, translation: str = ""
) -> object:
    return after_answer.notify_outcome(
        call.session, sealer(), call.actor, call.reference, outcome, object_days or 0, call.at,
        language=language or "", translation=translation, version=call.version,
    )  # fmt: skip


def _told_or_waits(hearing: object) -> str:
    return "sendHearingOutcome" if isinstance(hearing, Hearing) and hearing.told_on else "outcome_waits"


ACTS = case_acts(
    Resource.HEARING,
    lambda session, me, _, reference: hearing_opened(session, me, reference),
    OfficerAct(
        "edit", Act.PROPOSE, _edit, "editHearing",
        """Edit the draft of a hearing.

        Only its author may, so that it is known who the second person is.
        """,
        AllegationSchema, method="put", path="",
    ),
    OfficerAct(
        "hand-in", Act.PROPOSE, with_sealer(actions.hand_in), "submitHearing",
        "Submit a draft for another person's check against reprisals.",
    ),
    OfficerAct(
        "send-back", Act.APPROVE, _send_back, "returnHearing", "Return a draft that could reveal who complained.",
        HearingReasonSchema, form={"reason": "back"},
    ),
    OfficerAct(
        "approve", Act.APPROVE, _approve, "approveHearing",
        """Approve another officer's draft: it does not reveal who complained.

        Where few could have complained, say why it may go.
        """,
        HearingApprovalSchema,
    ),
    OfficerAct(
        "serve", Act.PROPOSE, _serve, "serveHearing",
        """Serve an approved hearing on the agency, with a day by which it may answer.

        Its case is `agency_hearing` from now on.
        """,
        HearingServiceSchema,
    ),
    OfficerAct(
        "close", Act.PROPOSE, with_sealer(actions.close), "closeHearing",
        """Close a hearing that was answered or lapsed, or cancel another.

        The agency reads it no longer.
        """,
    ),
    OfficerAct(
        "longer", Act.PROPOSE, _give_longer, "extendHearing",
        "Extend the deadline to answer, on the agency's request or your own judgement.",
        HearingLongerSchema,
    ),
    OfficerAct(
        "tell", Act.PROPOSE, _tell_outcome, "sendHearingOutcome",
        """Tell the agency the outcome, and until when it may object.

        Once, while the worker agrees that it is spoken to. In a language that no one there reads it waits for a translator.
        """,
        HearingOutcomeSchema, path="/outcome", done=_told_or_waits,
    ),
)  # fmt: skip


def _draft(
    call: ActCall[Officer],
    allegation: str,
    could_complain: int | None = None,
    agency_id: str | None = None,
    language: str | None = None,
    translation: str = "",
) -> str:
    agency = picked_agency(call.session, agency_id) if agency_id and agency_id.strip() else None
    require_no_interest(call.me, agency)
    return actions.draft(
        call.session, sealer(), call.actor, call.reference, allegation, call.at,
        agency=agency, could_complain=could_complain, language=language or "", translation=translation, version=call.version,
    ).reference  # fmt: skip


IN_CASE = case_acts(
    Resource.HEARING,
    case_opened(Resource.HEARING),
    OfficerAct(
        "new", Act.PROPOSE, _draft, "draftHearing",
        """Draft a hearing: what an agency is to be asked.

        While the worker agrees that it is spoken to, and one hearing of a case at a time. In a language that no one at
        the agency reads it is approved only with a translation. Idempotent with an
        Idempotency-Key.
        """,
        HearingDraftSchema, path="", form={"agency_id": "agency"}, drafts="hearing",
    ),
)  # fmt: skip
"""What is done to a case."""


def _written(write: Callable[..., object]) -> Callable[..., object]:
    """How an act of the agency is done: with what it wrote."""

    def run(call: ActCall[AuthenticatedOfficer], text: str) -> object:
        unit, who = call.me.standing.unit, call.me.officer.reference
        return write(call.session, sealer(), unit, who, call.reference, text, call.at, version=call.version)

    return run


ANSWERS = OfficerActs(
    Resource.HEARING,
    lambda me, _: me,
    lambda _session, _me, _act, reference: reference_in(reference),
    (
        OfficerAct(
            "keep", Act.ANSWER, _written(portal.save_draft_answer), "saveHearingAnswer", "Save an unfinished answer.",
            HearingAnswerSchema, method="put", path="/draft",
        ),
        OfficerAct(
            "answer", Act.ANSWER, _written(portal.answer), "answerHearing", "Submit the answer, which is final.",
            HearingAnswerSchema,
        ),
        OfficerAct(
            "longer", Act.ANSWER, _written(portal.ask_longer), "requestHearingExtension",
            """Request a later deadline to answer.

            The last day stays until the authority sets another.
            """,
            HearingLongerAskedSchema, form={"text": "longer"},
        ),
        OfficerAct(
            "object", Act.ANSWER, _written(portal.object_to), "objectToOutcome",
            "Object to the outcome, once and until the day that you were told.",
            HearingAnswerSchema, path="/objection", form={"text": "objection"},
        ),
    ),
)  # fmt: skip
"""What the agency's own people do to a hearing that was served to it."""
