"""The worker's task that ends referrals: past their day, without consent, or with the case; one case a transaction."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.case.models import Case
from registry.complaints.case.moves import lock_case_by_id
from registry.complaints.parties.referrals.models import Referral
from registry.complaints.parties.referrals.moves import end_what_is_over, why_over
from registry.complaints.sealing.sealer import Sealer
from registry.vocabulary.cases import ReferralState

_OVER = (ReferralState.DECLINED, ReferralState.REVOKED)


def end_due(sessions: sessionmaker[Session], sealer: Sealer, at: datetime) -> int:
    """End due referrals; gives how many. Access needs no such run: the partner's portal checks the same rule itself."""
    with sessions() as session:
        rows = session.execute(
            select(Referral, Case).join(Case, Case.id == Referral.case_id).where(Referral.state.not_in(_OVER))
        ).all()
        cases = sorted({case.id for referral, case in rows if why_over(session, case, referral, at.date()) is not None})
    count = 0
    for case_id in cases:
        with sessions.begin() as session:
            count += end_what_is_over(session, sealer, lock_case_by_id(session, case_id), at)
    return count
