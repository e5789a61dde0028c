"""Acts on an access grant that was asked for: a second person decides or ends it, the officer who asked ends it."""

from functools import partial

from sqlalchemy.orm import Session

from registry.complaints.casework.access_grants import actions
from registry.complaints.casework.access_grants.rules import RIGHT_TO
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.models import AccessGrant
from registry.complaints.casework.queries import agencies_of
from registry.http.act_tables import calling
from registry.http.complaint_services import sealer
from registry.officer_acts.acts import OfficerAct, OfficerActCall, acts_of, calling_sealed, case_acts
from registry.officer_acts.case_acts import case_finder
from registry.officer_acts.permissions import acting_for_unit, reference_in, require_no_interest, require_right
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.vocabulary.cases import AccessKind
from schemas import officers


def find_access_grant(session: Session, me: AuthenticatedOfficer, reference: str, act: Act) -> str:
    """The stored reference. Raises NotFound for another unit's, Forbidden where the kind is not the officer's to act on, or the
    officer has an interest in the agency."""
    case, grant = actions.lock_grant(session, me.standing.unit, reference_in(reference))
    require_right(me, RIGHT_TO[grant.kind], act)
    require_no_interest(me, *agencies_of(sealer(), case))
    return grant.reference


ACTS = acts_of(
    Resource.BREAK_GLASS,
    lambda me, _: acting_for_unit(me),
    lambda session, me, act, reference: find_access_grant(session, me, reference, act.right),
    OfficerAct(
        "decide", Act.APPROVE, calling_sealed(actions.decide), "decideAccessGrant",
        """Grant or refuse another officer's access request.

        The access period begins. Break-glass is for supervisors and custodians, the rest for custodians alone.
        """,
        officers.AccessDecisionSchema, form={"is_granted": "decision"},
    ),
    OfficerAct(
        "end", Act.APPROVE, calling(actions.end), "endAccessGrant", "End another officer's access before its time."
    ),
)  # fmt: skip

OWN = acts_of(
    Resource.BREAK_GLASS, ACTS.officer_of, ACTS.find,
    OfficerAct(
        "end", Act.PROPOSE, calling(partial(actions.end, is_own=True)), "closeAccessGrant",
        "End your own access, or withdraw your request.",
        path="/close",
    ),
)  # fmt: skip
"""What an officer does to what was opened to that officer."""


def _ask(
    kind: AccessKind, call: OfficerActCall[Officer], reason: str, hours: int | None = None, attachment_id: str = ""
) -> AccessGrant:
    request = actions.AccessRequest(kind, reason, hours, reference_in(attachment_id))
    return actions.ask(call, sealer(), call.reference, request)


IN_CASE = case_acts(
    Resource.BREAK_GLASS,
    case_finder(Resource.BREAK_GLASS),
    OfficerAct(
        "break-glass", Act.PROPOSE, partial(_ask, AccessKind.BREAK_GLASS), "requestBreakGlass",
        """Request break-glass access: all of a case, and who wrote it, for some hours.

        For when somebody is in danger and the custodian is not there. A supervisor or custodian agrees.
        Auditors and supervisors are told.
        """,
        officers.BreakGlassRequestSchema, drafts=AccessKind.BREAK_GLASS,
    ),
    OfficerAct(
        "identity", Act.PROPOSE, partial(_ask, AccessKind.IDENTITY), "requestIdentity",
        "Request who wrote, and how to reach them safely, from the custodian.",
        officers.IdentityAccessRequestSchema, resource=RIGHT_TO[AccessKind.IDENTITY], drafts=AccessKind.IDENTITY,
    ),
    OfficerAct(
        "original", Act.PROPOSE, partial(_ask, AccessKind.ORIGINAL), "requestOriginal",
        "Request an original file from the custodian.",
        officers.OriginalAccessRequestSchema, form={"attachment_id": "attachment"}, resource=RIGHT_TO[AccessKind.ORIGINAL],
        drafts=AccessKind.ORIGINAL,
    ),
)  # fmt: skip
"""What is asked for in a case."""
