"""One's own organisation by the API."""

from registry.api.api_keys import current_organisation, needs_scope
from registry.api.restx import Namespace, Resource
from registry.http.responses import Answer
from registry.http.schemas import request_schema, response_schema
from registry.vocabulary.organisations import Scope
from schemas.organisations import OrganisationSchema

ns = Namespace("organisation", path="/organisation")


@ns.route("")
class Organisation(Resource):
    @needs_scope(Scope.ORGANISATION)
    @request_schema()
    @response_schema(OrganisationSchema(), "getOrganisation", cacheable=False)
    def get(self) -> Answer:
        """Read the organisation and the scopes of your API key."""
        caller = current_organisation()
        return Answer(
            {
                "organisation_id": caller.reference,
                "name": caller.name,
                "country": caller.country,
                "language": caller.language,
                "key_id": caller.key,
                "scopes": sorted(caller.scopes),
            }
        )
