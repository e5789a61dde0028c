"""What waits for a second person in one's unit: read, approved by another, refused, taken back."""

from sqlalchemy.orm import Session

from registry.api.officers.guard import officer_may
from registry.api.officers.officers import OFFICER
from registry.api.officers.shapes import change_payload
from registry.api.restx import Namespace, Resource
from registry.core.clock import day_at, now
from registry.http.responses import Answer
from registry.http.schemas import no_content_response, request_schema, response_schema
from registry.officer_desk.acting import reference_in
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


@ns.route("/<change_id>/approve")
class Approval(Resource):
    @officer_may(OFFICER, Act.APPROVE)
    @request_schema()
    @response_schema(OfficerChangeApprovedSchema(), "approveOfficerChange", (404, 409))
    def post(self, session: Session, me: AuthenticatedOfficer, change_id: str) -> Answer:
        """Approve a change of an officer.

        Neither who proposed it nor whom it is about may (409, `own_proposal`, `about_yourself`). A change never alters once it
        was proposed, so there is no version to send: what was decided already is 409 `decided`.
        """
        at = now()
        change = accounts.change_named(session, reference_in(change_id), me.standing.unit)
        code = accounts.approve(session, change, by=me.officer.reference, at=at, today=day_at(at, None))
        return Answer({"change": change_payload(session, change), "join_code": code})


@ns.route("/<change_id>/refuse")
class Refusal(Resource):
    @officer_may(OFFICER, Act.PROPOSE)
    @request_schema()
    @no_content_response("refuseOfficerChange", (404, 409))
    def post(self, session: Session, me: AuthenticatedOfficer, change_id: str) -> None:
        """Refuse a change of an officer.

        Its proposer takes it back so.
        """
        change = accounts.change_named(session, reference_in(change_id), me.standing.unit)
        accounts.refuse(session, change, by=me.officer.reference, at=now())
