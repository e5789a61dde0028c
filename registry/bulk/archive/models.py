"""Tables of the receipts and lists that an organisation archives of its own checks.

No one else learns that it asked.
"""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import Base, Instant, Text, one_of
from registry.vocabulary.bulk import JobKind
from registry.vocabulary.register import Answer


class ArchivedReceipt(Base):
    """One signed answer, as it was given. `agency` is the one it was about, if one; `ends_on` when it is deleted."""

    __tablename__ = "kept_receipts"
    __table_args__ = (Index("ix_kept_receipts_organisation_id_id", "organisation_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Text(12), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    agency: Mapped[str | None] = mapped_column(Text(12))
    verdict: Mapped[Answer] = mapped_column(one_of(Answer))
    issued_at: Mapped[datetime] = mapped_column(Instant)
    question: Mapped[dict[str, str]] = mapped_column(JSON)
    token: Mapped[str] = mapped_column(LongText)
    ends_on: Mapped[date] = mapped_column(index=True)


class ArchivedList(Base):
    """Many answers under one signature: `manifest` over `statements`, which are deflated here.

    Those of a job lie in its folder, and both go with the job.
    """

    __tablename__ = "kept_lists"
    __table_args__ = (
        Index("ix_kept_lists_organisation_id_id", "organisation_id", "id"),
        CheckConstraint("(job_id IS NULL) = (statements IS NOT NULL)", name="of_a_job_or_here"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Text(12), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("bulk_jobs.id", ondelete="CASCADE"), unique=True)
    kind: Mapped[JobKind] = mapped_column(one_of(JobKind))
    name: Mapped[str] = mapped_column(Text(200))
    counts: Mapped[dict[str, int]] = mapped_column(JSON)
    issued_at: Mapped[datetime] = mapped_column(Instant)
    manifest: Mapped[str] = mapped_column(LongText)
    statements: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    ends_on: Mapped[date] = mapped_column(index=True)


class ReceiptSettings(Base):
    """For how many days an organisation keeps its receipts. Without a row: as the rules say."""

    __tablename__ = "receipt_settings"
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True, autoincrement=False)
    days: Mapped[int]
