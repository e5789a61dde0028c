"""The officers of one's unit by the API: who they are, and what one person may do about them."""

from collections.abc import Sequence
from http import HTTPStatus

from sqlalchemy.orm import Session

from registry.api.officers.guard import etag, officer_may
from registry.api.officers.shapes import change_payload, officer_payload, token_payload
from registry.api.restx import Namespace, Resource
from registry.core.clock import day_at, now
from registry.core.errors import NotFound
from registry.http.query_reader import IdempotencyKey
from registry.http.responses import Answer
from registry.http.schemas import no_content_response, request_schema, response_schema
from registry.officer_desk.acting import reference_in
from registry.officer_desk.drafts import draft_idempotently
from registry.officers import accounts, rights, tokens
from registry.officers.rights import Act, Role
from registry.officers.sessions import AuthenticatedOfficer
from registry.vocabulary.register import Language
from schemas.officers import (
    OfficerChangeSchema,
    OfficerInvitationSchema,
    OfficerRolesSchema,
    OfficerSchema,
    OfficersSchema,
    OfficerTokensSchema,
)

ns = Namespace("officers", path="/officers")

OFFICER = rights.Resource.OFFICER


@ns.route("")
class Officers(Resource):
    @officer_may(OFFICER, Act.READ)
    @request_schema()
    @response_schema(OfficersSchema(), "listOfficers", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List the officers of your unit.

        Those who were invited and those who left as well, by name.
        """
        found = accounts.officers_of(session, me.standing.unit)
        return Answer({"items": [officer_payload(session, one) for one in found]})

    @officer_may(OFFICER, Act.PROPOSE)
    @request_schema(OfficerInvitationSchema(), body=True, idempotent=True)
    @response_schema(
        OfficerChangeSchema(),
        "proposeOfficer",
        (409, 413, 415),
        status=HTTPStatus.CREATED,
        location="/api/v1/officer-changes/{change_id}",
    )
    def post(
        self, session: Session, me: AuthenticatedOfficer, name: str, email: str, roles: Sequence[Role], language: Language,
        idempotency_key: IdempotencyKey | None,
    ) -> Answer:  # fmt: skip
        """Propose a new officer of your unit.

        No one is invited until another officer approves it (`approveOfficerChange`). Idempotent with an
        Idempotency-Key.
        """
        unit = me.standing.unit

        def propose() -> str:
            return accounts.propose_invitation(
                session, unit, name, email, roles, language, by=me.officer.reference, at=now()
            ).reference  # fmt: skip

        made = draft_idempotently(session, me, "invitation", idempotency_key, propose)
        return Answer(change_payload(session, accounts.change_named(session, made, unit)))


@ns.route("/<officer_id>")
class OneOfficer(Resource):
    @officer_may(OFFICER, Act.READ)
    @request_schema()
    @response_schema(OfficerSchema(), "getOfficer", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, officer_id: str) -> Answer:
        """Read one officer of your unit."""
        officer = accounts.officer_named(session, reference_in(officer_id), me.standing.unit)
        return Answer(officer_payload(session, officer), headers=(etag(officer.version),))


@ns.route("/<officer_id>/roles")
class Roles(Resource):
    @officer_may(OFFICER, Act.PROPOSE, versioned=True)
    @request_schema(OfficerRolesSchema(), body=True)
    @response_schema(
        OfficerChangeSchema(),
        "proposeRoles",
        (404, 409, 413, 415),
        status=HTTPStatus.CREATED,
        location="/api/v1/officer-changes/{change_id}",
    )
    def post(
        self, session: Session, me: AuthenticatedOfficer, version: int, officer_id: str, roles: Sequence[Role]
    ) -> Answer:
        """Propose which roles an officer shall have.

        Officers do not propose their own roles.
        """
        officer = accounts.officer_named(session, reference_in(officer_id), me.standing.unit, version)
        change = accounts.propose_roles(session, officer, roles, by=me.officer.reference, at=now())
        return Answer(change_payload(session, change))


@ns.route("/<officer_id>/reset")
class Reset(Resource):
    @officer_may(OFFICER, Act.PROPOSE, versioned=True)
    @request_schema()
    @response_schema(
        OfficerChangeSchema(),
        "proposeReset",
        (404, 409),
        status=HTTPStatus.CREATED,
        location="/api/v1/officer-changes/{change_id}",
    )
    def post(self, session: Session, me: AuthenticatedOfficer, version: int, officer_id: str) -> Answer:
        """Propose a reset of an officer's password and second factor.

        For an officer who lost one. Until another approves it, nothing changes for that officer.
        """
        officer = accounts.officer_named(session, reference_in(officer_id), me.standing.unit, version)
        change = accounts.propose_reset(session, officer, by=me.officer.reference, at=now())
        return Answer(change_payload(session, change))


@ns.route("/<officer_id>/close")
class Closing(Resource):
    @officer_may(OFFICER, Act.PROPOSE, versioned=True)
    @request_schema()
    @no_content_response("closeOfficer", (404, 409))
    def post(self, session: Session, me: AuthenticatedOfficer, version: int, officer_id: str) -> None:
        """Close an officer's account.

        The account is signed out everywhere; its tokens and roles end. One person is enough: what takes away needs no
        second. The officer's name stays with what the officer did.
        """
        at = now()
        officer = accounts.officer_named(session, reference_in(officer_id), me.standing.unit, version)
        accounts.close(session, officer, by=me.officer.reference, at=at, today=day_at(at, None))


@ns.route("/<officer_id>/sign-out")
class SigningOut(Resource):
    @officer_may(OFFICER, Act.PROPOSE)
    @request_schema()
    @no_content_response("signOutOfficer", (404,))
    def post(self, session: Session, me: AuthenticatedOfficer, officer_id: str) -> None:
        """Sign an officer out everywhere.

        Every session and token of the officer ends at once, as when a machine was lost. The officer signs in again as
        before.
        """
        officer = accounts.officer_named(session, reference_in(officer_id), me.standing.unit)
        accounts.sign_out(session, officer, by=me.officer.reference, at=now())


@ns.route("/<officer_id>/tokens")
class Tokens(Resource):
    @officer_may(OFFICER, Act.READ)
    @request_schema()
    @response_schema(OfficerTokensSchema(), "listOfficerTokens", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, officer_id: str) -> Answer:
        """List an officer's active tokens.

        The last use of each is given by the day. When the officer was last here is not shown.
        """
        officer = accounts.officer_named(session, reference_in(officer_id), me.standing.unit)
        found = tokens.tokens_of(session, officer, day_at(now(), None))
        return Answer({"items": [token_payload(one) for one in found]})


@ns.route("/<officer_id>/tokens/<token_id>")
class OneToken(Resource):
    @officer_may(OFFICER, Act.PROPOSE)
    @request_schema()
    @no_content_response("revokeOfficerToken", (404,))
    def delete(self, session: Session, me: AuthenticatedOfficer, officer_id: str, token_id: str) -> None:
        """Revoke an officer's token."""
        officer = accounts.officer_named(session, reference_in(officer_id), me.standing.unit)
        if not tokens.revoke(session, officer, reference_in(token_id), by=me.officer.reference, at=now()):
            raise NotFound("the officer has no such token, or it was revoked already")
