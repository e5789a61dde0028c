"""The table of decisions: what was found of a complaint, who wrote it and who decided. Words in it are sealed."""

from datetime import date

from sqlalchemy import JSON, CheckConstraint, ForeignKey
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import Base, Text, one_of
from registry.vocabulary.cases import DecisionOutcome, DecisionState


class Decision(Base):
    """A decision on a case, drafted or made. It has a box of its own, which no complaint code opens.

    `reasons_sealed` is the unit's alone; `summary_sealed` is what may be told outside, in `language`, and
    `translation_sealed` the same in the complainant's. `written_by` are the references of all who wrote the draft.
    `object_days` are the days for an objection, counted from the day on which it is made.
    """

    __tablename__ = "decisions"
    __table_args__ = (CheckConstraint("decided_by IS NULL OR decided_by <> drafted_by", name="two_persons"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Text(12), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"), unique=True)
    outcome: Mapped[DecisionOutcome] = mapped_column(one_of(DecisionOutcome))
    state: Mapped[DecisionState] = mapped_column(one_of(DecisionState))
    object_days: Mapped[int]
    object_until: Mapped[date | None]
    drafted_by: Mapped[str] = mapped_column(Text(200))
    written_by: Mapped[list[str]] = mapped_column(JSON)
    drafted_on: Mapped[date]
    decided_by: Mapped[str | None] = mapped_column(Text(200))
    decided_on: Mapped[date | None]
    reasons_sealed: Mapped[str] = mapped_column(LongText)
    summary_sealed: Mapped[str] = mapped_column(LongText)
    language: Mapped[str | None] = mapped_column(Text(12))
    translated_by: Mapped[str | None] = mapped_column(Text(200))
    translation_sealed: Mapped[str | None] = mapped_column(LongText)
