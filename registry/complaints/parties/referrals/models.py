"""The tables of referrals: the partner, the basis, and what the partner answered. All text in them is sealed."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import Base, Text, one_of
from registry.vocabulary.cases import PartnerKind, ReferralBasis, ReferralEnd, ReferralState


class Referral(Base):
    """A part of a case, chosen and sealed when it was proposed, for one partner organisation (a unit's reference).

    `copy_sealed` is what the partner reads, `identity_sealed` the worker's identity, both under the keys of a box of
    its own. Access is a key of that box: made when it is sent, destroyed when it is over. `identity_said_in` is the
    message in which the worker asked that their name be told. `proposed_by`, `decided_by` and the like are officers'
    references; `answered_by` is one of the partner's.
    """

    __tablename__ = "referrals"
    __table_args__ = (
        CheckConstraint("decided_by IS NULL OR basis <> 'override' OR decided_by <> proposed_by", name="two_persons"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Text(12), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"), unique=True)
    partner: Mapped[str] = mapped_column(Text(40), index=True)
    partner_kind: Mapped[PartnerKind] = mapped_column(one_of(PartnerKind))
    country: Mapped[str] = mapped_column(Text(2))
    state: Mapped[ReferralState] = mapped_column(one_of(ReferralState), index=True)
    basis: Mapped[ReferralBasis | None] = mapped_column(one_of(ReferralBasis))
    expires_on: Mapped[date]
    proposed_by: Mapped[str] = mapped_column(Text(200))
    proposed_on: Mapped[date]
    decided_by: Mapped[str | None] = mapped_column(Text(200))
    decided_on: Mapped[date | None]
    sent_by: Mapped[str | None] = mapped_column(Text(200))
    sent_on: Mapped[date | None]
    reminded_on: Mapped[date | None]
    answered_by: Mapped[str | None] = mapped_column(Text(200))
    answered_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    ended_because: Mapped[ReferralEnd | None] = mapped_column(one_of(ReferralEnd))
    identity_said_in: Mapped[str | None] = mapped_column(Text(12))
    identity_by: Mapped[str | None] = mapped_column(Text(200))
    copy_sealed: Mapped[str] = mapped_column(LongText)
    identity_sealed: Mapped[str | None] = mapped_column(LongText)
    legal_basis_sealed: Mapped[str | None] = mapped_column(LongText)
    reason_sealed: Mapped[str | None] = mapped_column(LongText)
    version: Mapped[int] = mapped_column(default=1)


class ReferralReport(Base):
    """What a partner reported back, sealed like the rest."""

    __tablename__ = "referral_reports"
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Text(12), unique=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referrals.id"), index=True)
    written_by: Mapped[str] = mapped_column(Text(200))
    written_on: Mapped[date]
    sealed: Mapped[str] = mapped_column(LongText)
