"""The tables of the officers' work on a case. Words in them are sealed like a complainant's."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import Instant, NumberedRow, ReferencedRow, Text, one_of
from registry.vocabulary import cases


class CaseRow(ReferencedRow):
    """What belongs to a case, under a reference of its own. These columns come first, as tables have them."""

    __abstract__ = True
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True, sort_order=-1)


class CaseMove(NumberedRow):
    """One move of a case, never changed. `actor` is an officer's name; of complainants and of the registry it is empty."""

    __tablename__ = "case_moves"
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    from_state: Mapped[cases.CaseState] = mapped_column(one_of(cases.CaseState))
    to_state: Mapped[cases.CaseState] = mapped_column(one_of(cases.CaseState, "to_casestate"))
    on_day: Mapped[date]
    role: Mapped[cases.CaseRole] = mapped_column(one_of(cases.CaseRole))
    actor: Mapped[str] = mapped_column(Text(200), default="")
    reason_sealed: Mapped[str | None] = mapped_column(LongText)


class CaseClock(NumberedRow):
    """A deadline of a case. Paused and met ones send no reminders; `due_at` reveals as little as possible of when the
    complainant wrote."""

    __tablename__ = "clocks"
    __table_args__ = (UniqueConstraint("case_id", "kind"), Index("ix_clocks_due_at", "due_at"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    kind: Mapped[cases.ClockKind] = mapped_column(one_of(cases.ClockKind))
    due_at: Mapped[datetime] = mapped_column(Instant)
    remind_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    paused_on: Mapped[date | None]
    met_on: Mapped[date | None]
    reminded_at: Mapped[datetime | None] = mapped_column(Instant)
    escalated_at: Mapped[datetime | None] = mapped_column(Instant)


class CaseView(NumberedRow):
    """That an officer had a case open at an instant; forgotten within hours (`unread.py`)."""

    __tablename__ = "case_views"
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    seen_at: Mapped[datetime] = mapped_column(Instant, index=True)


class PriorityChange(NumberedRow):
    """Another priority for a case. Raising is decided at once; lowering from P0 or P1 waits for a second person."""

    __tablename__ = "priority_changes"
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    from_priority: Mapped[cases.Priority] = mapped_column(one_of(cases.Priority))
    to_priority: Mapped[cases.Priority] = mapped_column(one_of(cases.Priority, "to_priority"))
    asked_by: Mapped[str] = mapped_column(Text(200))
    asked_on: Mapped[date]
    reason_sealed: Mapped[str] = mapped_column(LongText)
    decided_by: Mapped[str | None] = mapped_column(Text(200))
    decided_on: Mapped[date | None]
    is_approved: Mapped[bool | None]


class CaseNote(CaseRow):
    """An officer's note, for their unit alone; never changed. Sealed to the case's first mailbox, as reasons are."""

    __tablename__ = "case_notes"
    written_by: Mapped[str] = mapped_column(Text(200))
    written_on: Mapped[date]
    sealed: Mapped[str] = mapped_column(LongText)


class CaseTask(CaseRow):
    """Something to be done in a case, by a day if it has one; `done_on` when it was.

    `owner` is the officer whose task it is; without one it is the assignee's of the case.
    """

    __tablename__ = "case_tasks"
    made_by: Mapped[str] = mapped_column(Text(200))
    made_on: Mapped[date]
    due_on: Mapped[date | None]
    owner: Mapped[str | None] = mapped_column(Text(12))
    done_by: Mapped[str | None] = mapped_column(Text(200))
    done_on: Mapped[date | None]
    sealed: Mapped[str] = mapped_column(LongText)


class CaseEvent(CaseRow):
    """A visit, interview, telephone call, or evidence that was taken (casework/events.py).

    `on_day` is when it is to be or was, where the authority sits. `owner` is the officer who writes down what came of it,
    `officers` all who take part; both are references. `sealed` holds place, hour, others by role, and what was seen or said,
    as JSON under the case's first mailbox. `box_id`: the container of the files of this piece of evidence (evidence.py).
    """

    __tablename__ = "case_events"
    __table_args__ = (Index("ix_case_events_state_on_day", "state", "on_day"),)
    kind: Mapped[cases.EventKind] = mapped_column(one_of(cases.EventKind))
    state: Mapped[cases.EventState] = mapped_column(one_of(cases.EventState))
    on_day: Mapped[date]
    owner: Mapped[str] = mapped_column(Text(12))
    officers: Mapped[list[str]] = mapped_column(JSON)
    written_by: Mapped[str] = mapped_column(Text(200))
    written_on: Mapped[date]
    recorded_by: Mapped[str | None] = mapped_column(Text(200))
    recorded_on: Mapped[date | None]
    sealed: Mapped[str] = mapped_column(LongText)
    box_id: Mapped[int | None] = mapped_column(ForeignKey("boxes.id"))


class ClaimLine(CaseRow):
    """A line of what a worker is owed (casework/claims.py), sealed like a note."""

    __tablename__ = "claim_lines"
    written_by: Mapped[str] = mapped_column(Text(12))
    written_on: Mapped[date]
    sealed: Mapped[str] = mapped_column(LongText)


class CaseAgency(ReferencedRow):
    """A further agency of the registry that a case is about, sealed and found by its digest like the first (Case)."""

    __tablename__ = "case_agencies"
    __table_args__ = (UniqueConstraint("case_id", "digest"),)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    part: Mapped[cases.FirmPart] = mapped_column(one_of(cases.FirmPart))
    digest: Mapped[str] = mapped_column(Text(64), index=True)
    sealed: Mapped[str] = mapped_column(LongText)
    added_by: Mapped[str] = mapped_column(Text(12))
    added_on: Mapped[date]


class Employer(ReferencedRow):
    """An employer of cases of one unit (casework/firms.py), kept as long as one of them names it.

    `sealed` holds name, country, place and register number as JSON, under the ring. The digests are keyed, of the unit's own,
    and good for telling equal names and numbers alone.
    """

    __tablename__ = "employers"
    __table_args__ = (Index("ix_employers_unit_name_digest", "unit", "name_digest"),)
    unit: Mapped[str] = mapped_column(Text(40))
    name_digest: Mapped[str] = mapped_column(Text(64))
    number_digest: Mapped[str | None] = mapped_column(Text(64))
    sealed: Mapped[str] = mapped_column(LongText)
    made_by: Mapped[str] = mapped_column(Text(12))
    made_on: Mapped[date]
    version: Mapped[int] = mapped_column(default=1)


class CaseEmployer(NumberedRow):
    """That a case is about an employer, as an officer linked them."""

    __tablename__ = "case_employers"
    __table_args__ = (UniqueConstraint("case_id", "employer_id"),)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"), index=True)
    part: Mapped[cases.FirmPart] = mapped_column(one_of(cases.FirmPart))
    linked_by: Mapped[str] = mapped_column(Text(12))
    linked_on: Mapped[date]


class WaitingLetter(CaseRow):
    """A letter in a language that the complainant does not read: sent once a translator has written it in the right one.

    `written_by` is an officer's reference, `role` the one in which they wrote. Sealed to the case's first mailbox.
    """

    __tablename__ = "waiting_letters"
    written_by: Mapped[str] = mapped_column(Text(200))
    written_on: Mapped[date]
    role: Mapped[cases.CaseRole] = mapped_column(one_of(cases.CaseRole))
    language: Mapped[str] = mapped_column(Text(12))
    to_helper: Mapped[bool]
    sealed: Mapped[str] = mapped_column(LongText)


class TemplateState(StrEnum):
    """`proposed` waits for a supervisor; `approved` is offered; `withdrawn` no longer is."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class ReplyTemplate(ReferencedRow):
    """A reply that a unit sends often, in every language. It is about no case, so nothing of it is sealed.

    `texts` are by language, `states` those of a case in which it is offered (empty: in all).
    """

    __tablename__ = "reply_templates"
    __table_args__ = (CheckConstraint("approved_by IS NULL OR approved_by <> written_by", name="two_persons"),)
    unit: Mapped[str] = mapped_column(Text(40), index=True)
    name: Mapped[str] = mapped_column(Text(80))
    states: Mapped[list[str]] = mapped_column(JSON, default=list)
    texts: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    state: Mapped[TemplateState] = mapped_column(one_of(TemplateState))
    written_by: Mapped[str] = mapped_column(Text(12))
    written_on: Mapped[date]
    approved_by: Mapped[str | None] = mapped_column(Text(12))
    approved_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)


class Translation(NumberedRow):
    """`subject` is `answer.<question>` or `message.<reference>`, of one box; one text for each language."""

    __tablename__ = "case_translations"
    __table_args__ = (UniqueConstraint("box_id", "subject", "language"),)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"))
    subject: Mapped[str] = mapped_column(Text(60))
    language: Mapped[str] = mapped_column(Text(12))
    written_by: Mapped[str] = mapped_column(Text(200))
    written_on: Mapped[date]
    sealed: Mapped[str] = mapped_column(LongText)


_IS_DRAFTED = text("state = 'drafted'")


class Decision(CaseRow):
    """A decision on a case, drafted or made. It has a box of its own, which no complaint code opens.

    `reasons_sealed` is the unit's alone; `summary_sealed` is what may be told outside, in `language`, and
    `translation_sealed` the same in the complainant's. `written_by` are the references of all who wrote the draft.
    `object_days` are the days for an objection, counted from the day on which it is made.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        CheckConstraint("decided_by IS NULL OR decided_by <> drafted_by", name="two_persons"),
        Index("ix_decisions_drafted", "case_id", sqlite_where=_IS_DRAFTED, postgresql_where=_IS_DRAFTED),
    )
    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"), unique=True)
    outcome: Mapped[cases.DecisionOutcome] = mapped_column(one_of(cases.DecisionOutcome))
    state: Mapped[cases.DecisionState] = mapped_column(one_of(cases.DecisionState))
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


_IS_LIVE = text("state IN ('asked', 'granted')")


class AccessGrant(CaseRow):
    """What one officer may see of one case for a while, once a second person has approved.

    `attachment` is the reference of a file, empty for the other kinds. `ends_at`: while it is asked for, when it can no
    longer be granted; once it is granted, when it ends. `hours` is the duration asked for. `reason_sealed` and
    `answer_sealed` (why it was refused) are sealed under the case's own keys. Columns ending in _by are officers' references.
    """

    __tablename__ = "openings"
    __table_args__ = (
        CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="two_persons"),
        Index(
            "ix_openings_live", "case_id", "kind", "attachment", "asked_by",
            unique=True, sqlite_where=_IS_LIVE, postgresql_where=_IS_LIVE,
        ),
        Index("ix_openings_state_ends_at", "state", "ends_at"),
    )  # fmt: skip
    kind: Mapped[cases.AccessKind] = mapped_column(one_of(cases.AccessKind, "openingkind"))
    attachment: Mapped[str] = mapped_column(Text(12), default="")
    state: Mapped[cases.AccessState] = mapped_column(one_of(cases.AccessState, "openingstate"))
    hours: Mapped[int]
    asked_by: Mapped[str] = mapped_column(Text(200))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(Text(200))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    looked_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_by: Mapped[str | None] = mapped_column(Text(200))
    reason_sealed: Mapped[str] = mapped_column(LongText)
    answer_sealed: Mapped[str | None] = mapped_column(LongText)
    version: Mapped[int] = mapped_column(default=1)


class SavedView(ReferencedRow):
    """An officer's own way to look at the queue: `filters` by name as they stand in the page's address."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("officer", "name"),)
    officer: Mapped[str] = mapped_column(Text(12))
    name: Mapped[str] = mapped_column(Text(60))
    filters: Mapped[dict[str, str]] = mapped_column(JSON)
    made_on: Mapped[date]


class BulkAct(ReferencedRow):
    """One officer's act on several cases at once. `rows`: for each case its reference, its version since, and what was
    before.

    The officer who did it can undo it for a while.
    """

    __tablename__ = "bulk_acts"
    __table_args__ = (Index("ix_bulk_acts_done_at", "done_at"),)
    unit: Mapped[str] = mapped_column(Text(40))
    officer: Mapped[str] = mapped_column(Text(12))
    kind: Mapped[cases.BulkKind] = mapped_column(one_of(cases.BulkKind))
    done_at: Mapped[datetime] = mapped_column(Instant)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)
    rows: Mapped[list[Any]] = mapped_column(JSON)


class OfficerDraft(NumberedRow):
    """The fields of a form as they were typed, sealed by the ring. `page` shows the form, `action` is where it is sent.

    `about` is the case that a form acts on, `version` that of the case when the form was made; None for other forms.
    """

    __tablename__ = "officer_drafts"
    __table_args__ = (UniqueConstraint("officer_id", "page", "action"),)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    page: Mapped[str] = mapped_column(Text(200))
    action: Mapped[str] = mapped_column(Text(200))
    saved_at: Mapped[datetime] = mapped_column("kept_at", Instant, index=True)
    about: Mapped[str | None] = mapped_column(Text(12))
    version: Mapped[int | None]
    sealed: Mapped[str] = mapped_column(LongText)
