"""What the console's queue shows of each case beside what it is listed by: agency, last act, and with whom it lies."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.casework.models import CaseMove
from registry.complaints.casework.queries import named_agency_id
from registry.complaints.casework.queue.waiting import lies_with
from registry.complaints.intake.mailbox_models import Message
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import Sealer
from registry.vocabulary.cases import Author, LiesWith


class LastAct(StrEnum):
    """What happened last in a case: a move, a message of an officer, or one of the complainant."""

    MOVED = "moved"
    WROTE = "wrote"
    RECEIVED = "received"


class Glance(NamedTuple):
    """`agency_id`: the registered agency that the case is about. `is_typed`: one was typed that is not registered."""

    language: str | None
    agency_id: str | None
    is_typed: bool
    lies_with: LiesWith
    last_on: date | None
    last_act: LastAct | None


def glances(session: Session, sealer: Sealer, references: Sequence[str]) -> Mapping[str, Glance]:
    """Those of the cases of one page, by reference. One statement."""
    if not references:
        return {}
    moved = select(func.max(CaseMove.on_day)).where(CaseMove.case_id == Case.id).scalar_subquery()
    query = select(Case, lies_with(), moved, _last_message(Author.OFFICER), _last_message(Author.COMPLAINANT))
    rows = session.execute(query.where(Case.reference.in_(references)))
    return {row[0].reference: _glance(sealer, *row) for row in rows}


def _last_message(author: Author) -> Any:
    query = select(func.max(Message.written_on)).join(EncryptedContainer, EncryptedContainer.id == Message.box_id)
    return query.where(
        EncryptedContainer.case_id == Case.id, EncryptedContainer.is_copy.is_(False), Message.author == author
    ).scalar_subquery()


def _glance(
    sealer: Sealer, case: Case, who: str, moved: date | None, wrote: date | None, received: date | None
) -> Glance:
    days = {LastAct.RECEIVED: received, LastAct.WROTE: wrote, LastAct.MOVED: moved}
    last = max((day, act) for act, day in days.items() if day is not None) if any(days.values()) else (None, None)
    agency = named_agency_id(sealer, case)
    is_typed = agency is None and case.agency_sealed is not None
    return Glance(case.language, agency, is_typed, LiesWith(who), *last)
