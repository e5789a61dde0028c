"""The tables of the officers' work on a case: its history, its deadlines, who has it open, and requests for another priority."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import Base, Instant, Text, one_of
from registry.vocabulary.cases import CaseRole, CaseState, ClockKind, Priority


class CaseMove(Base):
    """One move of a case, never changed. `actor` is an officer's name; of complainants and of the registry it is empty."""

    __tablename__ = "case_moves"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    from_state: Mapped[CaseState] = mapped_column(one_of(CaseState))
    to_state: Mapped[CaseState] = mapped_column(one_of(CaseState, "to_casestate"))
    on_day: Mapped[date]
    role: Mapped[CaseRole] = mapped_column(one_of(CaseRole))
    actor: Mapped[str] = mapped_column(Text(200), default="")
    reason_sealed: Mapped[str | None] = mapped_column(LongText)


class CaseClock(Base):
    """A deadline of a case. Paused and met ones send no reminders; `due_at` reveals as little as possible of when the
    complainant wrote."""

    __tablename__ = "clocks"
    __table_args__ = (UniqueConstraint("case_id", "kind"), Index("ix_clocks_due_at", "due_at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    kind: Mapped[ClockKind] = mapped_column(one_of(ClockKind))
    due_at: Mapped[datetime] = mapped_column(Instant)
    remind_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    paused_on: Mapped[date | None]
    met_on: Mapped[date | None]
    reminded_at: Mapped[datetime | None] = mapped_column(Instant)
    escalated_at: Mapped[datetime | None] = mapped_column(Instant)


class CaseView(Base):
    """That an officer had a case open at an instant; forgotten within hours (`presence.py`)."""

    __tablename__ = "case_views"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    seen_at: Mapped[datetime] = mapped_column(Instant, index=True)


class PriorityChange(Base):
    """Another priority for a case. Raising is decided at once; lowering from P0 or P1 waits for a second person."""

    __tablename__ = "priority_changes"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    from_priority: Mapped[Priority] = mapped_column(one_of(Priority))
    to_priority: Mapped[Priority] = mapped_column(one_of(Priority, "to_priority"))
    asked_by: Mapped[str] = mapped_column(Text(200))
    asked_on: Mapped[date]
    reason_sealed: Mapped[str] = mapped_column(LongText)
    decided_by: Mapped[str | None] = mapped_column(Text(200))
    decided_on: Mapped[date | None]
    is_approved: Mapped[bool | None]
