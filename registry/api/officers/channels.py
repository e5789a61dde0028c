"""Changes of registered channels by the API: two persons, the agency told, and published after 72 hours."""

from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.acts import Answered, act_view, serve_acts
from registry.api.officers.guard import officer_may
from registry.api.restx import Namespace, Resource
from registry.http.responses import Answer, etag
from registry.http.schemas import request_schema, response_schema
from registry.officer_desk.acting import reference_in, require_no_interest
from registry.officer_desk.licence_acts import CHANNEL_CHANGES, CHANNELS
from registry.officer_desk.licensing import official
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import AuthenticatedOfficer
from registry.register.agencies.channels import notification_addresses
from registry.register.agencies.models import PendingChannelChange
from registry.supervision.licensing import related_acts
from schemas.neighbours import ChannelChangeSchema, ChannelChangesSchema

_CHANGE = ChannelChangeSchema.of(PendingChannelChange, computed=["agency_id", "addresses", "version"])

ns = Namespace("channel-changes", path="/channel-changes")

CHANNEL = rights.Resource.CHANNEL

ANSWERED = Answered(
    ChannelChangeSchema(),
    lambda session, me, reference, _: _answer_by_id(session, me, reference),
    "/api/v1/channel-changes/{change_id}",
)


@ns.route("")
class ChannelChanges(Resource):
    @officer_may(CHANNEL, Act.READ)
    @request_schema()
    @response_schema(ChannelChangesSchema(), "listChannelChanges", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List changes of channels that wait or have not taken effect yet, the oldest first.

        What a list prints in place of a registered channel waits here too.
        """
        found = related_acts.changes_waiting(session, official(me).authority)
        return Answer(
            {
                "items": [
                    _payload(session, change, agency.agency_id)
                    for change, agency in found
                    if not me.has_conflict(agency.agency_id)
                ]
            }
        )

    post = act_view("/channel-changes", CHANNELS, CHANNELS["propose"], ANSWERED)


@ns.route("/<change_id>")
class ChannelChange(Resource):
    @officer_may(CHANNEL, Act.READ)
    @request_schema()
    @response_schema(ChannelChangeSchema(), "getChannelChange", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, change_id: str) -> Answer:
        """Read a change of a channel, and at which addresses the agency is told of it."""
        return _answer_by_id(session, me, change_id)


serve_acts(ns, "/<change_id>", CHANNEL_CHANGES, ANSWERED)


def _answer_by_id(session: Session, me: AuthenticatedOfficer, change_id: str) -> Answer:
    change, agency = related_acts.change_of_authority(session, official(me).authority, reference_in(change_id))
    require_no_interest(me, agency)
    return _change_answer(session, change, agency)


def _change_answer(session: Session, change: PendingChannelChange, agency: str) -> Answer:
    payload = _payload(session, change, agency)
    return Answer(payload, headers=(etag(payload["version"]),))


def _payload(session: Session, change: PendingChannelChange, agency: str) -> dict[str, Any]:
    return _CHANGE.write(
        change,
        agency_id=agency,
        addresses=notification_addresses(session, change),
        version=related_acts.change_version(change),
    )
