"""The tables of what is in a mailbox: answers, messages and consents. All text in them is sealed to their box."""

from datetime import date

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import Base, Text, one_of
from registry.vocabulary.cases import Author, ConsentKind


class AnswerSheet(Base):
    """The answers of one box as a sealed JSON object, and those about identity as another, for the custodian alone.

    `version` goes up with every answer.
    """

    __tablename__ = "answer_sheets"
    id: Mapped[int] = mapped_column(primary_key=True)
    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"), unique=True)
    questionnaire: Mapped[str] = mapped_column(Text(16))
    sealed: Mapped[str] = mapped_column(LongText)
    identity_sealed: Mapped[str | None] = mapped_column(LongText)
    version: Mapped[int]
    submitted_on: Mapped[date | None]


class Message(Base):
    """One message in a box, the `place`-th. `idempotency_digest` is of the writer's idempotency key."""

    __tablename__ = "messages"
    __table_args__ = (UniqueConstraint("box_id", "place"), UniqueConstraint("box_id", "once"))
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Text(12), unique=True)
    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"))
    author: Mapped[Author] = mapped_column(one_of(Author))
    written_on: Mapped[date]
    place: Mapped[int]
    sealed: Mapped[str] = mapped_column(LongText)
    read_on: Mapped[date | None]
    idempotency_digest: Mapped[str | None] = mapped_column("once", Text(64))


class Consent(Base):
    """A consent once given; `revoked_on` ends it, and one given anew is a row of its own."""

    __tablename__ = "consents"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"), index=True)
    kind: Mapped[ConsentKind] = mapped_column(one_of(ConsentKind))
    given_on: Mapped[date]
    revoked_on: Mapped[date | None]
