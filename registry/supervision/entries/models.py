"""The table of agencies' requests about their own entries. Nothing here is about a worker; it is not sealed."""

from datetime import date

from sqlalchemy import Index, text
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import ReferencedRow, Text, one_of
from registry.vocabulary.supervision import EntryPart, EntryRequestKind, EntryRequestState

_IS_ONLY = text("state = 'open' AND kind <> 'clone_report'")


class EntryRequest(ReferencedRow):
    """A request of an agency (its public reference) about its entry, and what the authority decided.

    `part` is what a correction is about. `text` is the agency's own; of a reply it is what is shown. `answer` is the
    reason that the agency reads. `due_on` is the day by which the authority decides. `asked_by`, `decided_by` are
    references of officers and the agency's users.
    """

    __tablename__ = "entry_requests"
    __table_args__ = (
        Index(
            "ix_entry_requests_only", "agency", "kind", unique=True, sqlite_where=_IS_ONLY, postgresql_where=_IS_ONLY
        ),
        Index("ix_entry_requests_state_due_on", "state", "due_on"),
    )
    agency: Mapped[str] = mapped_column(Text(12), index=True)
    kind: Mapped[EntryRequestKind] = mapped_column(one_of(EntryRequestKind))
    state: Mapped[EntryRequestState] = mapped_column(one_of(EntryRequestState))
    part: Mapped[EntryPart | None] = mapped_column(one_of(EntryPart))
    text: Mapped[str] = mapped_column(LongText)
    asked_by: Mapped[str] = mapped_column(Text(200))
    asked_on: Mapped[date]
    due_on: Mapped[date]
    decided_by: Mapped[str | None] = mapped_column(Text(200))
    decided_on: Mapped[date | None]
    answer: Mapped[str | None] = mapped_column(LongText)
    ended_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)
