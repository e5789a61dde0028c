"""The outbox: what happened, written in the transaction it happened in, handed on after the commit."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from registry.db import LARGE, Base, Instant, Text


class OutboxEvent(Base):
    """One thing that happened. `first_index` to `last_index` are the log entries it wrote, both included; None if it wrote none.

    Of a case, `at` is the first instant of a day: when somebody wrote is nobody's business.
    """

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(Text(40))
    subject: Mapped[str] = mapped_column(Text(60))
    at: Mapped[datetime] = mapped_column(Instant)
    first_index: Mapped[int | None] = mapped_column(LARGE)
    last_index: Mapped[int | None] = mapped_column(LARGE)
    dispatched_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
