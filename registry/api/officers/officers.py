"""The officers of one's unit by the API: who they are, and what one person may do about them."""

from sqlalchemy.orm import Session

from registry.api.officers.acts import Answered, act_view, serve_acts
from registry.api.officers.guard import officer_may
from registry.api.officers.shapes import change_payload, officer_payload, token_payload
from registry.api.restx import Namespace, Resource
from registry.core.clock import day_at, now
from registry.http.responses import Answer, etag
from registry.http.schemas import request_schema, response_schema
from registry.officer_desk.acting import reference_in
from registry.officer_desk.officer_acts import OFFICER_ACCOUNTS, OFFICER_TOKENS, OFFICERS
from registry.officers import accounts, rights, tokens
from registry.officers.rights import Act
from registry.officers.sessions import AuthenticatedOfficer
from schemas.officers import OfficerChangeSchema, OfficerSchema, OfficersSchema, OfficerTokensSchema

ns = Namespace("officers", path="/officers")

OFFICER = rights.Resource.OFFICER

PROPOSED = Answered(
    OfficerChangeSchema(),
    lambda session, me, made, _: Answer(
        change_payload(session, accounts.change_named(session, made, me.standing.unit))
    ),
    "/api/v1/officer-changes/{change_id}",
)


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

    post = act_view("/officers", OFFICERS, OFFICERS["invite"], PROPOSED)


@ns.route("/<officer_id>")
class OneOfficer(Resource):
    @officer_may(OFFICER, Act.READ)
    @request_schema()
    @response_schema(OfficerSchema(), "getOfficer", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, officer_id: str) -> Answer:
        """Read one officer of your unit."""
        officer = accounts.officer_named(session, reference_in(officer_id), me.standing.unit)
        return Answer(officer_payload(session, officer), headers=(etag(officer.version),))


serve_acts(ns, "/<officer_id>", OFFICER_ACCOUNTS, PROPOSED)


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


serve_acts(ns, "/<officer_id>/tokens/<token_id>", OFFICER_TOKENS, None)
