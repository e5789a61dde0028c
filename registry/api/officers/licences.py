"""The licensing desk by the API: acts on licences by two persons, deposits, and lists that are held."""

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from typing import Any

from sqlalchemy.orm import Session

from registry.api.idempotency import claim
from registry.api.officers.acts import Answered, serve_acts
from registry.api.officers.guard import etag, officer_may
from registry.api.restx import Namespace, Resource
from registry.core.clock import now
from registry.http.query_reader import IdempotencyKey
from registry.http.responses import Answer
from registry.http.schemas import no_content_response, request_schema, response_schema
from registry.officer_desk.acting import require_no_interest
from registry.officer_desk.licence_acts import DEPOSIT_LINES, PROPOSALS
from registry.officer_desk.licensing import agency_opened, official, proposal_opened, require_act, waiting_for
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import AuthenticatedOfficer
from registry.register.agencies.models import Agency
from registry.register.imports import queries as imports
from registry.supervision.licensing import proposals, related_acts
from registry.supervision.licensing.deposits import actions as deposits
from registry.supervision.licensing.deposits import queries as ledgers
from registry.supervision.licensing.deposits.models import DepositLine
from registry.supervision.licensing.drafting import today_of
from registry.supervision.licensing.models import Proposal
from registry.vocabulary.licensing import DepositLineKind, LicenceAct
from registry.vocabulary.register import DepositUse
from schemas.licensing import (
    DepositEntrySchema,
    DepositLedgerSchema,
    DepositLineSchema,
    HeldListsSchema,
    LicenceActSubmissionSchema,
    LicenceProposalSchema,
    LicenceProposalsSchema,
)

ns = Namespace("licences", path="/")

LICENCE, DEPOSIT, IMPORT = rights.Resource.LICENCE, rights.Resource.DEPOSIT, rights.Resource.IMPORT


@ns.route("/licence-proposals")
class Proposals(Resource):
    @officer_may(LICENCE, Act.READ)
    @request_schema()
    @response_schema(LicenceProposalsSchema(), "listLicenceProposals", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List proposals that wait for a second person, the oldest first."""
        return Answer({"items": [_payload(session, one) for one, _ in waiting_for(session, me)]})

    @officer_may(LICENCE, Act.PROPOSE)
    @request_schema(LicenceActSubmissionSchema(), body=True, idempotent=True)
    @response_schema(
        LicenceProposalSchema(),
        "proposeLicenceAct",
        (404, 409, 413, 415),
        status=HTTPStatus.CREATED,
        location="/api/v1/licence-proposals/{proposal_id}",
    )
    def post(
        self,
        session: Session,
        me: AuthenticatedOfficer,
        act: LicenceAct,
        legal_ground: str,
        effective_on: date,
        stated: Mapping[str, Any],
        idempotency_key: IdempotencyKey | None,
        about: str | None = None,
    ) -> Answer:
        """Propose an act on a licence, agreement or intermediary.

        Nothing changes until another approves it (`approveLicenceProposal`). An application, and what the holder gives
        up, needs no second person and is published at once. `previewLicenceAct` shows what it would change.
        """
        require_act(me, act, Act.PROPOSE)
        claim(session, "proposal", f"officer {me.officer.reference}", idempotency_key)
        made = proposals.propose(
            session, official(me), act, about, stated, now(), legal_ground=legal_ground, effective_on=effective_on
        )
        require_no_interest(me, _agency_id(session, made))
        return _answered(session, made)


@ns.route("/licence-proposals/<proposal_id>")
class OneProposal(Resource):
    @officer_may(LICENCE, Act.READ)
    @request_schema()
    @response_schema(LicenceProposalSchema(), "getLicenceProposal", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, proposal_id: str) -> Answer:
        """Read one proposal."""
        return _answered(session, proposal_opened(session, me, proposal_id))


serve_acts(
    ns, "/licence-proposals/<proposal_id>", PROPOSALS,
    Answered(LicenceProposalSchema(), lambda session, _me, _, proposal: _answered(session, proposal)),
)  # fmt: skip


@ns.route("/deposits/<agency_id>")
class Deposit(Resource):
    @officer_may(DEPOSIT, Act.READ)
    @request_schema()
    @response_schema(DepositLedgerSchema(), "getDeposit", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, agency_id: str) -> Answer:
        """Read an agency's deposit: its ledger, what is missing, and by when it is topped up."""
        row, agency = agency_opened(session, me, agency_id)
        today, _ = today_of(session, me.standing.authority, now())
        found = ledgers.ledger_view(session, row.id, agency, today)
        required = found.standing.required
        return Answer(
            {
                "agency_id": agency.agency_id,
                "currency": found.currency,
                "balance": f"{found.standing.balance:.2f}",
                "required": None if required is None else f"{required:.2f}",
                "shortfall": f"{found.standing.shortfall:.2f}",
                "top_up_by": found.standing.top_up_by,
                "lines": [_line_payload(one) for one in found.lines],
            }
        )

    @officer_may(DEPOSIT, Act.PROPOSE)
    @request_schema(DepositEntrySchema(), body=True, idempotent=True)
    @response_schema(DepositLineSchema(), "enterDepositLine", (404, 409, 413, 415), status=HTTPStatus.CREATED)
    def post(
        self,
        session: Session,
        me: AuthenticatedOfficer,
        agency_id: str,
        kind: DepositLineKind,
        note: str,
        happened_on: date,
        idempotency_key: IdempotencyKey | None,
        amount: str = "",
        currency: str = "",
        use: DepositUse | None = None,
        reverses: str | None = None,
        held_as: str | None = None,
        held_by: str | None = None,
    ) -> Answer:
        """Add a line to the ledger of a deposit.

        Money that came in counts at once; a draw or a reversal waits for a second person.
        """
        agency_opened(session, me, agency_id)
        claim(session, "line", f"officer {me.officer.reference}", idempotency_key)
        line = deposits.enter(
            session,
            official(me),
            agency_id,
            kind,
            now(),
            amount=amount,
            currency=currency,
            happened_on=happened_on,
            note=note,
            use=use,
            reverses=reverses,
            form=held_as,
            held_by=held_by,
        )
        return Answer(_line_payload(line), headers=(etag(line.version),))


def _line_answered(_session: Session, _me: AuthenticatedOfficer, _: str, line: DepositLine) -> Answer:
    return Answer(_line_payload(line), headers=(etag(line.version),))


serve_acts(ns, "/deposits/<agency_id>/lines/<line_id>", DEPOSIT_LINES, Answered(DepositLineSchema(), _line_answered))


@ns.route("/held-lists")
class HeldLists(Resource):
    @officer_may(IMPORT, Act.READ)
    @request_schema()
    @response_schema(HeldListsSchema(), "listHeldLists", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List readings of your authority's official lists that are held for a decision, the oldest first."""
        found = imports.lists_on_hold(session, me.standing.authority)
        items = [
            {
                "list_id": pending.reference,
                "source": source,
                "fetched_at": pending.fetched_at,
                "why": pending.reason,
                "counts": pending.counts,
                "ordered_by": pending.ordered_by,
            }
            for pending, source in found
        ]
        return Answer({"items": items})


@ns.route("/held-lists/<list_id>/approve")
class ListApproval(Resource):
    @officer_may(IMPORT, Act.APPROVE)
    @request_schema()
    @no_content_response("approveHeldList", (404, 409))
    def post(self, session: Session, me: AuthenticatedOfficer, list_id: str) -> None:
        """Apply a held list after all: its good rows, and whatever it delists. A background worker does it."""
        related_acts.order_list(session, official(me), list_id, now())


@ns.route("/held-lists/<list_id>/reject")
class ListRejection(Resource):
    @officer_may(IMPORT, Act.APPROVE)
    @request_schema()
    @no_content_response("rejectHeldList", (404, 409))
    def post(self, session: Session, me: AuthenticatedOfficer, list_id: str) -> None:
        """Reject a held list. The same bytes are not held again."""
        related_acts.reject_list(session, official(me), list_id, now())


def _answered(session: Session, proposal: Proposal) -> Answer:
    return Answer(_payload(session, proposal), headers=(etag(proposal.version),))


def _agency_id(session: Session, proposal: Proposal) -> str | None:
    return None if proposal.agency_id is None else session.get_one(Agency, proposal.agency_id).reference


def _payload(session: Session, proposal: Proposal) -> dict[str, Any]:
    return {
        "proposal_id": proposal.reference,
        "act": proposal.act,
        "subject": proposal.subject,
        "agency_id": _agency_id(session, proposal),
        "stated": proposal.details,
        "legal_ground": proposal.legal_ground,
        "effective_on": proposal.effective_on,
        "has_second": proposal.has_second,
        "state": proposal.state,
        "proposed_by": proposal.proposed_by,
        "proposed_at": proposal.proposed_at,
        "decided_by": proposal.decided_by,
        "decided_at": proposal.decided_at,
        "reason": proposal.reason,
        "version": proposal.version,
    }


def _line_payload(line: DepositLine) -> dict[str, Any]:
    return {
        "line_id": line.reference,
        "kind": line.kind,
        "amount": line.amount,
        "currency": line.currency,
        "use": line.deposit_use,
        "reverses": line.reverses,
        "note": line.note,
        "happened_on": line.happened_on,
        "state": line.state,
        "recorded_by": line.recorded_by,
        "decided_by": line.decided_by,
        "version": line.version,
    }
