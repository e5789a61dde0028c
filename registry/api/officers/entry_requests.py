"""Requests from agencies by the API: an agency asks about its own, and the licensing desk of its authority decides."""

from http import HTTPStatus
from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.acts import Answered, act_view, serve_acts
from registry.api.officers.guard import officer_may
from registry.api.officers.officers import change_payload
from registry.api.restx import Namespace, Resource
from registry.core.calls import Call
from registry.core.clock import now
from registry.http.request_reader import IdempotencyKey
from registry.http.responses import Answer
from registry.http.schemas import request_schema, response_schema, written_answer
from registry.officer_acts import entry_acts
from registry.officer_acts.acting import reference_in
from registry.officer_acts.acts import draft_idempotently
from registry.officers import rights
from registry.officers.models import OfficerChange
from registry.officers.rights import Act
from registry.officers.sessions import AuthenticatedOfficer
from registry.supervision.entries import actions, queries
from registry.supervision.entries.models import EntryRequest
from registry.vocabulary.licensing import EntryPart, EntryRequestKind
from schemas import entries

_REQUEST = entries.EntryRequestSchema.of(EntryRequest)

ns = Namespace("entries", path="/")

ENTRY = rights.Resource.ENTRY


@ns.route("/entry-requests")
class EntryRequests(Resource):
    @officer_may(ENTRY, Act.READ)
    @response_schema(entries.EntryRequestsSchema(), "listEntryRequests", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List the requests of agencies about their entries.

        Licensing officers read what waits for their authority, the earliest due first; an agency's people read all that
        their own agency asked.
        """
        if me.standing.may(ENTRY, Act.APPROVE):
            found = [
                one for one in queries.waiting(session, entry_acts.official(me)) if not me.has_conflict(one.agency)
            ]
        else:
            found = queries.requests_of(session, entry_acts.representative(session, me).agency)
        return Answer({"items": [_REQUEST.write(one) for one in found]})

    @officer_may(ENTRY, Act.PROPOSE)
    @request_schema(entries.EntryAskingSchema(), body=True, idempotent=True)
    @response_schema(
        entries.EntryRequestSchema(),
        "createEntryRequest",
        (404, 409, 413, 415),
        status=HTTPStatus.CREATED,
        location="/api/v1/entry-requests/{request_id}",
    )
    def post(
        self,
        session: Session,
        me: AuthenticatedOfficer,
        kind: EntryRequestKind,
        part: EntryPart,
        text: str,
        idempotency_key: IdempotencyKey | None,
    ) -> Answer:
        """Make a request about your agency's own entry.

        A correction is marked on the public entry until it is decided. A reply is shown once it is accepted, while there is a
        sanction or warning that it replies to. Idempotent with an Idempotency-Key.
        """
        rep = entry_acts.representative(session, me)

        def ask() -> str:
            return actions.ask(Call(session, rep, now()), kind, text, part).reference

        reference = draft_idempotently(session, me, "entry request", idempotency_key, ask)
        return written_answer(_REQUEST, actions.lock_request(session, rep.agency, reference))


@ns.route("/entry-requests/<request_id>")
class OneEntryRequest(Resource):
    @officer_may(ENTRY, Act.READ)
    @response_schema(entries.EntryRequestSchema(), "getEntryRequest", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, request_id: str) -> Answer:
        """Read a request of your own agency, or of one of your authority."""
        reference = reference_in(request_id)
        if me.standing.may(ENTRY, Act.APPROVE):
            return written_answer(_REQUEST, entry_acts.find_request(session, me, reference))
        return written_answer(
            _REQUEST, actions.lock_request(session, entry_acts.representative(session, me).agency, reference)
        )


ANSWERED = Answered(
    entries.EntryRequestSchema(), lambda _session, _me, _, entry_request: written_answer(_REQUEST, entry_request)
)
serve_acts(ns, "/entry-requests/<request_id>", entry_acts.OWN, ANSWERED)
serve_acts(ns, "/entry-requests/<request_id>", entry_acts.ACTS, ANSWERED)


@ns.route("/agency-invitations")
class AgencyInvitations(Resource):
    @officer_may(ENTRY, Act.APPROVE)
    @response_schema(entries.AgencyInvitationsSchema(), "listAgencyInvitations", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List invitations of agencies' people that wait for a second officer of your authority, the oldest first."""
        found = [one for one in actions.invitations(session, entry_acts.official(me)) if not me.has_conflict(one[1])]
        return Answer({"items": [_invitation(session, *one) for one in found]})

    post = act_view(
        "/agency-invitations", entry_acts.INVITATIONS, entry_acts.INVITATIONS["invite"],
        Answered(
            entries.AgencyInvitedSchema(),
            lambda session, me, made, _: Answer(_invitation(session, *entry_acts.find_invitation(session, me, made))),
        ),
    )  # fmt: skip


serve_acts(
    ns, "/agency-invitations/<change_id>", entry_acts.INVITED,
    Answered(
        entries.AgencyInvitationApprovedSchema(),
        lambda session, me, reference, code: Answer(
            _invitation(session, *entry_acts.find_invitation(session, me, reference)) | {"join_code": code}
        ),
    ),
)  # fmt: skip


def _invitation(session: Session, change: OfficerChange, agency: str) -> dict[str, Any]:
    return change_payload(session, change) | {"agency_id": agency}
