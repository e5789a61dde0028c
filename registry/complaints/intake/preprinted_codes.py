"""Numbers for forms of paper: made before anybody has them, so that a worker takes her slip home when she hands a form on.

Such a box is like any that was begun and not typed back yet, kept for a year. Its number opens it on the pages too, and whoever
opens it there may answer there. The form has the case's reference, which opens nothing; the number stands on the slip alone.
"""

from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.complaints.case.access import new_box
from registry.complaints.case.complaint_codes import Root
from registry.complaints.case.models import Case
from registry.complaints.case.retention_rules import paper_day
from registry.complaints.case.units import require_open_intake
from registry.complaints.sealing.sealer import Sealer
from registry.core.ids import new_reference
from registry.vocabulary.cases import BoxRole, CaseState
from registry.vocabulary.register import Language

MAX_AT_ONCE = 200


class Minted(NamedTuple):
    """`code` goes on the slip, `reference` on the form."""

    code: str
    reference: str


def premint(session: Session, sealer: Sealer, code: str, root: Root, language: Language, today: date) -> Minted:
    """A box for a form. `code` and `root` as for `filing.start`. Commit before the form is printed.

    Raises IntakeClosed where nobody would take the form.
    """
    require_open_intake(session)
    case = Case(
        reference=new_reference(),
        state=CaseState.DRAFT,
        filed_on=today,
        language=language,
        indicators=[],
        reasons=[],
        has_legal_hold=False,
        purge_on=paper_day(today),
        version=1,
    )
    session.add(case)
    session.flush()
    sealer.new_box(session, new_box(session, case, BoxRole.WORKER, root, today), root.public)
    return Minted(code, case.reference)
