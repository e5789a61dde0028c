"""The table of translations: written by a unit's translator, sealed to the same mailbox as the original text."""

from datetime import date

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import Base, Text


class Translation(Base):
    """`subject` is `answer.<question>` or `message.<reference>`, of one box; one text for each language."""

    __tablename__ = "case_translations"
    __table_args__ = (UniqueConstraint("box_id", "subject", "language"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"))
    subject: Mapped[str] = mapped_column(Text(60))
    language: Mapped[str] = mapped_column(Text(12))
    written_by: Mapped[str] = mapped_column(Text(200))
    written_on: Mapped[date]
    sealed: Mapped[str] = mapped_column(LongText)
