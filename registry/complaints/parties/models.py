"""The tables of hearings, referrals and transfers: what others than the case's unit read, and what they answer. All text is
sealed."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column

from registry.complaints.casework.models import CaseRow
from registry.core.db.engine import Instant, ReferencedRow, Text, one_of
from registry.vocabulary import cases

_IS_OPEN = text("state <> 'closed'")
_IS_ASKED = text("state = 'asked'")


class Hearing(CaseRow):
    """Allegations of an officer's own writing, put to one agency (its public reference) through its unit, `party`.

    `allegation_sealed`, `answer_sealed` and `draft_sealed`, the answer as far as it is written, stand under the keys of a
    box of its own, which the agency opens from the moment it is served. `returned_sealed` and `few_sealed` (why it was sent
    back, why it may go though few could have complained) and `extended_sealed` (why it has longer) stand under the case's
    own: the agency never opens those. `longer_sealed` is why it asks for longer, `outcome_sealed` what it is told once the
    case is decided, `objection_sealed` what it says to that until `object_until`. `language` is that of the allegation,
    `outcome_language` that of the outcome, None where no one said; the translations are in the agency's. An outcome that
    waits for its translation has `told_by` and `object_days`, and `told_on` once it is sent. `could_complain` is the
    officer's estimate of how many could have. Columns ending in _by are officers' references, `answered_by` one of the
    agency's people.
    """

    __tablename__ = "hearings"
    __table_args__ = (
        CheckConstraint("checked_by IS NULL OR checked_by <> drafted_by", name="two_persons"),
        Index("ix_hearings_open", "case_id", unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
    )
    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"), unique=True)
    agency: Mapped[str] = mapped_column(Text(12))
    party: Mapped[str] = mapped_column("desk", Text(40), index=True)
    state: Mapped[cases.HearingState] = mapped_column(one_of(cases.HearingState), index=True)
    could_complain: Mapped[int | None]
    drafted_by: Mapped[str] = mapped_column(Text(200))
    drafted_on: Mapped[date]
    checked_by: Mapped[str | None] = mapped_column(Text(200))
    checked_on: Mapped[date | None]
    served_by: Mapped[str | None] = mapped_column(Text(200))
    served_on: Mapped[date | None]
    answer_by: Mapped[date | None]
    answered_by: Mapped[str | None] = mapped_column(Text(200))
    answered_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    ended_because: Mapped[cases.HearingEnd | None] = mapped_column(one_of(cases.HearingEnd))
    language: Mapped[str | None] = mapped_column(Text(12))
    allegation_sealed: Mapped[str] = mapped_column(LongText)
    translation_sealed: Mapped[str | None] = mapped_column(LongText)
    translated_by: Mapped[str | None] = mapped_column(Text(200))
    answer_sealed: Mapped[str | None] = mapped_column(LongText)
    draft_sealed: Mapped[str | None] = mapped_column(LongText)
    returned_sealed: Mapped[str | None] = mapped_column(LongText)
    few_sealed: Mapped[str | None] = mapped_column(LongText)
    longer_asked_on: Mapped[date | None]
    longer_sealed: Mapped[str | None] = mapped_column(LongText)
    extended_by: Mapped[str | None] = mapped_column(Text(200))
    extended_on: Mapped[date | None]
    extended_sealed: Mapped[str | None] = mapped_column(LongText)
    told_by: Mapped[str | None] = mapped_column(Text(200))
    told_on: Mapped[date | None]
    object_until: Mapped[date | None]
    outcome_sealed: Mapped[str | None] = mapped_column(LongText)
    object_days: Mapped[int | None]
    outcome_language: Mapped[str | None] = mapped_column(Text(12))
    outcome_translation_sealed: Mapped[str | None] = mapped_column(LongText)
    objected_by: Mapped[str | None] = mapped_column(Text(200))
    objected_on: Mapped[date | None]
    objection_sealed: Mapped[str | None] = mapped_column(LongText)
    version: Mapped[int] = mapped_column(default=1)


class Referral(CaseRow):
    """A part of a case, chosen and sealed when it was proposed, for one partner organisation, `party` (a unit's reference).

    `copy_sealed` is what the partner reads, `identity_sealed` the worker's identity, both under the keys of a box of
    its own. Access is a key of that box: made when it is sent, destroyed when it is over. `identity_said_in` is the
    message in which the worker asked that their name be told. `proposed_by`, `decided_by` and the like are officers'
    references; `answered_by` is one of the partner's.
    """

    __tablename__ = "referrals"
    __table_args__ = (
        CheckConstraint("decided_by IS NULL OR basis <> 'override' OR decided_by <> proposed_by", name="two_persons"),
    )
    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"), unique=True)
    party: Mapped[str] = mapped_column("partner", Text(40), index=True)
    partner_kind: Mapped[cases.PartnerKind] = mapped_column(one_of(cases.PartnerKind))
    country: Mapped[str] = mapped_column(Text(2))
    state: Mapped[cases.ReferralState] = mapped_column(one_of(cases.ReferralState), index=True)
    basis: Mapped[cases.ReferralBasis | None] = mapped_column(one_of(cases.ReferralBasis))
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
    ended_because: Mapped[cases.ReferralEnd | None] = mapped_column(one_of(cases.ReferralEnd))
    identity_said_in: Mapped[str | None] = mapped_column(Text(12))
    identity_by: Mapped[str | None] = mapped_column(Text(200))
    copy_sealed: Mapped[str] = mapped_column(LongText)
    identity_sealed: Mapped[str | None] = mapped_column(LongText)
    legal_basis_sealed: Mapped[str | None] = mapped_column(LongText)
    reason_sealed: Mapped[str | None] = mapped_column(LongText)
    version: Mapped[int] = mapped_column(default=1)


class ReferralReport(ReferencedRow):
    """What a partner reported back, sealed like the rest."""

    __tablename__ = "referral_reports"
    referral_id: Mapped[int] = mapped_column(ForeignKey("referrals.id"), index=True)
    written_by: Mapped[str] = mapped_column(Text(200))
    written_on: Mapped[date]
    sealed: Mapped[str] = mapped_column(LongText)


class Transfer(CaseRow):
    """A request that another unit, `party`, takes a case over from `former`, which has it until the request is accepted.

    `due_at`: when both units' supervisors see it as unanswered; `told_late_at`: when they were told so. Both texts, why it is
    asked for and why it was declined, are sealed under the server's key ring, for both units read them. `asked_by` and
    `decided_by` are officers' references.
    """

    __tablename__ = "transfers"
    __table_args__ = (
        CheckConstraint("decided_by IS NULL OR state = 'taken_back' OR decided_by <> asked_by", name="two_persons"),
        Index("ix_transfers_asked", "case_id", unique=True, sqlite_where=_IS_ASKED, postgresql_where=_IS_ASKED),
    )
    former: Mapped[str] = mapped_column(Text(40), index=True)
    party: Mapped[str] = mapped_column(Text(40), index=True)
    state: Mapped[cases.TransferState] = mapped_column(one_of(cases.TransferState))
    asked_by: Mapped[str] = mapped_column(Text(200))
    asked_on: Mapped[date]
    due_at: Mapped[datetime] = mapped_column(Instant)
    told_late_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(Text(200))
    decided_on: Mapped[date | None]
    reason_sealed: Mapped[str] = mapped_column(LongText)
    answer_sealed: Mapped[str | None] = mapped_column(LongText)
    version: Mapped[int] = mapped_column(default=1)
