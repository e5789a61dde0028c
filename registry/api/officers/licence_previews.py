"""What an act on a licence would do, before it is proposed or approved: the public record before and after, and who is told."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.acts import Answered, act_view
from registry.api.officers.guard import officer_may
from registry.api.restx import Namespace, Resource
from registry.core.clock import now
from registry.http.responses import Answer, etag
from registry.http.schemas import request_schema, response_schema
from registry.officer_desk.licence_acts import LICENCE_ACTS
from registry.officer_desk.licensing import find_proposal, previewed
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import AuthenticatedOfficer
from registry.register.agencies import record
from registry.register.agencies.record import agency_summary, whole_agency
from registry.supervision.collisions.applicants import Compared
from registry.supervision.licensing import proposals
from registry.supervision.licensing.drafting import Draft, status_on
from registry.supervision.licensing.rules import ACTS
from registry.vocabulary.register import STATUSES
from registry.vocabulary.register import Answer as Recruits
from schemas.licence_previews import LicencePreviewSchema

ns = Namespace("licences", path="/")

LICENCE = rights.Resource.LICENCE


@ns.route("/licence-previews")
class ActPreview(Resource):
    post = act_view(
        "/licence-previews", LICENCE_ACTS, LICENCE_ACTS["preview"],
        Answered(LicencePreviewSchema(), lambda session, _me, _, draft: Answer(_payload(session, draft))),
    )  # fmt: skip


@ns.route("/licence-proposals/<proposal_id>/preview")
class ProposalPreview(Resource):
    @officer_may(LICENCE, Act.READ)
    @request_schema()
    @response_schema(LicencePreviewSchema(), "previewLicenceProposal", (404, 409), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, proposal_id: str) -> Answer:
        """Preview what a waiting proposal would change of the record as it stands now.

        409 where it fits no longer, or was decided. The ETag is the proposal's version, for `approveLicenceProposal`.
        """
        found = find_proposal(session, me, proposal_id)
        draft = proposals.waiting_draft(session, found, now())
        return Answer(_payload(session, draft), headers=(etag(found.version),))


def _payload(session: Session, draft: Draft) -> dict[str, Any]:
    found = previewed(session, draft)
    # An agency that is not known yet gets its reference with the application.
    is_known = draft.before is not None
    return {
        "act": draft.act,
        "agency_id": draft.after.agency_id if is_known else None,
        "effective_on": draft.effective_on,
        "has_second": ACTS[draft.act].has_second,
        "licence": _licence(draft),
        "before": None if draft.before is None else _record(draft.before, draft.today),
        "after": _record(draft.after, draft.today),
        "told": {"addresses": found.addresses, "is_by_hand": not found.addresses},
        "likenesses": None if found.likenesses is None else _likenesses(found.likenesses),
    }


def _record(agency: record.Agency, day: date) -> Any:
    return whole_agency(record.withhold(agency, day))


def _licence(draft: Draft) -> dict[str, Any] | None:
    if draft.licence_id is None:
        return None
    on = draft.effective_on
    before = draft.before
    is_there = before is not None and any(one.licence_id == draft.licence_id for one in before.licences)
    was = status_on(before, draft.licence_id, on) if before is not None and is_there else None
    becomes = status_on(draft.after, draft.licence_id, on)
    return {
        "licence_id": draft.licence_id if is_there else None,
        "status_before": was,
        "status_after": becomes,
        "may_recruit_before": STATUSES[was].recruit if was else Recruits.UNKNOWN,
        "may_recruit_after": STATUSES[becomes].recruit if becomes else Recruits.UNKNOWN,
    }


def _likenesses(found: Compared) -> dict[str, Any]:
    items = [
        {"agency": agency_summary(one.agency), "signs": one.signs, "evidence": one.evidence, "has_lost": one.has_lost}
        for one in found.found
    ]
    return {"items": items, "is_whole": found.is_whole}
