"""Decisions as officers of the unit read them. Reading the words is audited."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.complaints.case.models import Case
from registry.complaints.casework.actions import Officer, lock_case
from registry.complaints.casework.decisions import actions, rules
from registry.complaints.casework.models import Decision
from registry.complaints.sealing.sealer import Sealer, read_sealed


class ShownDecision(NamedTuple):
    """`lack`: what keeps this officer from making it, as a code of the rules."""

    decision: Decision
    reasons: str
    summary: str
    lack: str | None
    translation: str | None = None
    wants_translation: bool = False


class Behind(NamedTuple):
    """The cases that a decision rests on: its own first, then those that were joined to it."""

    decision: Decision
    cases: Sequence[Case]


def decisions_of(
    session: Session, sealer: Sealer, officer: Officer, reference: str, today: date
) -> tuple[Case, list[ShownDecision]]:
    """The decisions of a case, the latest first, with all their words. Audited once. Raises NotFound."""
    case = lock_case(session, officer, reference)
    rows = session.execute(select(Decision).where(Decision.case_id == case.id).order_by(Decision.id.desc())).scalars()
    found = [_view(session, sealer, officer, case, row) for row in rows]
    if found:
        record(session, "decision.read", case.reference, on=today, actor=officer.name, detail=officer.role)
    return case, found


def decision_view(
    session: Session, sealer: Sealer, officer: Officer, reference: str, today: date
) -> tuple[Case, ShownDecision]:
    """One decision by its reference. Audited. Raises NotFound."""
    case, decision = actions.lock_decision(session, officer, reference)
    found = _view(session, sealer, officer, case, decision)
    record(session, "decision.read", case.reference, on=today, actor=officer.name, detail=officer.role)
    return case, found


def behind(session: Session, reference: str) -> Behind | None:
    """What a decision rests on; None when it is gone with its case. The caller checks that the reader may know it."""
    decision = session.execute(select(Decision).where(Decision.reference == reference)).scalar_one_or_none()
    if decision is None:
        return None
    joined = select(Case).where(Case.merged_into_id == decision.case_id).order_by(Case.id)
    return Behind(decision, [session.get_one(Case, decision.case_id), *session.execute(joined).scalars()])


def may_rest_on(decision: Decision) -> bool:
    """Whether a sanction can rest on a decision."""
    return decision.decided_by is not None and decision.outcome in rules.FOUND_WRONG


def _view(session: Session, sealer: Sealer, officer: Officer, case: Case, decision: Decision) -> ShownDecision:
    box = actions.open_decision(session, sealer, officer, decision)
    return ShownDecision(
        decision,
        read_sealed(box, case, decision, "reasons_sealed") or "",
        read_sealed(box, case, decision, "summary_sealed") or "",
        rules.lacking(actions.facts(session, case, decision, officer.name)),
        read_sealed(box, case, decision, "translation_sealed"),
        actions.wants_translation(case, decision),
    )
