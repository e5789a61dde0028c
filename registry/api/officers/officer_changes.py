"""What waits for a second person in one's unit: read, approved by another, refused, taken back."""

from sqlalchemy.orm import Session

from registry.api.officers.acts import Answered, serve_acts
from registry.api.officers.guard import officer_may
from registry.api.officers.officers import OFFICER
from registry.api.officers.shapes import change_payload
from registry.api.restx import Namespace, Resource
from registry.http.responses import Answer
from registry.http.schemas import request_schema, response_schema
from registry.officer_desk.acting import reference_in
from registry.officer_desk.officer_acts import OFFICER_CHANGES
from registry.officers import accounts
from registry.officers.rights import Act
from registry.officers.sessions import AuthenticatedOfficer
from schemas.officers import OfficerChangeApprovedSchema, OfficerChangeSchema, OfficerChangesSchema

ns = Namespace("officers", path="/officer-changes")


@ns.route("")
class Changes(Resource):
    @officer_may(OFFICER, Act.READ)
    @request_schema()
    @response_schema(OfficerChangesSchema(), "listOfficerChanges", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List changes of officers in your unit that wait for a second person.

        The oldest first.
        """
        found = accounts.open_changes(session, me.standing.unit)
        return Answer({"items": [change_payload(session, one) for one in found]})


@ns.route("/<change_id>")
class OneChange(Resource):
    @officer_may(OFFICER, Act.READ)
    @request_schema()
    @response_schema(OfficerChangeSchema(), "getOfficerChange", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, change_id: str) -> Answer:
        """Read a change of an officer, open or decided."""
        return Answer(
            change_payload(session, accounts.change_named(session, reference_in(change_id), me.standing.unit))
        )


def _approved(session: Session, me: AuthenticatedOfficer, reference: str, code: str | None) -> Answer:
    change = accounts.change_named(session, reference, me.standing.unit)
    return Answer({"change": change_payload(session, change), "join_code": code})


serve_acts(ns, "/<change_id>", OFFICER_CHANGES, Answered(OfficerChangeApprovedSchema(), _approved))
