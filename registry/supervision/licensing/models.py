"""The table of proposals: what officers want to state about a licence or agency, and what became of it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import Base, Instant, Text, one_of
from registry.vocabulary.licensing import LicenceAct, ProposalState


class Proposal(Base):
    """An act of an authority's officers. `subject` is the licence or agreement that it is about, or that it begins.

    `agency_id` is empty while an applicant is not in the registry yet. `details` are what is stated (act_forms.py),
    `seen` a digest of what stood in the record of the subject when it was proposed: what a second person approves is
    what that person was shown. `proposed_by` and `decided_by` are officers' references. `told_at` is when the agency
    had been told of what was published.
    """

    __tablename__ = "licence_proposals"
    __table_args__ = (
        CheckConstraint("state <> 'applied' OR decided_by <> proposed_by OR NOT has_second", name="two_persons"),
        Index("ix_licence_proposals_authority", "authority", "state", "id"),
        Index("ix_licence_proposals_state", "state", "told_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Text(12), unique=True)
    authority: Mapped[str] = mapped_column(Text(40))
    act: Mapped[LicenceAct] = mapped_column(one_of(LicenceAct))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"), index=True)
    subject: Mapped[str] = mapped_column(Text(12), index=True)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    legal_ground: Mapped[str] = mapped_column(Text(400))
    effective_on: Mapped[date]
    seen: Mapped[str] = mapped_column(Text(16))
    has_second: Mapped[bool]
    state: Mapped[ProposalState] = mapped_column(one_of(ProposalState))
    proposed_by: Mapped[str] = mapped_column(Text(60))
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(Text(60))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str | None] = mapped_column(Text(1000))
    told_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)
