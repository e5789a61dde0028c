"""Openings of cases, asked for and granted. All invented."""

from typing import Any

from sqlalchemy.orm import Session

from registry.case_terms import CaseRole, OpeningKind
from registry.complaints.casework import Officer
from registry.complaints.openings import actions
from registry.complaints.openings.models import Opening
from registry.complaints.sealing import Sealer
from tests.complaints.filing import AT

IDA = Officer("I. Ida", CaseRole.INVESTIGATOR, "it-labour")
REASON = "Her sister says that they moved her last night."


def asked(
    session: Session, sealer: Sealer, case: str, kind: OpeningKind = OpeningKind.BREAK_GLASS, **more: Any
) -> Opening:
    officer = more.pop("officer", IDA)
    if kind is OpeningKind.BREAK_GLASS:
        more = {"hours": 2} | more
    return actions.ask(session, sealer, officer, case, kind, REASON, more.pop("at", AT), **more)


def granted(
    session: Session, sealer: Sealer, case: str, kind: OpeningKind = OpeningKind.BREAK_GLASS, **more: Any
) -> Opening:
    opening = asked(session, sealer, case, kind, **more)
    return actions.decide(session, sealer, IDA.unit, "S. Second", opening.reference, AT, is_granted=True)
