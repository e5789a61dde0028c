"""The tables of sanctions. No foreign key leads to a complaint: a sanction outlives the case behind it, and may have none."""

from datetime import date

from sqlalchemy import JSON, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import LARGE, NumberedRow, ReferencedRow, Text, one_of
from registry.vocabulary import register, supervision


class Sanction(ReferencedRow):
    """What is done about a licence and its agency (public references). Access is scoped to the authority.

    `decision` is the reference of what it rests on; None where the authority found it out itself. `is_urgent`: somebody was in
    danger (P0) when it was proposed. `amount` (decimal text) and `currency` are those of a
    fine or of what is taken from the deposit, `points` those of a points system. `public_text` may be read by everybody.
    `own_status` is what the licence's status was, and is again when nothing is in force any more. `ending_*` is an end, a
    stay or its dismissal that waits for a second person. Days are days where the authority sits.
    """

    __tablename__ = "sanctions"
    __table_args__ = (
        CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="two_persons"),
        CheckConstraint("(ending_to IS NULL) = (ending_by IS NULL)", name="whole_ending"),
    )
    agency: Mapped[str] = mapped_column(Text(12), index=True)
    licence: Mapped[str] = mapped_column(Text(12), index=True)
    authority: Mapped[str] = mapped_column(Text(40), index=True)
    unit: Mapped[str] = mapped_column(Text(40))
    decision: Mapped[str | None] = mapped_column(Text(12), index=True)
    is_urgent: Mapped[bool]
    kind: Mapped[register.SanctionKind] = mapped_column(one_of(register.SanctionKind))
    state: Mapped[supervision.SanctionState] = mapped_column(one_of(supervision.SanctionState), index=True)
    legal_ground: Mapped[str] = mapped_column(Text(400))
    amount: Mapped[str | None] = mapped_column(Text(24))
    currency: Mapped[str | None] = mapped_column(Text(3))
    points: Mapped[int | None]
    public_text: Mapped[str | None] = mapped_column(Text(2000))
    effective_from: Mapped[date]
    until: Mapped[date | None]
    appeal_deadline: Mapped[date | None]
    publish_until: Mapped[date | None]
    own_status: Mapped[register.LicenceStatus | None] = mapped_column(one_of(register.LicenceStatus))
    in_force_on: Mapped[date | None]
    proposed_by: Mapped[str] = mapped_column(Text(200))
    proposed_on: Mapped[date]
    approved_by: Mapped[str | None] = mapped_column(Text(200))
    approved_on: Mapped[date | None]
    ending_to: Mapped[supervision.SanctionState | None] = mapped_column(one_of(supervision.SanctionState, "ending_to"))
    ending_ground: Mapped[str | None] = mapped_column(Text(400))
    ending_by: Mapped[str | None] = mapped_column(Text(200))
    version: Mapped[int] = mapped_column(default=1)


class SanctionMove(NumberedRow):
    """One move of a sanction, never changed. `entry` is the log index of what it published; None where it published
    nothing. `ground` is a citation, or an officer's reason."""

    __tablename__ = "sanction_moves"
    sanction_id: Mapped[int] = mapped_column(ForeignKey("sanctions.id"), index=True)
    from_state: Mapped[supervision.SanctionState] = mapped_column(one_of(supervision.SanctionState))
    to_state: Mapped[supervision.SanctionState] = mapped_column(one_of(supervision.SanctionState, "to_sanctionstate"))
    on_day: Mapped[date]
    actor: Mapped[str] = mapped_column(Text(200), default="")
    ground: Mapped[str | None] = mapped_column(Text(400))
    entry: Mapped[int | None] = mapped_column(LARGE)


class WorkersInPlace(NumberedRow):
    """What was found out about workers before a licence is taken away. None is a number asked for and unknown.

    `informed` are words of `ToldFirst`; `teller` is who tells the workers in Chinese. The only thing here about who
    complained is `timing`, which is one word.
    """

    __tablename__ = "workers_in_place"
    sanction_id: Mapped[int] = mapped_column(ForeignKey("sanctions.id"), unique=True)
    workers: Mapped[int | None]
    permits_at_risk: Mapped[int | None]
    deposit_claims: Mapped[int | None]
    informed: Mapped[list[str]] = mapped_column("told", JSON)
    teller: Mapped[str] = mapped_column(Text(400))
    timing: Mapped[supervision.Timing] = mapped_column(one_of(supervision.Timing))
    filled_by: Mapped[str] = mapped_column(Text(200))
    filled_on: Mapped[date]
