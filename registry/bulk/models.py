"""The table of jobs. The lists and their results lie in files beside it, which go with the row."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import Base, Instant, Text, one_of
from registry.vocabulary.bulk import JobKind, JobState


class BulkJob(Base):
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
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Text(12), unique=True)
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
