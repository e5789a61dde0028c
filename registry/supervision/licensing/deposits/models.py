"""The table of the ledger. Lines are added and never changed, except for the decision of a second person."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import Base, Instant, Text, one_of
from registry.vocabulary.fees import DepositUse
from registry.vocabulary.licensing import DepositLineKind, ProposalState


class DepositLine(Base):
    """One movement of an agency's deposit: `amount` as decimal text, never negative; its sign follows from `kind`.

    `reverses` is the reference of the line that is taken back, whose amount it repeats. Only `applied` lines count.
    """

    __tablename__ = "deposit_lines"
    __table_args__ = (
        CheckConstraint("(kind = 'drawn') = (deposit_use IS NOT NULL)", name="drawn_for_a_use"),
        CheckConstraint("(kind = 'reversed') = (reverses IS NOT NULL)", name="reverses_a_line"),
        CheckConstraint(
            "state <> 'applied' OR kind NOT IN ('drawn', 'reversed') OR decided_by <> recorded_by", name="two_persons"
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Text(12), unique=True)
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
