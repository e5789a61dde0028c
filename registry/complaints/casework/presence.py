"""Who else has a case open: so that two officers do not work on it unaware of each other.

The audit trail holds days and no hours; these instants are of officers alone, and are forgotten within hours.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.casework.models import CaseView
from registry.officers.models import Officer

SHOWN_FOR = timedelta(minutes=30)


class Seen(NamedTuple):
    """Another officer who opened the case, and whole minutes ago."""

    name: str
    minutes: int


def note_view(session: Session, case: Case, officer_id: int, at: datetime) -> None:
    """Note that an officer has the case open now, in place of when it was opened before."""
    before = and_(CaseView.case_id == case.id, CaseView.officer_id == officer_id)
    session.execute(delete(CaseView).where(or_(before, CaseView.seen_at <= at - SHOWN_FOR)))
    session.add(CaseView(case_id=case.id, officer_id=officer_id, seen_at=at))
    session.flush()


def seen_by(session: Session, case: Case, at: datetime, *, but: int) -> Sequence[Seen]:
    """The other officers who opened a case within half an hour, the latest first."""
    last = func.max(CaseView.seen_at, type_=CaseView.seen_at.type)
    query = select(Officer.name, last).join(CaseView, CaseView.officer_id == Officer.id)
    query = query.where(CaseView.case_id == case.id, CaseView.officer_id != but, CaseView.seen_at > at - SHOWN_FOR)
    rows = session.execute(query.group_by(Officer.id, Officer.name).order_by(last.desc()))
    return [Seen(name, max(0, int((at - seen_at).total_seconds() // 60))) for name, seen_at in rows]


def forget_views(session: Session, at: datetime) -> None:
    session.execute(delete(CaseView).where(CaseView.seen_at <= at - SHOWN_FOR))
