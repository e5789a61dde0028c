"""The tables of the intake: what is in a mailbox, tickets of admission, and paper forms that officers type in.

Answers, messages and consents are sealed to their box.
"""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column

from registry.complaints.intake.rules import BUCKETS, Purpose
from registry.core.db.engine import Base, NumberedRow, ReferencedRow, Text, one_of
from registry.vocabulary.cases import Author, ConsentKind


class AnswerSheet(NumberedRow):
    """The answers of one box as a sealed JSON object, and those about identity as another, for the custodian alone.

    `version` goes up with every answer. `before_typing` holds, as a sealed JSON object, what stood in the fields whose words
    were kept while they were typed and not saved yet: the quick exit puts it back.
    """

    __tablename__ = "answer_sheets"
    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"), unique=True)
    questionnaire: Mapped[str] = mapped_column(Text(16))
    sealed: Mapped[str] = mapped_column(LongText)
    identity_sealed: Mapped[str | None] = mapped_column(LongText)
    before_typing: Mapped[str | None] = mapped_column(LongText)
    version: Mapped[int]
    submitted_on: Mapped[date | None]


class Message(ReferencedRow):
    """One message in a box, the `place`-th. `idempotency_digest` is of the writer's idempotency key.

    `unit` is set where an officer of another unit than the present one wrote it, before the case was transferred.
    `written_by` is the officer who wrote it, for colleagues alone.
    """

    __tablename__ = "messages"
    __table_args__ = (UniqueConstraint("box_id", "place"), UniqueConstraint("box_id", "once"))
    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"))
    author: Mapped[Author] = mapped_column(one_of(Author))
    written_on: Mapped[date]
    place: Mapped[int]
    sealed: Mapped[str] = mapped_column(LongText)
    read_on: Mapped[date | None]
    idempotency_digest: Mapped[str | None] = mapped_column("once", Text(64))
    unit: Mapped[str | None] = mapped_column(Text(40))
    written_by: Mapped[str | None] = mapped_column(Text(40))


class Consent(NumberedRow):
    """A consent once given; `revoked_on` ends it, and one given anew is a row of its own."""

    __tablename__ = "consents"
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"), index=True)
    kind: Mapped[ConsentKind] = mapped_column(one_of(ConsentKind))
    given_on: Mapped[date]
    revoked_on: Mapped[date | None]


class UsedChallenge(Base):
    """A used proof of work or of waiting. Kept until the day on which it would expire is over."""

    __tablename__ = "used_challenges"
    digest: Mapped[str] = mapped_column(Text(64), primary_key=True)
    expires_on: Mapped[date] = mapped_column(index=True)


class DayKey(Base):
    """The key of a day (UTC) by which networks fall into buckets, encrypted under the secret of admission.

    On PostgreSQL alone, where several machines count together; on SQLite it is a file that is in no backup.
    """

    __tablename__ = "day_keys"
    day: Mapped[date] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class DailyCount(Base):
    """How many were let in on a day (UTC) from one of a few buckets, each of which holds a great many networks."""

    __tablename__ = "daily_counts"
    __table_args__ = (CheckConstraint(f"bucket >= 0 AND bucket < {BUCKETS}", name="bucket_in_range"),)
    day: Mapped[date] = mapped_column(primary_key=True)
    purpose: Mapped[Purpose] = mapped_column(one_of(Purpose), primary_key=True)
    bucket: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int]


class PaperForm(NumberedRow):
    """One form. `officer` and `unit` are references; `received_on` is the day on which the paper was handed in.

    `entered_on` is None while it is half typed; `saved_on` is the day of the last page that was kept.
    """

    __tablename__ = "paper_forms"
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), unique=True)
    unit: Mapped[str] = mapped_column(Text(40), index=True)
    officer: Mapped[str] = mapped_column(Text(12))
    received_on: Mapped[date]
    saved_on: Mapped[date]
    entered_on: Mapped[date | None]
