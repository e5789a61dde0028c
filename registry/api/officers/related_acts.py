"""What the licensing desk does beside licences, by the API.

Pairs of agencies that resemble each other, decided; the warnings that stand on true entries; and changes of registered
channels: two persons, the agency told, and published after 72 hours.
"""

from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.acts import Answered, act_view, serve_acts
from registry.api.officers.guard import officer_may
from registry.api.restx import Namespace, Resource
from registry.http.responses import Answer, etag
from registry.http.schemas import response_schema
from registry.officer_acts.acting import reference_in, require_no_interest
from registry.officer_acts.licence_acts import CHANNEL_CHANGES, CHANNELS, CLONE_WARNINGS, COLLISIONS
from registry.officer_acts.licensing import find_agency, find_collision, official
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import AuthenticatedOfficer
from registry.register.agencies import record
from registry.register.agencies.channels import registered_addresses
from registry.register.agencies.models import PendingChannelChange
from registry.register.agencies.record import agency_summary
from registry.supervision.collisions.models import Collision
from registry.supervision.collisions.rules import Sign, evidence, findings
from registry.supervision.licensing import related_acts
from registry.supervision.licensing.drafting import is_of
from schemas import entries

_COLLISION = entries.CollisionSchema.of(Collision, computed=["agencies", "yours", "evidence", "version"])
_WARNING = entries.NumberedWarningSchema.of(record.Warning_, computed=["number"])

ns = Namespace("clones", path="/")

CLONE = rights.Resource.CLONE
WARNED = "/clone-warnings/<agency_id>"

ANSWERED = Answered(entries.CloneWarningsOfSchema(), lambda session, me, agency, _: _warnings_of(session, me, agency))


@ns.route("/collisions")
class Collisions(Resource):
    @officer_may(CLONE, Act.READ)
    @response_schema(entries.CollisionsSchema(), "listCollisions", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List collisions that wait for a decision, one of the two your authority's, the gravest first; 50 at most."""
        authority = official(me).authority
        found = related_acts.collisions_open(session, authority)
        return Answer(
            {
                "items": [
                    _collision(one, both, authority)
                    for one, both in found
                    if not any(me.has_conflict(agency.agency_id) for agency in both)
                ]
            }
        )


@ns.route("/collisions/<collision_id>")
class OneCollision(Resource):
    @officer_may(CLONE, Act.READ)
    @response_schema(entries.CollisionSchema(), "getCollision", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, collision_id: str) -> Answer:
        """Read a collision with its evidence: a line for each thing that the two agencies have in common."""
        return _collision_answer(session, me, collision_id)


serve_acts(
    ns,
    "/collisions/<collision_id>",
    COLLISIONS,
    Answered(entries.CollisionSchema(), lambda session, me, reference, _: _collision_answer(session, me, reference)),
)


@ns.route("/clone-warnings")
class Warnings(Resource):
    @officer_may(CLONE, Act.READ)
    @response_schema(entries.CloneWarningsSchema(), "listCloneWarnings", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List your authority's agencies whose entries have a clone warning."""
        found = related_acts.warned(session, official(me).authority)
        return Answer({"items": [_warnings(agency) for agency in found if not me.has_conflict(agency.agency_id)]})


@ns.route("/clone-warnings/<agency_id>")
class WarningsOf(Resource):
    @officer_may(CLONE, Act.READ)
    @response_schema(entries.CloneWarningsOfSchema(), "getCloneWarnings", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, agency_id: str) -> Answer:
        """Read the clone warnings on one agency's entry, with the numbers by which they are lifted."""
        return _warnings_of(session, me, agency_id)

    post = act_view(WARNED, CLONE_WARNINGS, CLONE_WARNINGS["warn"], ANSWERED)


serve_acts(ns, WARNED, CLONE_WARNINGS, ANSWERED, exclude=("warn",))


def _collision_answer(session: Session, me: AuthenticatedOfficer, collision_id: str) -> Answer:
    """One collision. Raises NotFound for another authority's, Forbidden if the officer has an interest in an agency."""
    found, both = find_collision(session, me, reference_in(collision_id))
    payload = _collision(found, both, official(me).authority)
    return Answer(payload, headers=(etag(payload["version"]),))


def _collision(found: Collision, both: list[record.Agency], authority: str) -> dict[str, Any]:
    first, second = both
    return _COLLISION.write(
        found,
        agencies=[agency_summary(agency) for agency in both],
        yours=[agency.agency_id for agency in both if is_of(agency, authority)],
        evidence=evidence(findings(first, second, [Sign(word) for word in found.signs])),
        version=related_acts.collision_version(found),
    )


def _warnings_of(session: Session, me: AuthenticatedOfficer, agency_id: str) -> Answer:
    _, agency = find_agency(session, me, agency_id)
    payload = _warnings(agency)
    return Answer(payload, headers=(etag(payload["version"]),))


def _warnings(agency: record.Agency) -> dict[str, Any]:
    return {
        "agency_id": agency.agency_id,
        "warnings": [_WARNING.write(one, number=number) for number, one in enumerate(agency.clone_warnings, 1)],
        "version": related_acts.warnings_version(agency),
    }


_CHANGE = entries.ChannelChangeSchema.of(PendingChannelChange, computed=["agency_id", "addresses", "version"])

channels = Namespace("channel-changes", path="/channel-changes")

CHANNEL = rights.Resource.CHANNEL

_CHANGE_ANSWERED = Answered(
    entries.ChannelChangeSchema(),
    lambda session, me, reference, _: _change_by_id(session, me, reference),
    "/api/v1/channel-changes/{change_id}",
)


@channels.route("")
class ChannelChanges(Resource):
    @officer_may(CHANNEL, Act.READ)
    @response_schema(entries.ChannelChangesSchema(), "listChannelChanges", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List changes of channels that wait or have not taken effect yet, the oldest first.

        What a list prints in place of a registered channel waits here too.
        """
        found = related_acts.changes_waiting(session, official(me).authority)
        return Answer(
            {
                "items": [
                    _change_payload(session, change, agency.agency_id)
                    for change, agency in found
                    if not me.has_conflict(agency.agency_id)
                ]
            }
        )

    post = act_view("/channel-changes", CHANNELS, CHANNELS["propose"], _CHANGE_ANSWERED)


@channels.route("/<change_id>")
class ChannelChange(Resource):
    @officer_may(CHANNEL, Act.READ)
    @response_schema(entries.ChannelChangeSchema(), "getChannelChange", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, change_id: str) -> Answer:
        """Read a change of a channel, and at which addresses the agency is told of it."""
        return _change_by_id(session, me, change_id)


serve_acts(channels, "/<change_id>", CHANNEL_CHANGES, _CHANGE_ANSWERED)


def _change_by_id(session: Session, me: AuthenticatedOfficer, change_id: str) -> Answer:
    change, agency = related_acts.change_of_authority(session, official(me).authority, reference_in(change_id))
    require_no_interest(me, agency)
    return _change_answer(session, change, agency)


def _change_answer(session: Session, change: PendingChannelChange, agency: str) -> Answer:
    payload = _change_payload(session, change, agency)
    return Answer(payload, headers=(etag(payload["version"]),))


def _change_payload(session: Session, change: PendingChannelChange, agency: str) -> dict[str, Any]:
    return _CHANGE.write(
        change,
        agency_id=agency,
        addresses=registered_addresses(session, change.agency_id),
        version=related_acts.change_version(change),
    )
