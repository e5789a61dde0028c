"""The tables of officers' notes and tasks on a case. Their texts are sealed like a complainant's."""

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import Base, Text


class CaseNote(Base):
    """An officer's note, for their unit alone; never changed. Sealed to the case's first mailbox, as reasons are."""

    __tablename__ = "case_notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Text(12), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    written_by: Mapped[str] = mapped_column(Text(200))
    written_on: Mapped[date]
    sealed: Mapped[str] = mapped_column(LongText)


class CaseTask(Base):
    """Something to be done in a case, by a day if it has one; `done_on` when it was.

    `owner` is the officer whose task it is; without one it is the assignee's of the case.
    """

    __tablename__ = "case_tasks"
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Text(12), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    made_by: Mapped[str] = mapped_column(Text(200))
    made_on: Mapped[date]
    due_on: Mapped[date | None]
    owner: Mapped[str | None] = mapped_column(Text(12))
    done_by: Mapped[str | None] = mapped_column(Text(200))
    done_on: Mapped[date | None]
    sealed: Mapped[str] = mapped_column(LongText)
