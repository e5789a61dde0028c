"""What each state of each thing waits for, and the inbox of an officer: the table that walks of the inbox go by."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.case.states import OPEN_STATES
from registry.complaints.casework.models import AccessGrant, Decision
from registry.complaints.parties.models import Hearing, Referral, Transfer
from registry.core.clock import day_at, now
from registry.officer_acts.inbox.queries import inbox
from registry.officer_acts.inbox.rows import Inbox, Row
from registry.officers import sessions
from registry.officers.models import Officer, Unit
from registry.officers.rights import Role
from registry.supervision.licensing.models import Proposal
from registry.supervision.sanctions.models import Sanction
from registry.vocabulary.cases import AccessState, CaseState, DecisionState, HearingState, ReferralState, TransferState
from registry.vocabulary.supervision import ProposalState, SanctionState

WORKERS = tuple(
    role for role in Role if role not in (Role.PARTNER, Role.AGENCY_REP, Role.ANALYST, Role.AUDITOR, Role.SYSADMIN)
)

NO_ONE = None
"""A state that waits for no officer: for the complainant, agency or partner, for a day, or for nothing any more."""

CASES: Mapping[CaseState, str | None] = {
    CaseState.DRAFT: NO_ONE,
    CaseState.SUBMITTED: "case.submitted",
    CaseState.IN_TRIAGE: "case.in_triage",
    CaseState.WAITING_COMPLAINANT: NO_ONE,
    CaseState.INVESTIGATING: "case.investigating",
    CaseState.AGENCY_HEARING: "case.agency_hearing",
    CaseState.DECISION_DRAFT: "case.decision_draft",
    CaseState.DECIDED_UPHELD: "case.decided",
    CaseState.DECIDED_PARTLY: "case.decided",
    CaseState.DECIDED_NOT_UPHELD: "case.decided",
    CaseState.SANCTION_PENDING: "case.sanction_pending",
    CaseState.CLOSED: NO_ONE,
    CaseState.REOPENED: "case.reopened",
    CaseState.OUT_OF_SCOPE: NO_ONE,
    CaseState.MERGED: NO_ONE,
    CaseState.QUARANTINED: "case.quarantined",
    CaseState.WITHDRAWN: NO_ONE,
    CaseState.PURGED: NO_ONE,
}
HEARINGS: Mapping[HearingState, str | None] = {
    HearingState.DRAFTED: "hearing.drafted",
    HearingState.REPRISAL_CHECK: "hearing.reprisal_check",
    HearingState.APPROVED: "hearing.approved",
    HearingState.SERVED: NO_ONE,
    HearingState.ANSWERED: "hearing.answered",
    HearingState.LAPSED: "hearing.lapsed",
    HearingState.CLOSED: NO_ONE,
}
REFERRALS: Mapping[ReferralState, str | None] = {
    ReferralState.PROPOSED: "referral.proposed",
    ReferralState.CONSENTED: "referral.to_send",
    ReferralState.OVERRIDDEN: "referral.to_send",
    # Sent so long ago that the partner is silent.
    ReferralState.SENT: "referral.silent",
    ReferralState.ACCEPTED: NO_ONE,
    ReferralState.DECLINED: "referral.declined",
    ReferralState.DONE: "referral.done",
    ReferralState.REVOKED: NO_ONE,
}
TRANSFERS: Mapping[TransferState, str | None] = {
    # Asked for so long ago that the other unit is late; what that one sees is in tests/pages/officers/transfers.
    TransferState.ASKED: "transfer.late",
    # The case is the other unit's.
    TransferState.ACCEPTED: NO_ONE,
    TransferState.DECLINED: "transfer.declined",
    TransferState.TAKEN_BACK: NO_ONE,
}
DECISIONS: Mapping[DecisionState, str | None] = {
    DecisionState.DRAFTED: "decision.drafted",
    # The case is investigated again then, or decided.
    DecisionState.SENT_BACK: NO_ONE,
    DecisionState.MADE: NO_ONE,
}
SANCTIONS: Mapping[SanctionState, str | None] = {
    SanctionState.PROPOSED: "sanction.proposed",
    SanctionState.LEGAL_REVIEW: "sanction.legal_review",
    # In force on its day, by the registry.
    SanctionState.APPROVED: NO_ONE,
    SanctionState.IN_FORCE: NO_ONE,
    SanctionState.STAYED_BY_APPEAL: NO_ONE,
    SanctionState.LIFTED: NO_ONE,
    SanctionState.EXPIRED: NO_ONE,
    SanctionState.OVERTURNED: NO_ONE,
    SanctionState.DROPPED: NO_ONE,
}
PROPOSALS: Mapping[ProposalState, str | None] = {
    ProposalState.OPEN: "licence.proposal",
    ProposalState.APPLIED: NO_ONE,
    ProposalState.REFUSED: NO_ONE,
    ProposalState.TAKEN_BACK: NO_ONE,
}

WALK: tuple[tuple[type[StrEnum], Mapping[Any, str | None], type[Any], str], ...] = (
    (CaseState, CASES, Case, "case."),
    (HearingState, HEARINGS, Hearing, "hearing."),
    (ReferralState, REFERRALS, Referral, "referral."),
    (TransferState, TRANSFERS, Transfer, "transfer."),
    (DecisionState, DECISIONS, Decision, "decision."),
    (SanctionState, SANCTIONS, Sanction, "sanction."),
    (ProposalState, PROPOSALS, Proposal, "licence."),
)

AUTHORS = {Hearing: "drafted_by", Sanction: "proposed_by"}
DRAFTS = (HearingState.DRAFTED, SanctionState.PROPOSED)
"""What waits for its author."""


def rows_of(session: Session, officer: Officer, at: datetime | None = None) -> list[Row]:
    return inbox_of(session, officer, at)


def inbox_of(session: Session, officer: Officer, at: datetime | None = None) -> Inbox:
    at = at or now()
    session.flush()
    return inbox(session, sessions.authenticated_as(session, officer, None, at), at)


def kinds_of(session: Session, officer: Officer, at: datetime | None = None) -> set[str]:
    return {row.kind for row in rows_of(session, officer, at)}


def begin_walk(session: Session, model: type[Any], owner: Officer, unit: str) -> Any:
    """The thing whose states are walked, with all cases lying with an officer of one unit."""
    in_unit = select(Unit.id).where(Unit.reference == unit).scalar_subquery()
    session.query(Case).update({"unit_id": in_unit, "assignee": owner.reference})
    if model is Case:
        # Nothing in the case asks for anything: its state alone does.
        session.query(Hearing).update({"state": HearingState.CLOSED})
        session.query(Sanction).update({"state": SanctionState.DROPPED})
        session.query(Decision).update({"state": DecisionState.MADE})
        session.query(Referral).update({"state": ReferralState.REVOKED})
        session.query(AccessGrant).update({"state": AccessState.ENDED})
    if model is Transfer:
        long_ago = now() - timedelta(days=1)
        session.query(Transfer).update({"former": unit, "party": "it-labour", "due_at": long_ago})
    if model is Decision:
        session.query(Case).update({"state": CaseState.DECISION_DRAFT, "is_open": True})
    session.expire_all()
    row = session.scalars(select(model)).first()
    assert row is not None
    return row


def walk_to(session: Session, row: Any, state: StrEnum, owner: Officer) -> None:
    """Put the thing into a state. What waits for its author is the owner's; what waits for a second person is not."""
    row.state = state
    if isinstance(row, Case):
        row.is_open = state in OPEN_STATES
    author = AUTHORS.get(type(row))
    if author is not None:
        setattr(row, author, owner.reference if state in DRAFTS else "somebody else")
    if isinstance(row, Transfer):
        walk_to(session, session.get_one(Case, row.case_id), CaseState.IN_TRIAGE, owner)
        row.decided_on = None if state is TransferState.ASKED else day_at(now(), None)
    if isinstance(row, Referral):
        session.get_one(Case, row.case_id).is_open = True
        row.sent_on = row.answered_on = row.ended_on = day_at(now(), None) - timedelta(days=20)
        row.expires_on = day_at(now(), None) + timedelta(days=100)


def is_about(found: Row, row: Any) -> bool:
    return row.reference in (found.reference, found.about)
