"""One's own account by the API: who one is, one's sessions, tokens and loans, and where one has an interest."""

from datetime import date
from http import HTTPStatus

from sqlalchemy.orm import Session

from registry.api.officers.guard import etag, officer_may
from registry.api.officers.shapes import loan_payload, session_payload, standing_payload, token_payload
from registry.api.restx import Namespace, Resource
from registry.core.clock import day_at, now
from registry.core.codes import Problem
from registry.core.errors import Fault, InvalidInput, NotFound
from registry.core.ids import read_reference
from registry.http.query_reader import IdempotencyKey
from registry.http.responses import Answer
from registry.http.schemas import no_content_response, request_schema, response_schema
from registry.officer_desk.acting import reference_in
from registry.officer_desk.drafts import draft_idempotently
from registry.officers import accounts, notices, rights, sessions, tokens
from registry.officers.models import NoticeChoice
from registry.officers.rights import Act, Role
from registry.officers.sessions import AuthenticatedOfficer
from schemas.officers import (
    ConflictNewSchema,
    NoticeChoiceSchema,
    OfficerSessionsSchema,
    OfficerTokensSchema,
    OwnStandingSchema,
    RoleLoanNewSchema,
    RoleLoanSchema,
    RoleLoansSchema,
)

ns = Namespace("officers", path="/officers/me")

OWN = rights.Resource.OWN


@ns.route("")
class Me(Resource):
    @officer_may(OWN, Act.READ)
    @request_schema()
    @response_schema(OwnStandingSchema(), "getMe", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """Read your own officer account and rights.

        Your unit, the roles you have today (lent ones included), and what they let you do: every right of the table.
        """
        return Answer(standing_payload(session, me), headers=(etag(me.officer.version),))


@ns.route("/sessions")
class Sessions(Resource):
    @officer_may(OWN, Act.READ)
    @request_schema()
    @response_schema(OfficerSessionsSchema(), "listMySessions", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List your sessions of the console.

        No address and no browser is written down.
        """
        return Answer({"items": [session_payload(one) for one in sessions.sessions_of(session, me.officer, now())]})


@ns.route("/sessions/<session_id>")
class OneSession(Resource):
    @officer_may(OWN, Act.WRITE)
    @request_schema()
    @no_content_response("endMySession", (404,))
    def delete(self, session: Session, me: AuthenticatedOfficer, session_id: str) -> None:
        """End one of your sessions of the console."""
        if not sessions.end_one(session, me.officer, reference_in(session_id), now()):
            raise NotFound("you have no such session, or it is over")


@ns.route("/tokens")
class Tokens(Resource):
    @officer_may(OWN, Act.READ)
    @request_schema()
    @response_schema(OfficerTokensSchema(), "listMyTokens", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List your active tokens.

        A token is made in the console alone, after the second factor: none makes another.
        """
        return Answer(
            {"items": [token_payload(one) for one in tokens.tokens_of(session, me.officer, day_at(now(), None))]}
        )


@ns.route("/tokens/<token_id>")
class OneToken(Resource):
    @officer_may(OWN, Act.WRITE)
    @request_schema()
    @no_content_response("revokeMyToken", (404,))
    def delete(self, session: Session, me: AuthenticatedOfficer, token_id: str) -> None:
        """Revoke one of your tokens, also the one of this request."""
        if not tokens.revoke(session, me.officer, reference_in(token_id), by=me.officer.reference, at=now()):
            raise NotFound("you have no such token, or it was revoked already")


@ns.route("/loans")
class Loans(Resource):
    @officer_may(OWN, Act.READ)
    @request_schema()
    @response_schema(RoleLoansSchema(), "listMyLoans", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List the roles that you lend, now or later, and to whom."""
        found = accounts.loans_of(session, me.officer, day_at(now(), None))
        return Answer({"items": [loan_payload(lent, deputy) for lent, deputy in found]})

    @officer_may(OWN, Act.WRITE)
    @request_schema(RoleLoanNewSchema(), body=True, idempotent=True)
    @response_schema(RoleLoanSchema(), "lendRole", (404, 409, 413, 415), status=HTTPStatus.CREATED)
    def post(
        self,
        session: Session,
        me: AuthenticatedOfficer,
        deputy_id: str,
        role: Role,
        from_on: date,
        to_on: date,
        idempotency_key: IdempotencyKey | None,
    ) -> Answer:
        """Lend a role of yours to a colleague of your unit, for leave.

        For 92 days at most, both days included. It ends with your own, and when you take it back. Idempotent with an
        Idempotency-Key.
        """
        deputy = accounts.officer_named(session, reference_in(deputy_id), me.standing.unit)

        def lend() -> str:
            return accounts.lend(session, me.officer, deputy, role, from_on, to_on, day_at(now(), None)).reference

        made = draft_idempotently(session, me, "loan", idempotency_key, lend)
        return Answer(loan_payload(*accounts.loan_named(session, me.officer, made)))


@ns.route("/loans/<loan_id>")
class OneLoan(Resource):
    @officer_may(OWN, Act.WRITE)
    @request_schema()
    @no_content_response("endLoan", (404,))
    def delete(self, session: Session, me: AuthenticatedOfficer, loan_id: str) -> None:
        """End the loan of a role immediately."""
        if not accounts.end_loan(session, me.officer, reference_in(loan_id), day_at(now(), None)):
            raise NotFound("you lend nothing of this reference")


@ns.route("/notices")
class Notices(Resource):
    @officer_may(OWN, Act.WRITE)
    @request_schema(NoticeChoiceSchema(), body=True)
    @no_content_response("setNotices", (413, 415))
    def put(self, session: Session, me: AuthenticatedOfficer, choice: str) -> None:
        """Choose how you are notified by mail.

        No mail says what it is. `getMe` says what you chose.
        """
        notices.choose(session, me.officer, NoticeChoice(choice))


@ns.route("/conflicts")
class Conflicts(Resource):
    @officer_may(OWN, Act.WRITE)
    @request_schema(ConflictNewSchema(), body=True)
    @no_content_response("declareConflict", (413, 415))
    def post(self, session: Session, me: AuthenticatedOfficer, agency_id: str) -> None:
        """Declare that you have an interest in an agency.

        From now on you act on nothing that concerns it. Saying it again changes nothing.
        """
        agency = read_reference(agency_id)
        if agency is None:
            detail = "is no reference of an agency: twelve letters and digits, like 7KQ2-ABCD-3EFG"
            raise InvalidInput([Fault("agency_id", Problem.INVALID_VALUE, detail)])
        accounts.declare_conflict(session, me.officer, agency, day_at(now(), None))
