"""How far a purge goes by itself: one day's cases in a round, so that a clock that is wrong destroys little.

A day's worth is what is due by one day more than the last round. A home that was switched off for a week catches up a day
each round, an hour apart; where more is due, an operator says so (`registry cases purge`).
"""

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Date, and_, bindparam, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry.complaints.case.models import Case
from registry.complaints.case.states import PURGEABLE
from registry.core.db.engine import LARGE, Base
from registry.vocabulary.cases import CaseState

MAX_DAYS_BEHIND = 8
"""A week without a worker, and the day it comes back."""

DAY = timedelta(days=1)


class PurgeProgress(Base):
    """One row: everything that was due by `purged_through` is destroyed, `cases` of them since they are counted."""

    __tablename__ = "purge_progress"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    purged_through: Mapped[date]
    cases: Mapped[int] = mapped_column(LARGE, default=0, server_default="0")


class PurgeBacklog(NamedTuple):
    """`waiting`: cases past their retention period that have their keys still. `trouble`: why no round will destroy them."""

    waiting: int
    trouble: str | None


def last_day_of_round(today: date, purged_through: date | None) -> date | None:
    """The day by which a round by itself destroys what is due; None where it destroys nothing without a hand."""
    if purged_through is None or today <= purged_through + DAY:
        return today
    return purged_through + DAY if today - purged_through <= MAX_DAYS_BEHIND * DAY else None


def is_due(day: date) -> ColumnElement[bool]:
    """Whether a case's retention period is over by a day, and no legal hold keeps it."""
    ended = Case.state.in_(sorted({*PURGEABLE, CaseState.DRAFT}))
    return and_(Case.purge_on <= day, Case.has_legal_hold.is_(False), ended)


def purged_through(session: Session) -> date | None:
    return session.execute(select(PurgeProgress.purged_through)).scalar_one_or_none()


def cases_purged(session: Session) -> int:
    return session.execute(select(PurgeProgress.cases)).scalar_one_or_none() or 0


def note_purged(session: Session, day: date, cases: int = 0) -> None:
    """Note that everything due by a day is destroyed, so many `cases` just now; two purges may do so at once."""
    session.execute(_NOTE_PURGED, {"day": day, "cases": cases})


_NOTE_PURGED = text(
    "INSERT INTO purge_progress (id, purged_through, cases) VALUES (1, :day, :cases) ON CONFLICT (id) DO UPDATE SET "
    "purged_through = excluded.purged_through, cases = purge_progress.cases + excluded.cases"
).bindparams(bindparam("day", type_=Date))


def purge_backlog(session: Session, today: date) -> PurgeBacklog:
    """What waits to be destroyed today."""
    waiting = session.execute(select(func.count()).select_from(Case).where(is_due(today))).scalar_one()
    through = purged_through(session)
    if not waiting or last_day_of_round(today, through) is not None:
        return PurgeBacklog(waiting, None)
    return PurgeBacklog(
        waiting,
        f"{waiting} cases are past their retention period, and the last purge was for {through}: look whether the clock is "
        "right, then run `registry cases purge`",
    )
