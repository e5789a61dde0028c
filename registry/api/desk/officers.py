"""Officers by the API: who one is and what one may; officers of one's unit."""

from flask_restx import Namespace, Resource
from sqlalchemy.orm import Session

from registry.api.desk.guard import etag, officer_may
from registry.api.desk.showing import standing_shown
from registry.clock import day_at, now
from registry.officers import accounts, rights
from registry.officers.rights import Act
from registry.officers.sessions import Present
from registry.web.answers import Answer
from registry.web.payloads import returns, returns_nothing, takes
from schemas.officers import OwnStandingSchema

ns = Namespace("officers", path="/officers")


@ns.route("/me")
class Me(Resource):  # type: ignore[misc]
    @officer_may(rights.Resource.OWN, Act.READ)
    @takes()
    @returns(OwnStandingSchema(), "getMe", kept=False)
    def get(self, session: Session, me: Present) -> Answer:
        """Read who you are here.

        Your unit, the roles you have today (lent ones included), and what they let you do: every right of the table.
        """
        return Answer(standing_shown(me), headers=(etag(me.officer.version),))


@ns.route("/<officer_id>/close")
class Closing(Resource):  # type: ignore[misc]
    @officer_may(rights.Resource.OFFICER, Act.PROPOSE, versioned=True)
    @takes()
    @returns_nothing("closeOfficer", (404, 409))
    def post(self, session: Session, me: Present, version: int, officer_id: str) -> None:
        """Close an officer's account.

        It is signed out everywhere, its tokens end, and its roles. One person is enough: what takes away needs no second. His
        name stays with what he did.
        """
        at = now()
        officer = accounts.officer_named(session, officer_id, me.standing.unit)
        accounts.require_version(officer, version)
        accounts.close(session, officer, by=me.officer.reference, at=at, today=day_at(at, None))
