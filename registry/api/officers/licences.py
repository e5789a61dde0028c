"""The licensing desk by the API: acts on licences by two persons, deposits, and lists that are held.

A preview says what an act would do before it is proposed or approved: the public record before and after, and who is told.
"""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.endpoints import Answered, act_view, officer_may, serve_acts
from registry.api.restx import Namespace, Resource
from registry.core.clock import now
from registry.http.responses import Answer, etag
from registry.http.schemas import response_schema, written_answer
from registry.officer_acts import licence_acts
from registry.officers import rights
from registry.officers.sessions import AuthenticatedOfficer
from registry.register.agencies import models, record
from registry.register.imports.models import PendingImport
from registry.register.imports.queries import lists_on_hold
from registry.supervision.collisions import actions, rules
from registry.supervision.licensing import deposits, drafting, proposals
from registry.supervision.licensing.models import DepositLine, Proposal
from registry.supervision.licensing.rules import ACTS
from registry.vocabulary.register import STATUSES
from registry.vocabulary.register import Answer as Recruits
from schemas import licensing

_PROPOSAL = licensing.LicenceProposalSchema.of(Proposal, computed=["agency_id"])
_LINE = licensing.DepositLineSchema.of(DepositLine)
_HELD_LIST = licensing.ListOnHoldSchema.of(PendingImport, computed=["source", "source_id", "overview"])

ns = Namespace("licences", path="/")

LICENCE, DEPOSIT, IMPORT = rights.Resource.LICENCE, rights.Resource.DEPOSIT, rights.Resource.IMPORT


def _proposal_answer(session: Session, me: AuthenticatedOfficer, proposal_id: str, _: object = None) -> Answer:
    found = licence_acts.find_proposal(session, me, proposal_id)
    return Answer(_proposal_payload(session, found), headers=(etag(found.version),))


def _proposal_payload(session: Session, proposal: Proposal) -> dict[str, Any]:
    agency = None if proposal.agency_id is None else session.get_one(models.Agency, proposal.agency_id).reference
    return _PROPOSAL.write(proposal, agency_id=agency)


PROPOSAL_ANSWERED = Answered(
    licensing.LicenceProposalSchema(), _proposal_answer, "/api/v1/licence-proposals/{proposal_id}"
)


@ns.route("/licence-proposals")
class Proposals(Resource):
    @officer_may(LICENCE, rights.Act.READ)
    @response_schema(licensing.LicenceProposalsSchema(), "listLicenceProposals", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List proposals that wait for a second person, the oldest first."""
        return Answer({"items": [_proposal_payload(session, one) for one, _ in licence_acts.list_waiting(session, me)]})

    post = act_view("/licence-proposals", licence_acts.LICENCE_ACTS, "propose", PROPOSAL_ANSWERED)


@ns.route("/licence-proposals/<proposal_id>")
class OneProposal(Resource):
    @officer_may(LICENCE, rights.Act.READ)
    @response_schema(licensing.LicenceProposalSchema(), "getLicenceProposal", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, proposal_id: str) -> Answer:
        """Read one proposal."""
        return _proposal_answer(session, me, proposal_id)


serve_acts(ns, "/licence-proposals/<proposal_id>", licence_acts.PROPOSALS, PROPOSAL_ANSWERED)


@ns.route("/deposits/<agency_id>")
class Deposit(Resource):
    @officer_may(DEPOSIT, rights.Act.READ)
    @response_schema(licensing.DepositLedgerSchema(), "getDeposit", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, agency_id: str) -> Answer:
        """Read an agency's deposit: its ledger, what is missing, and by when it is topped up."""
        row, agency = licence_acts.find_agency(session, me, agency_id)
        today, _ = drafting.today_of(session, me.standing.authority, now())
        found = deposits.ledger_view(session, row.id, agency, today)
        required = found.standing.required
        return Answer(
            {
                "agency_id": agency.agency_id,
                "currency": found.currency,
                "balance": f"{found.standing.balance:.2f}",
                "required": None if required is None else f"{required:.2f}",
                "shortfall": f"{found.standing.shortfall:.2f}",
                "top_up_by": found.standing.top_up_by,
                "lines": [_LINE.write(one) for one in found.lines],
            }
        )

    post = act_view(
        "/deposits/<agency_id>", licence_acts.DEPOSITS, "enter",
        Answered(
            licensing.DepositLineSchema(), lambda session, _me, made, _: written_answer(_LINE, deposits.line_named(session, made))
        ),
    )  # fmt: skip


serve_acts(
    ns, "/deposits/<agency_id>/lines/<line_id>", licence_acts.DEPOSIT_LINES,
    Answered(licensing.DepositLineSchema(), lambda _session, _me, _, line: written_answer(_LINE, line)),
)  # fmt: skip


@ns.route("/lists-on-hold")
class HeldLists(Resource):
    @officer_may(IMPORT, rights.Act.READ)
    @response_schema(licensing.ListsOnHoldSchema(), "listListsOnHold", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List readings of your authority's official lists that are held for a decision, the oldest first."""
        found = lists_on_hold(session, me.standing.authority)
        items = [
            _HELD_LIST.write(pending, source=source, source_id=source, overview=pending.overview)
            for pending, source in found
        ]
        return Answer({"items": items})


serve_acts(ns, "/lists-on-hold/<list_id>", licence_acts.HELD_LISTS)


previews = Namespace("licences", path="/")


@previews.route("/licence-previews")
class ActPreview(Resource):
    post = act_view(
        "/licence-previews", licence_acts.LICENCE_ACTS, "preview",
        Answered(licensing.LicencePreviewSchema(), lambda session, _me, _, draft: Answer(_preview_payload(session, draft))),
    )  # fmt: skip


@previews.route("/licence-proposals/<proposal_id>/preview")
class ProposalPreview(Resource):
    @officer_may(LICENCE, rights.Act.READ)
    @response_schema(licensing.LicencePreviewSchema(), "previewLicenceProposal", (404, 409), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, proposal_id: str) -> Answer:
        """Preview what a waiting proposal would change of the record as it stands now.

        409 where it fits no longer, or was decided. The ETag is the proposal's version, for `approveLicenceProposal`.
        """
        found = licence_acts.find_proposal(session, me, proposal_id)
        draft = proposals.waiting_draft(session, found, now())
        return Answer(_preview_payload(session, draft), headers=(etag(found.version),))


def _preview_payload(session: Session, draft: drafting.Draft) -> dict[str, Any]:
    found = licence_acts.preview_act(session, draft)
    # An agency that is not known yet gets its reference with the application.
    is_known = draft.before is not None
    return {
        "act": draft.act,
        "agency_id": draft.after.agency_id if is_known else None,
        "effective_on": draft.effective_on,
        "has_second": ACTS[draft.act].has_second,
        "licence": _previewed_licence(draft),
        "before": None if draft.before is None else _shown_record(draft.before, draft.today),
        "after": _shown_record(draft.after, draft.today),
        "told": {"addresses": found.addresses, "is_by_hand": not found.addresses},
        "likenesses": None if found.likenesses is None else _likenesses(found.likenesses),
    }


def _shown_record(agency: record.Agency, day: date) -> Any:
    return record.whole_agency(record.withhold(agency, day))


def _previewed_licence(draft: drafting.Draft) -> dict[str, Any] | None:
    if draft.licence_id is None:
        return None
    on = draft.effective_on
    before = draft.before
    is_there = before is not None and any(one.licence_id == draft.licence_id for one in before.licences)
    was = drafting.status_on(before, draft.licence_id, on) if before is not None and is_there else None
    becomes = drafting.status_on(draft.after, draft.licence_id, on)
    return {
        "licence_id": draft.licence_id if is_there else None,
        "status_before": was,
        "status_after": becomes,
        "may_recruit_before": STATUSES[was].recruit if was else Recruits.UNKNOWN,
        "may_recruit_after": STATUSES[becomes].recruit if becomes else Recruits.UNKNOWN,
    }


def _likenesses(found: actions.Compared) -> dict[str, Any]:
    items = [
        {
            "agency": record.agency_summary(one.agency),
            "signs": one.signs,
            "evidence": rules.evidence(one.findings),
            "has_lost": one.has_lost,
        }
        for one in found.found
    ]
    return {"items": items, "is_whole": found.is_whole}
