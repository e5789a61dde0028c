"""Agencies' entries by the API: an agency asks about its own, and the licensing desk of its authority decides."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.guard import etag, officer_may
from registry.api.restx import Namespace, Resource
from registry.core.clock import now
from registry.http.query_reader import Once
from registry.http.responses import Answer
from registry.http.schemas import returns, takes
from registry.officer_desk.acting import reference_in, require_no_interest
from registry.officer_desk.drafts import drafted_once
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import Present
from registry.supervision.entries import decisions as deciding
from registry.supervision.entries import queries
from registry.supervision.entries import requests as asking
from registry.supervision.entries.decisions import Official
from registry.supervision.entries.models import EntryRequest
from registry.supervision.entries.requests import Rep
from registry.vocabulary.licensing import EntryRequestKind
from registry.vocabulary.register import EntryPart
from schemas.entries import (
    EntryAnswerSchema,
    EntryAskingSchema,
    EntryDecisionSchema,
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
            found = [one for one in queries.waiting(session, _official(me)) if not me.has_conflict(one.agency)]
        else:
            found = queries.requests_of(session, _rep(session, me).agency)
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
        rep = _rep(session, me)

        def ask() -> str:
            match kind:
                case EntryRequestKind.CORRECTION:
                    return asking.ask_correction(session, rep, part, text, now()).reference
                case EntryRequestKind.CLONE_REPORT:
                    return asking.report_clone(session, rep, text, now()).reference
                case EntryRequestKind.REPLY:
                    return asking.propose_reply(session, rep, text, now()).reference

        return _shown(
            asking.lock_request(session, rep.agency, drafted_once(session, me, "entry request", once, ask), None)
        )


@ns.route("/<request_id>")
class OneEntryRequest(Resource):
    @officer_may(ENTRY, Act.READ)
    @takes()
    @returns(EntryRequestSchema(), "getEntryRequest", (404,), kept=False)
    def get(self, session: Session, me: Present, request_id: str) -> Answer:
        """Read a request of your own agency, or of one of your authority."""
        reference = reference_in(request_id)
        if me.standing.may(ENTRY, Act.APPROVE):
            return _shown(_reached(session, me, reference))
        return _shown(asking.lock_request(session, _rep(session, me).agency, reference, None))


@ns.route("/<request_id>/withdraw")
class Withdrawing(Resource):
    @officer_may(ENTRY, Act.PROPOSE, versioned=True)
    @takes()
    @returns(EntryRequestSchema(), "withdrawEntryRequest", (404, 409))
    def post(self, session: Session, me: Present, version: int, request_id: str) -> Answer:
        """Take back what your agency asked, or have its reply shown no longer."""
        rep = _rep(session, me)
        return _shown(asking.take_back(session, rep, reference_in(request_id), now(), version=version))


@ns.route("/<request_id>/decide")
class Deciding(Resource):
    @officer_may(ENTRY, Act.APPROVE, versioned=True)
    @takes(EntryDecisionSchema(), body=True)
    @returns(EntryRequestSchema(), "decideEntryRequest", (404, 409, 413, 415))
    def post(
        self,
        session: Session,
        me: Present,
        version: int,
        request_id: str,
        answer: str,
        warning: str = "",
        *,
        is_accepted: bool,
    ) -> Answer:
        """Decide about what an agency asked, with a reason that it reads.

        Correct the entry first, by your own acts: deciding takes the mark away. Accepting a clone report puts `warning` on the
        entry, accepting a reply shows it.
        """
        return _done(
            session, me, request_id,
            lambda official, reference: deciding.decide(
                session, official, reference, answer, now(), is_accepted=is_accepted, warning=warning, version=version
            ),
        )  # fmt: skip


@ns.route("/<request_id>/take-down")
class TakingDown(Resource):
    @officer_may(ENTRY, Act.APPROVE, versioned=True)
    @takes(EntryAnswerSchema(), body=True)
    @returns(EntryRequestSchema(), "takeDownReply", (404, 409, 413, 415))
    def post(self, session: Session, me: Present, version: int, request_id: str, answer: str) -> Answer:
        """Show a reply no longer, with a reason."""
        return _done(
            session, me, request_id,
            lambda official, reference: deciding.take_down(
                session, official, reference, answer, now(), version=version
            ),
        )  # fmt: skip


def _done(
    session: Session, me: Present, request_id: str, do: Callable[[Official, str], EntryRequest]
) -> Answer:  # fmt: skip
    reference = reference_in(request_id)
    _reached(session, me, reference)
    return _shown(do(_official(me), reference))


def _reached(session: Session, me: Present, reference: str) -> EntryRequest:
    """Raises NotFound for what is another authority's, Forbidden where he has an interest in the agency."""
    found = queries.request_named(session, _official(me), reference)
    require_no_interest(me, found.agency)
    return found


def _official(me: Present) -> Official:
    return Official(me.officer.reference, me.standing.authority)


def _rep(session: Session, me: Present) -> Rep:
    return Rep(me.officer.reference, queries.agency_of_desk(session, me.standing.unit))


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
