"""Complaint codes for paper forms, made in advance: the worker keeps the slip with the code and hands in the form.

Such a box is like any that was begun and not confirmed yet, and is kept for a year. Its code also opens it on the
pages, and answers may be given there instead. The form has the case's reference, which opens nothing; the code is on
the slip alone.
"""

from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.complaints.case.access import new_box
from registry.complaints.case.complaint_codes import Root
from registry.complaints.case.models import Case
from registry.complaints.case.units import require_open_intake
from registry.complaints.retention.rules import paper_day
from registry.complaints.sealing.sealer import Sealer
from registry.core.ids import new_reference
from registry.vocabulary.cases import CaseState, MailboxRole
from registry.vocabulary.register import Language

MAX_AT_ONCE = 200


class Minted(NamedTuple):
    """A preprinted complaint code. `code` goes on the slip, `reference` on the form."""

    code: str
    reference: str


def premint(session: Session, sealer: Sealer, code: str, root: Root, language: Language, today: date) -> Minted:
    """A box for a form. `code` and `root` as for `filing.start`. Commit before the form is printed.

    Raises IntakeClosed where no unit would take the form.
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
    sealer.new_box(session, new_box(session, case, MailboxRole.WORKER, root, today), root.public)
    return Minted(code, case.reference)
