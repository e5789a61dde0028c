"""The table of unsent texts: one for each officer, page and form."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import Base, Instant, Text


class OfficerDraft(Base):
    """The fields of a form as they were typed, sealed by the ring. `page` shows the form, `action` is where it is sent.

    `about` is the case that a form acts on, `version` that of the case when the form was made; None for other forms.
    """

    __tablename__ = "officer_drafts"
    __table_args__ = (UniqueConstraint("officer_id", "page", "action"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    page: Mapped[str] = mapped_column(Text(200))
    action: Mapped[str] = mapped_column(Text(200))
    saved_at: Mapped[datetime] = mapped_column("kept_at", Instant, index=True)
    about: Mapped[str | None] = mapped_column(Text(12))
    version: Mapped[int | None]
    sealed: Mapped[str] = mapped_column(LongText)
