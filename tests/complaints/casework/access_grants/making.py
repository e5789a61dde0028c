"""Openings of cases, asked for and granted. All invented."""

from typing import Any

from sqlalchemy.orm import Session

from registry.complaints.casework.access_grants import actions
from registry.complaints.casework.actions import Officer, UnitOfficer
from registry.complaints.casework.models import AccessGrant
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.vocabulary.cases import AccessKind, CaseRole
from tests.complaints.filing import AT

IDA = Officer("I. Ida", CaseRole.INVESTIGATOR, "it-labour")
REASON = "Her sister says that they moved her last night."


def request_grant(
    session: Session, sealer: Sealer, case: str, kind: AccessKind = AccessKind.BREAK_GLASS, **more: Any
) -> AccessGrant:
    officer = more.pop("officer", IDA)
    if kind is AccessKind.BREAK_GLASS:
        more = {"hours": 2} | more
    call = Call(session, officer, more.pop("at", AT))
    return actions.ask(call, sealer, case, actions.AccessRequest(kind, REASON, **more))


def granted(
    session: Session, sealer: Sealer, case: str, kind: AccessKind = AccessKind.BREAK_GLASS, **more: Any
) -> AccessGrant:
    at = more.get("at", AT)
    grant = request_grant(session, sealer, case, kind, **more)
    second = Call(session, UnitOfficer("S. Second", IDA.unit), at)
    return actions.decide(second, sealer, grant.reference, is_granted=True)
