"""Tables of jobs, whose lists and results lie in files that go with the row, and of what an organisation archives.

No one else learns what it asked.
"""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, false
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.core.db.engine import Base, Instant, NumberedRow, ReferencedRow, Text, one_of
from registry.log.models import Stamp
from registry.vocabulary.organisations import JobKind, JobState
from registry.vocabulary.register import Answer


class BulkJob(ReferencedRow):
    """One list of one organisation.

    `headers` are the columns of the file, `columns` which of them holds which field. `rows_done` rows are answered; `sizes` says
    how many bytes of each file belong to them: whatever stands behind was written by a process that did not live to say so.
    `idempotency_key` is what makes a start that came twice one job. `constants` hold for every row that says nothing else. What
    `is_kept` stands in the file of receipts when it is done, and is removed with them.
    """

    __tablename__ = "bulk_jobs"
    __table_args__ = (
        Index("ix_bulk_jobs_organisation_id", "organisation_id", "id"),
        Index("uq_bulk_jobs_organisation_id_once", "organisation_id", "once", unique=True),
        CheckConstraint("rows_done >= 0 AND rows_done <= rows", name="no_more_than_all"),
    )
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    kind: Mapped[JobKind] = mapped_column(one_of(JobKind))
    state: Mapped[JobState] = mapped_column(one_of(JobState), index=True)
    name: Mapped[str] = mapped_column(Text(200))
    language: Mapped[str] = mapped_column(Text(12))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(Text(64))
    idempotency_key: Mapped[str | None] = mapped_column("once", Text(80))
    headers: Mapped[list[str]] = mapped_column(JSON)
    columns: Mapped[dict[str, str]] = mapped_column(JSON)
    constants: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    rows: Mapped[int] = mapped_column(default=0)
    rows_done: Mapped[int] = mapped_column(default=0)
    sizes: Mapped[dict[str, int]] = mapped_column(JSON)
    counts: Mapped[dict[str, int]] = mapped_column(JSON)
    trouble: Mapped[str | None] = mapped_column(Text(1000))
    made_at: Mapped[datetime] = mapped_column(Instant)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    purge_on: Mapped[date] = mapped_column(index=True)
    is_kept: Mapped[bool] = mapped_column(default=False, server_default=false())
    version: Mapped[int] = mapped_column(default=1)


class StampedBatch(NumberedRow):
    """Receipts and lists of all organisations that are stamped at once.

    `head` is what authorities stamp: three lines as of a head of the log, with the root over the members and their count.
    """

    __tablename__ = "stamped_batches"
    made_at: Mapped[datetime] = mapped_column(Instant)
    head: Mapped[str] = mapped_column(LongText)
    stamps: Mapped[list["BatchStamp"]] = relationship(order_by="BatchStamp.stamped_at")


class BatchStamp(Stamp, Base):
    """The stamp of a batch."""

    __tablename__ = "batch_stamps"
    batch_id: Mapped[int] = mapped_column(ForeignKey("stamped_batches.id"), primary_key=True, autoincrement=False)


class InBatch:
    """A member's place in its batch, and the hashes from there to the batch's root; none while it waits for one."""

    batch_id: Mapped[int | None] = mapped_column(ForeignKey("stamped_batches.id"), index=True)
    batch_index: Mapped[int | None]
    batch_path: Mapped[bytes | None] = mapped_column(LargeBinary)


class ArchivedReceipt(InBatch, ReferencedRow):
    """One signed answer, as it was given. `agency` is the one it was about, if one; `ends_on` when it is deleted."""

    __tablename__ = "kept_receipts"
    __table_args__ = (Index("ix_kept_receipts_organisation_id_id", "organisation_id", "id"),)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    agency: Mapped[str | None] = mapped_column(Text(12))
    verdict: Mapped[Answer] = mapped_column(one_of(Answer))
    issued_at: Mapped[datetime] = mapped_column(Instant)
    question: Mapped[dict[str, str]] = mapped_column(JSON)
    token: Mapped[str] = mapped_column(LongText)
    ends_on: Mapped[date] = mapped_column(index=True)
    batch: Mapped[StampedBatch | None] = relationship()


class ArchivedList(InBatch, ReferencedRow):
    """Many answers under one signature: `manifest` over `statements`, which are deflated here.

    Those of a job lie in its folder, and both go with the job.
    """

    __tablename__ = "kept_lists"
    __table_args__ = (
        Index("ix_kept_lists_organisation_id_id", "organisation_id", "id"),
        CheckConstraint("(job_id IS NULL) = (statements IS NOT NULL)", name="of_a_job_or_here"),
    )
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("bulk_jobs.id", ondelete="CASCADE"), unique=True)
    kind: Mapped[JobKind] = mapped_column(one_of(JobKind))
    name: Mapped[str] = mapped_column(Text(200))
    counts: Mapped[dict[str, int]] = mapped_column(JSON)
    issued_at: Mapped[datetime] = mapped_column(Instant)
    manifest: Mapped[str] = mapped_column(LongText)
    statements: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    ends_on: Mapped[date] = mapped_column(index=True)
    batch: Mapped[StampedBatch | None] = relationship()


class ReceiptSettings(Base):
    """For how many days an organisation keeps its receipts. Without a row: as the rules say."""

    __tablename__ = "receipt_settings"
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True, autoincrement=False)
    days: Mapped[int]
