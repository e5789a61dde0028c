"""The tables of cases. Readable columns hold what an officer's role may see; everything else is sealed.

No foreign key leads to a table of the register, only public references: complaints can be deployed apart from it.
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, and_, false, text
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.complaints.casework.models import CaseAgency, CaseClock, PriorityChange
from registry.core.db.engine import Base, Instant, Text, microseconds, one_of
from registry.vocabulary.cases import CaseState, Priority

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""When a case without a running deadline is due: after all others."""


_IS_IN_DANGER = text("in_danger_since IS NOT NULL")
_IS_HELD = text("has_legal_hold")


class Case(Base):
    """A case: the officers' work on what a worker, or a helper on the worker's behalf, has reported.

    A draft is a reference and a day, and belongs to no unit.

    `filed_on` is the day of the draft, then that of its submission. Columns ending in _sealed are of tier 1 and
    opened by the server's key ring; `agency_digest` is keyed and good for equality alone. `version` goes up with
    every change.

    `assignee` is an officer's reference. `is_open` and `due_at`, the next running deadline, are there so that the queue
    can be read in its order from an index, however many cases there are. `has_unread`: something came that the assignee
    has not read yet, the gravest of it being `unread_kind`, an UnreadKind (casework/unread.py). `in_danger_since`:
    somebody is in danger, and no officer has written to them or referred the case since; of a withdrawn case, and no
    officer has looked at it.

    `measure` is where the sanction that rests on the case's decision stands (vocabulary/supervision.py), since
    `measure_on`; it holds until `measure_until` where it ends by itself. None before anything is in force.

    `further_agencies` are those that the case is about beside the one in `agency_sealed`.

    `clock_rows` and `lowering`, one that waits for a second person, are there for queries that join them.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_agency_digest_filed_on", "agency_digest", "filed_on"),
        *(
            Index(f"ix_cases_queue_{column}", "unit_id", column, "priority", "due_at", "id")
            for column in ("is_open", "state", "country", "sector", "has_unread")
        ),
        # With the state, so that cases are counted by it from the index alone.
        Index("ix_cases_of_officer", "unit_id", "assignee", "is_open", "priority", "due_at", "id", "state"),
        Index("ix_cases_open_by_language", "unit_id", "is_open", "language", "priority"),
        Index("ix_cases_late", "unit_id", "due_at"),
        Index(
            "ix_cases_in_danger",
            "unit_id",
            "in_danger_since",
            sqlite_where=_IS_IN_DANGER,
            postgresql_where=_IS_IN_DANGER,
        ),
        Index("ix_cases_held", "unit_id", "purge_on", sqlite_where=_IS_HELD, postgresql_where=_IS_HELD),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Text(12), unique=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    country: Mapped[str | None] = mapped_column(Text(2))
    state: Mapped[CaseState] = mapped_column(one_of(CaseState))
    priority: Mapped[Priority | None] = mapped_column(one_of(Priority))
    sector: Mapped[str | None] = mapped_column(Text(10))
    indicators: Mapped[list[str]] = mapped_column(JSON, default=list)
    filed_on: Mapped[date]
    language: Mapped[str | None] = mapped_column(Text(12))
    questionnaire: Mapped[str | None] = mapped_column(Text(16))
    triage_version: Mapped[str | None] = mapped_column(Text(16))
    reasons: Mapped[list[Any]] = mapped_column(JSON, default=list)
    agency_sealed: Mapped[str | None] = mapped_column(LongText)
    employer_sealed: Mapped[str | None] = mapped_column(LongText)
    region_sealed: Mapped[str | None] = mapped_column(LongText)
    amounts_sealed: Mapped[str | None] = mapped_column(LongText)
    agency_digest: Mapped[str | None] = mapped_column(Text(64))
    agency_is_registered: Mapped[bool | None]
    has_legal_hold: Mapped[bool] = mapped_column(default=False)
    closed_on: Mapped[date | None]
    purge_on: Mapped[date | None] = mapped_column(index=True)
    purged_on: Mapped[date | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    assignee: Mapped[str | None] = mapped_column(Text(12))
    measure: Mapped[str | None] = mapped_column(Text(20))
    measure_on: Mapped[date | None]
    measure_until: Mapped[date | None]
    is_open: Mapped[bool] = mapped_column(default=False, server_default=false())
    has_unread: Mapped[bool] = mapped_column(default=False, server_default=false())
    unread_kind: Mapped[str | None] = mapped_column(Text(12))
    in_danger_since: Mapped[datetime | None] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant, default=NEVER, server_default=str(microseconds(NEVER)))
    clock_rows: Mapped[list[CaseClock]] = relationship(
        viewonly=True, lazy="raise", order_by=(CaseClock.due_at, CaseClock.id)
    )
    further_agencies: Mapped[list[CaseAgency]] = relationship(viewonly=True, order_by=CaseAgency.id)
    lowering: Mapped[PriorityChange | None] = relationship(
        viewonly=True,
        lazy="raise",
        uselist=False,
        primaryjoin=and_(PriorityChange.case_id == id, PriorityChange.decided_on.is_(None)),
    )
