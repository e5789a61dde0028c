"""Tables of an authority's acts on licences and agencies: proposals, and the ledger of deposits."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import Instant, ReferencedRow, Text, one_of
from registry.vocabulary.fees import DepositUse
from registry.vocabulary.supervision import DepositLineKind, LicenceAct, ProposalState


class Proposal(ReferencedRow):
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


class DepositLine(ReferencedRow):
    """One movement of an agency's deposit: `amount` as decimal text, never negative; its sign follows from `kind`.

    `reverses` is the reference of the line that is taken back, whose amount it repeats. Only `applied` lines count.
    Lines are added and never changed, except for the decision of a second person.
    """

    __tablename__ = "deposit_lines"
    __table_args__ = (
        CheckConstraint("(kind = 'drawn') = (deposit_use IS NOT NULL)", name="drawn_for_a_use"),
        CheckConstraint("(kind = 'reversed') = (reverses IS NOT NULL)", name="reverses_a_line"),
        CheckConstraint(
            "state <> 'applied' OR kind NOT IN ('drawn', 'reversed') OR decided_by <> recorded_by", name="two_persons"
        ),
    )
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    authority: Mapped[str] = mapped_column(Text(40), index=True)
    kind: Mapped[DepositLineKind] = mapped_column(one_of(DepositLineKind))
    amount: Mapped[str] = mapped_column(Text(24))
    currency: Mapped[str] = mapped_column(Text(3))
    deposit_use: Mapped[DepositUse | None] = mapped_column(one_of(DepositUse))
    reverses: Mapped[str | None] = mapped_column(Text(12))
    form: Mapped[str | None] = mapped_column(Text(20))
    held_by: Mapped[str | None] = mapped_column(Text(200))
    note: Mapped[str] = mapped_column(Text(400))
    happened_on: Mapped[date]
    state: Mapped[ProposalState] = mapped_column(one_of(ProposalState))
    recorded_by: Mapped[str] = mapped_column(Text(60))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(Text(60))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)
