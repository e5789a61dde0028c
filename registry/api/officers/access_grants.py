"""Access grants by the API: what a role does not open, asked for, agreed to by a second person, and looked at for a while."""

from sqlalchemy.orm import Session

from registry.api.officers.acts import Answered, serve_acts
from registry.api.officers.cases import MAILBOX
from registry.api.officers.guard import officer_may
from registry.api.restx import Namespace, Resource
from registry.complaints.attachments.storage import store_of
from registry.complaints.casework.access_grants import queries
from registry.complaints.casework.access_grants.actions import lock_grant
from registry.complaints.casework.access_grants.rules import RIGHT_TO
from registry.core.calls import Call
from registry.core.clock import now
from registry.http.complaint_services import sealer
from registry.http.responses import Answer, File
from registry.http.schemas import BYTES, response_file, response_schema, written_answer
from registry.http.transaction import services
from registry.officer_acts.access_grant_acts import ACTS, IN_CASE, OWN, find_access_grant
from registry.officer_acts.acting import acting
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import AuthenticatedOfficer
from registry.vocabulary.cases import AccessKind
from schemas.officers import AccessGrantContentSchema, AccessGrantSchema, AccessGrantsSchema

ns = Namespace("access-grants", path="/")

GLASS, IDENTITY, ORIGINAL = rights.Resource.BREAK_GLASS, rights.Resource.IDENTITY, rights.Resource.ORIGINAL
_GRANT = AccessGrantSchema.of(queries.AccessGrantView, computed=["attachment_id"])
_CONTENT = AccessGrantContentSchema.of(
    queries.Opened, inherited="shown", computed=["attachment_id", "identities", "mailboxes"]
)


ANSWERED = Answered(AccessGrantSchema(), lambda session, me, reference, _: _grant_answer(session, me, reference))
serve_acts(ns, "/cases/<case_id>/access-grants", IN_CASE, ANSWERED)


@ns.route("/access-grants")
class AccessGrants(Resource):
    @officer_may(GLASS, Act.READ)
    @response_schema(AccessGrantsSchema(), "listAccessGrants", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List access requests of your unit: waiting ones first, then those open now or in the last 30 days.

        Reasons are shown to those who decide; reading them is on record.
        """
        kinds = [kind for kind in AccessKind if me.standing.may(RIGHT_TO[kind], Act.APPROVE)]
        found = queries.of_unit(session, sealer(), me.standing.unit, me.officer.reference, now(), decides=kinds)
        return Answer({"items": [_GRANT.write(one, attachment_id=_attachment_id(one)) for one in found]})


serve_acts(ns, "/access-grants/<grant_id>", ACTS, ANSWERED)
serve_acts(ns, "/access-grants/<grant_id>", OWN, ANSWERED)


@ns.route("/access-grants/<grant_id>/content")
class Content(Resource):
    @officer_may(GLASS, Act.PROPOSE)
    @response_schema(AccessGrantContentSchema(), "getAccessGrantContent", (404, 409), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, grant_id: str) -> Answer:
        """Read what an access grant opens to you.

        Each look is on record. The first look at who wrote begins its quarter of an hour. 409 where the custodian's key is not
        on this server; break-glass access shows the rest of the case then.
        """
        reference = find_access_grant(session, me, grant_id, Act.PROPOSE)
        _, grant = lock_grant(session, me.standing.unit, reference)
        call = Call(session, acting(me, RIGHT_TO[grant.kind], Act.PROPOSE), now())
        opened = queries.look(call, sealer(), reference)
        identities = opened.identities
        return written_answer(
            _CONTENT,
            opened,
            attachment_id=_attachment_id(opened.shown),
            identities=None
            if identities is None
            else [{"mailbox_id": box, "answers": given} for box, given in identities.items()],
            mailboxes=[MAILBOX.write(box) for box in opened.view.boxes] if opened.view else None,
        )


@ns.route("/access-grants/<grant_id>/file")
class OriginalFile(Resource):
    @officer_may(ORIGINAL, Act.PROPOSE)
    @response_file("downloadOriginal", (404, 409))
    def get(self, session: Session, me: AuthenticatedOfficer, grant_id: str) -> File:
        """Download the original file that is open to you."""
        reference = find_access_grant(session, me, grant_id, Act.PROPOSE)
        call = Call(session, acting(me, ORIGINAL, Act.PROPOSE), now())
        name, body = queries.original(call, sealer(), reference, store_of(services().settings))
        return File([body], BYTES, f"{reference}.{name.rpartition('.')[2]}", len(body))


def _grant_answer(session: Session, me: AuthenticatedOfficer, reference: str) -> Answer:
    grant = queries.grant_view(session, sealer(), me.standing.unit, reference, now())
    return written_answer(_GRANT, grant, attachment_id=_attachment_id(grant))


def _attachment_id(one: queries.AccessGrantView) -> str | None:
    return one.grant.attachment or None
