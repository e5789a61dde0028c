"""The table of overlays: what was proposed, by whom it was put into force, and until when it was."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import LARGE, Instant, ReferencedRow, Text, one_of


class OverlayState(StrEnum):
    """`refused` was never in force; `withdrawn` was, from `decided_at` until `withdrawn_at`."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class LawOverlay(ReferencedRow):
    """One signed file, byte for byte, and its way. All names are officers' references.

    `number` is the version that the file states; `body` its bytes, `signature` and `kid` the line beside it; `log_index`
    the entry that put it into force. Its withdrawal too is asked by one and done by another. `version` is of the row.
    """

    __tablename__ = "law_overlays"
    __table_args__ = (
        CheckConstraint("state NOT IN ('approved', 'withdrawn') OR decided_by <> proposed_by", name="two_persons"),
        CheckConstraint("withdrawn_by IS NULL OR withdrawn_by <> withdrawal_asked_by", name="two_withdraw"),
        Index("ix_law_overlays_state", "state", "number"),
    )
    number: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(Text(64))
    kid: Mapped[str] = mapped_column(Text(16))
    signature: Mapped[str] = mapped_column(Text(86))
    state: Mapped[OverlayState] = mapped_column(one_of(OverlayState))
    proposed_by: Mapped[str] = mapped_column(Text(60))
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(Text(60))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    log_index: Mapped[int | None] = mapped_column(LARGE)
    withdrawal_asked_by: Mapped[str | None] = mapped_column(Text(60))
    withdrawal_asked_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_by: Mapped[str | None] = mapped_column(Text(60))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str | None] = mapped_column(Text(400))
    version: Mapped[int] = mapped_column(default=1)
