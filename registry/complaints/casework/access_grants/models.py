"""The table of access grants: who asked to see what their role does not open, who approved, and until when."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import Base, Instant, Text, one_of
from registry.vocabulary.cases import AccessKind, AccessState

_IS_LIVE = text("state IN ('asked', 'granted')")


class AccessGrant(Base):
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
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Text(12), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[AccessKind] = mapped_column(one_of(AccessKind, "openingkind"))
    attachment: Mapped[str] = mapped_column(Text(12), default="")
    state: Mapped[AccessState] = mapped_column(one_of(AccessState, "openingstate"))
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
