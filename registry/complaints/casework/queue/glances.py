"""What the queue shows of a case beside its facts: with whom it lies, its language and agency, and what happened last.

One list of conditions gives the word of a case and the filter, so that both say the same.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, literal, not_, or_, select, union_all
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.casework.models import CaseMove, Decision
from registry.complaints.casework.queries import named_agency_id
from registry.complaints.intake.models import Message
from registry.complaints.parties.models import Hearing, Referral
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import Sealer
from registry.vocabulary.cases import Author, CaseState, DecisionState, HearingState, LiesWith, ReferralState

_SERVED = select(Hearing.id).where(Hearing.case_id == Case.id, Hearing.state == HearingState.SERVED)
_CHECKED = select(Hearing.case_id).where(Hearing.state == HearingState.REPRISAL_CHECK)
_DRAFTED = select(Decision.case_id).where(Decision.state == DecisionState.DRAFTED)
_SENT = select(Referral.case_id).where(Referral.state == ReferralState.SENT)

_CONDITIONS: Mapping[LiesWith, ColumnElement[bool]] = {
    LiesWith.COMPLAINANT: Case.state == CaseState.WAITING_COMPLAINANT,
    LiesWith.MEASURE: and_(Case.state == CaseState.SANCTION_PENDING, Case.measure.is_(None)),
    LiesWith.AGENCY: and_(Case.state == CaseState.AGENCY_HEARING, _SERVED.exists()),
    LiesWith.SECOND: or_(
        and_(Case.state == CaseState.AGENCY_HEARING, Case.id.in_(_CHECKED)),
        and_(Case.state == CaseState.DECISION_DRAFT, Case.id.in_(_DRAFTED)),
    ),
    LiesWith.PARTNER: Case.id.in_(_SENT),
}
"""What holds for a case that lies with somebody else; the first that holds counts."""

_STATES: Mapping[LiesWith, tuple[CaseState, ...]] = {
    LiesWith.COMPLAINANT: (CaseState.WAITING_COMPLAINANT,),
    LiesWith.MEASURE: (CaseState.SANCTION_PENDING,),
    LiesWith.AGENCY: (CaseState.AGENCY_HEARING,),
}
"""States in which a case can lie with them: they lead to an index."""

# Said beside the condition of each state, so that PostgreSQL begins with these few cases and not with all open ones.
_FEW: Mapping[LiesWith, ColumnElement[bool]] = {LiesWith.SECOND: Case.id.in_(union_all(_CHECKED, _DRAFTED))}


def lies_with() -> ColumnElement[Any]:
    """With whom a case lies, as a column of LiesWith's values."""
    return case(
        *((condition, literal(who.value)) for who, condition in _CONDITIONS.items()),
        else_=literal(LiesWith.OFFICER.value),
    )


def is_with(who: LiesWith) -> list[ColumnElement[bool]]:
    """The conditions for open cases that lie with somebody."""
    order = list(_CONDITIONS)
    earlier = order if who is LiesWith.OFFICER else order[: order.index(who)]
    # What its state rules out is not said again: to PostgreSQL each condition leaves fewer cases, here one, and it would sort.
    before = [_CONDITIONS[other] for other in earlier if not {who, other} <= _STATES.keys()]
    own = [_CONDITIONS[who]] if who in _CONDITIONS else []
    states = [Case.state.in_(_STATES[who])] if who in _STATES else []
    few = [_FEW[who]] if who in _FEW else []
    return [Case.is_open.is_(True), *states, *few, *own, *(not_(condition) for condition in before)]


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
