"""Entries of agencies by the API: what the licensing desk does about them beside licences, and what agencies ask of their own.

Pairs of agencies that resemble each other, decided; the warnings that stand on true entries; and changes of registered
channels: two persons, the agency told, and published after 72 hours. An agency asks about its own entry, and the licensing
desk of its authority decides.
"""

from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.endpoints import Answered, act_view, officer_may, serve_acts
from registry.api.officers.officers import change_payload
from registry.api.restx import Namespace, Resource, created_response
from registry.core.calls import Call
from registry.core.clock import now
from registry.http.request_reader import IdempotencyKey
from registry.http.responses import Answer, etag
from registry.http.schemas import request_schema, response_schema, written_answer
from registry.officer_acts import entry_acts, licence_acts
from registry.officer_acts.acts import draft_idempotently
from registry.officer_acts.permissions import reference_in, require_no_interest
from registry.officers import models, rights
from registry.officers.sessions import AuthenticatedOfficer
from registry.register.agencies import record
from registry.register.agencies.channel_changes import registered_addresses
from registry.register.agencies.models import PendingChannelChange
from registry.supervision.collisions.models import Collision
from registry.supervision.collisions.rules import Sign, evidence, findings
from registry.supervision.entries import actions, queries
from registry.supervision.entries.models import EntryRequest
from registry.supervision.licensing import drafting, related_acts
from registry.vocabulary.supervision import EntryPart, EntryRequestKind
from schemas import entries

_COLLISION = entries.CollisionSchema.of(Collision, computed=["agencies", "yours", "evidence", "version"])
_WARNING = entries.NumberedWarningSchema.of(record.Warning_, computed=["number"])

ns = Namespace("clones", path="/")

CLONE = rights.Resource.CLONE
WARNED = "/clone-warnings/<agency_id>"


@ns.route("/collisions")
class Collisions(Resource):
    @officer_may(CLONE, rights.Act.READ)
    @response_schema(entries.CollisionsSchema(), "listCollisions", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List collisions that wait for a decision, one of the two your authority's, the gravest first; 50 at most."""
        authority = licence_acts.official(me).authority
        items = [
            _collision(one, both, authority)
            for one, both in related_acts.collisions_open(session, authority)
            if not any(me.has_conflict(agency.agency_id) for agency in both)
        ]
        return Answer({"items": items})


def _collision_answer(session: Session, me: AuthenticatedOfficer, collision_id: str, _: object = None) -> Answer:
    """One collision. Raises NotFound for another authority's, Forbidden if the officer has an interest in an agency."""
    found, both = licence_acts.find_collision(session, me, reference_in(collision_id))
    payload = _collision(found, both, licence_acts.official(me).authority)
    return Answer(payload, headers=(etag(payload["version"]),))


def _collision(found: Collision, both: list[record.Agency], authority: str) -> dict[str, Any]:
    first, second = both
    return _COLLISION.write(
        found,
        agencies=[record.agency_summary(agency) for agency in both],
        yours=[agency.agency_id for agency in both if drafting.is_of(agency, authority)],
        evidence=evidence(findings(first, second, [Sign(word) for word in found.signs])),
        version=related_acts.collision_version(found),
    )


@ns.route("/collisions/<collision_id>")
class OneCollision(Resource):
    @officer_may(CLONE, rights.Act.READ)
    @response_schema(entries.CollisionSchema(), "getCollision", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, collision_id: str) -> Answer:
        """Read a collision with its evidence: a line for each thing that the two agencies have in common."""
        return _collision_answer(session, me, collision_id)


COLLISION_ANSWERED = Answered(entries.CollisionSchema(), _collision_answer)
serve_acts(ns, "/collisions/<collision_id>", licence_acts.COLLISIONS, COLLISION_ANSWERED)


@ns.route("/clone-warnings")
class Warnings(Resource):
    @officer_may(CLONE, rights.Act.READ)
    @response_schema(entries.CloneWarningsSchema(), "listCloneWarnings", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List your authority's agencies whose entries have a clone warning."""
        found = related_acts.warned(session, licence_acts.official(me).authority)
        return Answer({"items": [_warnings(agency) for agency in found if not me.has_conflict(agency.agency_id)]})


def _warnings_of(session: Session, me: AuthenticatedOfficer, agency_id: str, _: object = None) -> Answer:
    _row, agency = licence_acts.find_agency(session, me, agency_id)
    payload = _warnings(agency)
    return Answer(payload, headers=(etag(payload["version"]),))


def _warnings(agency: record.Agency) -> dict[str, Any]:
    return {
        "agency_id": agency.agency_id,
        "warnings": [_WARNING.write(one, number=number) for number, one in enumerate(agency.clone_warnings, 1)],
        "version": related_acts.warnings_version(agency),
    }


WARNINGS_ANSWERED = Answered(entries.CloneWarningsOfSchema(), _warnings_of)


@ns.route(WARNED)
class WarningsOf(Resource):
    @officer_may(CLONE, rights.Act.READ)
    @response_schema(entries.CloneWarningsOfSchema(), "getCloneWarnings", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, agency_id: str) -> Answer:
        """Read the clone warnings on one agency's entry, with the numbers by which they are lifted."""
        return _warnings_of(session, me, agency_id)

    post = act_view(WARNED, licence_acts.CLONE_WARNINGS, "warn", WARNINGS_ANSWERED)


serve_acts(ns, WARNED, licence_acts.CLONE_WARNINGS, WARNINGS_ANSWERED, exclude=("warn",))


_CHANGE = entries.ChannelChangeSchema.of(PendingChannelChange, computed=["agency_id", "addresses", "version"])

channels = Namespace("channel-changes", path="/channel-changes")

CHANNEL = rights.Resource.CHANNEL


def _change_answer(session: Session, me: AuthenticatedOfficer, change_id: str, _: object = None) -> Answer:
    authority = licence_acts.official(me).authority
    change, agency = related_acts.change_of_authority(session, authority, reference_in(change_id))
    require_no_interest(me, agency)
    payload = _change_payload(session, change, agency)
    return Answer(payload, headers=(etag(payload["version"]),))


def _change_payload(session: Session, change: PendingChannelChange, agency: str) -> dict[str, Any]:
    return _CHANGE.write(
        change,
        agency_id=agency,
        addresses=registered_addresses(session, change.agency_id),
        version=related_acts.change_version(change),
    )


CHANGE_ANSWERED = Answered(entries.ChannelChangeSchema(), _change_answer, "/api/v1/channel-changes/{change_id}")


@channels.route("")
class ChannelChanges(Resource):
    @officer_may(CHANNEL, rights.Act.READ)
    @response_schema(entries.ChannelChangesSchema(), "listChannelChanges", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List changes of channels that wait or have not taken effect yet, the oldest first.

        What a list prints in place of a registered channel waits here too.
        """
        found = related_acts.changes_waiting(session, licence_acts.official(me).authority)
        items = [
            _change_payload(session, change, agency.agency_id)
            for change, agency in found
            if not me.has_conflict(agency.agency_id)
        ]
        return Answer({"items": items})

    post = act_view("/channel-changes", licence_acts.CHANNELS, "propose", CHANGE_ANSWERED)


@channels.route("/<change_id>")
class ChannelChange(Resource):
    @officer_may(CHANNEL, rights.Act.READ)
    @response_schema(entries.ChannelChangeSchema(), "getChannelChange", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, change_id: str) -> Answer:
        """Read a change of a channel, and at which addresses the agency is told of it."""
        return _change_answer(session, me, change_id)


serve_acts(channels, "/<change_id>", licence_acts.CHANNEL_CHANGES, CHANGE_ANSWERED)


_REQUEST = entries.EntryRequestSchema.of(EntryRequest)


entry_requests = Namespace("entries", path="/")

ENTRY = rights.Resource.ENTRY


@entry_requests.route("/entry-requests")
class EntryRequests(Resource):
    @officer_may(ENTRY, rights.Act.READ)
    @response_schema(entries.EntryRequestsSchema(), "listEntryRequests", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List the requests of agencies about their entries.

        Licensing officers read what waits for their authority, the earliest due first; an agency's people read all that
        their own agency asked.
        """
        if me.standing.may(ENTRY, rights.Act.APPROVE):
            waiting = queries.waiting(session, entry_acts.official(me))
            found = [one for one in waiting if not me.has_conflict(one.agency)]
        else:
            found = queries.requests_of(session, entry_acts.representative(session, me).agency)
        return Answer({"items": [_REQUEST.write(one) for one in found]})

    @officer_may(ENTRY, rights.Act.PROPOSE)
    @request_schema(entries.EntryAskingSchema(), body=True, idempotent=True)
    @created_response(
        entries.EntryRequestSchema(), "createEntryRequest", (404, 409, 413, 415),
        location="/api/v1/entry-requests/{request_id}",
    )  # fmt: skip
    def post(
        self,
        session: Session,
        me: AuthenticatedOfficer,
        kind: EntryRequestKind,
        part: EntryPart,
        text: str,
        idempotency_key: IdempotencyKey | None,
    ) -> Answer:
        """Make a request about your agency's own entry.

        A correction is marked on the public entry until it is decided. A reply is shown once it is accepted, while there is a
        sanction or warning that it replies to. Idempotent with an Idempotency-Key.
        """
        rep = entry_acts.representative(session, me)

        def ask() -> str:
            return actions.ask(Call(session, rep, now()), kind, text, part).reference

        reference = draft_idempotently(session, me, "entry request", idempotency_key, ask)
        return written_answer(_REQUEST, actions.lock_request(session, rep.agency, reference))


@entry_requests.route("/entry-requests/<request_id>")
class OneEntryRequest(Resource):
    @officer_may(ENTRY, rights.Act.READ)
    @response_schema(entries.EntryRequestSchema(), "getEntryRequest", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, request_id: str) -> Answer:
        """Read a request of your own agency, or of one of your authority."""
        reference = reference_in(request_id)
        if me.standing.may(ENTRY, rights.Act.APPROVE):
            return written_answer(_REQUEST, entry_acts.find_request(session, me, reference))
        agency = entry_acts.representative(session, me).agency
        return written_answer(_REQUEST, actions.lock_request(session, agency, reference))


REQUEST_ANSWERED = Answered(
    entries.EntryRequestSchema(), lambda _session, _me, _, entry_request: written_answer(_REQUEST, entry_request)
)
serve_acts(entry_requests, "/entry-requests/<request_id>", entry_acts.OWN, REQUEST_ANSWERED)
serve_acts(entry_requests, "/entry-requests/<request_id>", entry_acts.ACTS, REQUEST_ANSWERED)


@entry_requests.route("/agency-invitations")
class AgencyInvitations(Resource):
    @officer_may(ENTRY, rights.Act.APPROVE)
    @response_schema(entries.AgencyInvitationsSchema(), "listAgencyInvitations", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List invitations of agencies' people that wait for a second officer of your authority, the oldest first."""
        found = [one for one in actions.invitations(session, entry_acts.official(me)) if not me.has_conflict(one[1])]
        return Answer({"items": [_invitation(session, *one) for one in found]})

    post = act_view(
        "/agency-invitations", entry_acts.INVITATIONS, "invite",
        Answered(
            entries.AgencyInvitedSchema(),
            lambda session, me, made, _: Answer(_invitation(session, *entry_acts.find_invitation(session, me, made))),
        ),
    )  # fmt: skip


serve_acts(
    entry_requests, "/agency-invitations/<change_id>", entry_acts.INVITED,
    Answered(
        entries.AgencyInvitationApprovedSchema(),
        lambda session, me, reference, code: Answer(
            _invitation(session, *entry_acts.find_invitation(session, me, reference)) | {"join_code": code}
        ),
    ),
)  # fmt: skip


def _invitation(session: Session, change: models.OfficerChange, agency: str) -> dict[str, Any]:
    return change_payload(session, change) | {"agency_id": agency}
