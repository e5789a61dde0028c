"""Agencies' entries by the API: an agency asks about its own, and the licensing desk of its authority decides."""

from http import HTTPStatus
from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.acts import Answered, serve_acts
from registry.api.officers.guard import etag, officer_may
from registry.api.restx import Namespace, Resource
from registry.core.clock import now
from registry.http.query_reader import Once
from registry.http.responses import Answer
from registry.http.schemas import returns, takes
from registry.officer_desk.acting import reference_in
from registry.officer_desk.drafts import drafted_once
from registry.officer_desk.entry_acts import ACTS, OWN, official, representative, request_opened
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import Present
from registry.supervision.entries import queries
from registry.supervision.entries import requests as asking
from registry.supervision.entries.models import EntryRequest
from registry.vocabulary.licensing import EntryRequestKind
from registry.vocabulary.register import EntryPart
from schemas.entries import (
    EntryAskingSchema,
    EntryRequestSchema,
    EntryRequestsSchema,
)

ns = Namespace("entries", path="/entry-requests")

ENTRY = rights.Resource.ENTRY


@ns.route("")
class EntryRequests(Resource):
    @officer_may(ENTRY, Act.READ)
    @takes()
    @returns(EntryRequestsSchema(), "listEntryRequests", (404,), kept=False)
    def get(self, session: Session, me: Present) -> Answer:
        """List what agencies ask.

        The licensing desk reads what waits for its authority, what is due first first; an agency's people read all that their
        own agency asked.
        """
        if me.standing.may(ENTRY, Act.APPROVE):
            found = [one for one in queries.waiting(session, official(me)) if not me.has_conflict(one.agency)]
        else:
            found = queries.requests_of(session, representative(session, me).agency)
        return Answer({"items": [_request(one) for one in found]})

    @officer_may(ENTRY, Act.PROPOSE)
    @takes(EntryAskingSchema(), body=True, once=True)
    @returns(EntryRequestSchema(), "askAboutEntry", (404, 409, 413, 415), status=HTTPStatus.CREATED)
    def post(
        self, session: Session, me: Present, kind: EntryRequestKind, part: EntryPart, text: str, once: Once | None
    ) -> Answer:  # fmt: skip
        """Ask about your agency's own entry.

        A correction is marked on the public entry until it is decided. A reply is shown once it is accepted, while there is a
        sanction or warning that it replies to. With an Idempotency-Key it is asked once, however often it is sent.
        """
        rep = representative(session, me)

        def ask() -> str:
            match kind:
                case EntryRequestKind.CORRECTION:
                    return asking.ask_correction(session, rep, part, text, now()).reference
                case EntryRequestKind.CLONE_REPORT:
                    return asking.report_clone(session, rep, text, now()).reference
                case EntryRequestKind.REPLY:
                    return asking.propose_reply(session, rep, text, now()).reference

        return _shown(asking.lock_request(session, rep.agency, drafted_once(session, me, "entry request", once, ask), None))


@ns.route("/<request_id>")
class OneEntryRequest(Resource):
    @officer_may(ENTRY, Act.READ)
    @takes()
    @returns(EntryRequestSchema(), "getEntryRequest", (404,), kept=False)
    def get(self, session: Session, me: Present, request_id: str) -> Answer:
        """Read a request of your own agency, or of one of your authority."""
        reference = reference_in(request_id)
        if me.standing.may(ENTRY, Act.APPROVE):
            return _shown(request_opened(session, me, reference))
        return _shown(asking.lock_request(session, representative(session, me).agency, reference, None))


ANSWERED = Answered(EntryRequestSchema(), lambda _session, _me, _, asked: _shown(asked))
serve_acts(ns, "/<request_id>", OWN, ANSWERED)
serve_acts(ns, "/<request_id>", ACTS, ANSWERED)


def _shown(asked: EntryRequest) -> Answer:
    return Answer(_request(asked), headers=(etag(asked.version),))


def _request(asked: EntryRequest) -> dict[str, Any]:
    return {
        "request_id": asked.reference,
        "agency_id": asked.agency,
        "kind": asked.kind,
        "state": asked.state,
        "part": asked.part,
        "text": asked.text,
        "asked_on": asked.asked_on,
        "due_on": asked.due_on,
        "decided_on": asked.decided_on,
        "answer": asked.answer,
        "version": asked.version,
    }
