"""The table of paper forms that an officer types in. The answers are on the sheets of their boxes, sealed."""

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import Base, Text


class PaperForm(Base):
    """One form. `officer` and `unit` are references; `received_on` is the day on which the paper was handed in.

    `entered_on` is None while it is half typed; `saved_on` is the day of the last page that was kept.
    """

    __tablename__ = "paper_forms"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), unique=True)
    unit: Mapped[str] = mapped_column(Text(40), index=True)
    officer: Mapped[str] = mapped_column(Text(12))
    received_on: Mapped[date]
    saved_on: Mapped[date]
    entered_on: Mapped[date | None]
