"""With whom an open case lies: the complainant, the agency, a partner, a second person, the measure, or its own officers.

One list of conditions gives the word of a case and the filter, so that both say the same.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, case, literal, not_, or_, select

from registry.complaints.case.models import Case
from registry.complaints.casework.decisions.models import Decision
from registry.complaints.parties.models import Hearing, Referral
from registry.vocabulary.cases import CaseState, DecisionState, HearingState, LiesWith, ReferralState


def _hearing(state: HearingState) -> ColumnElement[bool]:
    found = select(Hearing.id).where(Hearing.case_id == Case.id, Hearing.state == state)
    return and_(Case.state == CaseState.AGENCY_HEARING, found.exists())


def _second() -> ColumnElement[bool]:
    drafted = select(Decision.id).where(Decision.case_id == Case.id, Decision.state == DecisionState.DRAFTED)
    decides = and_(Case.state == CaseState.DECISION_DRAFT, drafted.exists())
    return or_(_hearing(HearingState.REPRISAL_CHECK), decides)


def _partner() -> ColumnElement[bool]:
    sent = select(Referral.case_id).where(Referral.state == ReferralState.SENT)
    return Case.id.in_(sent)


_CONDITIONS: Mapping[LiesWith, ColumnElement[bool]] = {
    LiesWith.COMPLAINANT: Case.state == CaseState.WAITING_COMPLAINANT,
    LiesWith.MEASURE: and_(Case.state == CaseState.SANCTION_PENDING, Case.measure.is_(None)),
    LiesWith.AGENCY: _hearing(HearingState.SERVED),
    LiesWith.SECOND: _second(),
    LiesWith.PARTNER: _partner(),
}
"""What holds for a case that lies with somebody else; the first that holds counts."""

_STATES: Mapping[LiesWith, tuple[CaseState, ...]] = {
    LiesWith.COMPLAINANT: (CaseState.WAITING_COMPLAINANT,),
    LiesWith.MEASURE: (CaseState.SANCTION_PENDING,),
    LiesWith.AGENCY: (CaseState.AGENCY_HEARING,),
    LiesWith.SECOND: (CaseState.AGENCY_HEARING, CaseState.DECISION_DRAFT),
}
"""States in which a case can lie with them: they lead to an index."""


def lies_with() -> ColumnElement[Any]:
    """With whom a case lies, as a column of LiesWith's values."""
    return case(
        *((condition, literal(who.value)) for who, condition in _CONDITIONS.items()),
        else_=literal(LiesWith.OFFICER.value),
    )


def is_with(who: LiesWith) -> list[ColumnElement[bool]]:
    """The conditions for open cases that lie with somebody."""
    before = [
        condition for other, condition in _CONDITIONS.items() if who is LiesWith.OFFICER or _comes_first(other, who)
    ]
    own = [_CONDITIONS[who]] if who in _CONDITIONS else []
    states = [Case.state.in_(_STATES[who])] if who in _STATES else []
    return [Case.is_open.is_(True), *states, *own, *(not_(condition) for condition in before)]


def _comes_first(other: LiesWith, who: LiesWith) -> bool:
    order = list(_CONDITIONS)
    return order.index(other) < order.index(who)
