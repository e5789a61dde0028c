"""The tables of letters that wait for a translation, and of reply templates."""

from datetime import date
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import Base, Text, one_of
from registry.vocabulary.cases import CaseRole


class WaitingLetter(Base):
    """A letter in a language that the complainant does not read: sent once a translator has written it in the right one.

    `written_by` is an officer's reference, `role` the one in which they wrote. Sealed to the case's first mailbox.
    """

    __tablename__ = "waiting_letters"
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Text(12), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    written_by: Mapped[str] = mapped_column(Text(200))
    written_on: Mapped[date]
    role: Mapped[CaseRole] = mapped_column(one_of(CaseRole))
    language: Mapped[str] = mapped_column(Text(12))
    to_helper: Mapped[bool]
    sealed: Mapped[str] = mapped_column(LongText)


class TemplateState(StrEnum):
    """`proposed` waits for a supervisor; `approved` is offered; `withdrawn` no longer is."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class ReplyTemplate(Base):
    """A reply that a unit sends often, in every language. It is about no case, so nothing of it is sealed.

    `texts` are by language, `states` those of a case in which it is offered (empty: in all).
    """

    __tablename__ = "reply_templates"
    __table_args__ = (CheckConstraint("approved_by IS NULL OR approved_by <> written_by", name="two_persons"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Text(12), unique=True)
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
