"""Rewriting a proposed sanction: by its proposer only, until it is in review, so that the second person is another."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.case.moves import lock_case_by_id
from registry.complaints.casework.decisions.models import Decision
from registry.complaints.parties.accounts import agency_record
from registry.complaints.parties.hearings.content import complaint_texts, require_silent
from registry.complaints.sealing.sealer import Sealer
from registry.core.errors import IllegalMove
from registry.supervision.sanctions import moves as moving
from registry.supervision.sanctions.actions import SanctionOfficial, Terms, checked
from registry.supervision.sanctions.models import Sanction
from registry.vocabulary.licensing import SanctionState


def edit(
    session: Session,
    sealer: Sealer,
    official: SanctionOfficial,
    reference: str,
    terms: Terms,
    at: datetime,
    *,
    version: int | None = None,
) -> Sanction:
    """Rewrite a proposed sanction. A look at the workers that was recorded for it stays.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    case = _case_behind(session, official, reference)
    sanction = moving.lock_sanction(session, official.authority, reference, version)
    if sanction.state is not SanctionState.PROPOSED:
        raise IllegalMove(
            f"a sanction that is {sanction.state} is not written anew: have it given back first",
            "sanction.not_proposed",
            state=sanction.state,
        )
    if sanction.proposed_by != official.name:
        raise IllegalMove(
            "only the officer who proposed it changes it: otherwise it would not be known who the second person is",
            "sanction.others_proposal",
        )
    today = moving.today_at(session, official.authority, at)
    terms = checked(terms, today, is_urgent=sanction.is_urgent)
    if case is not None and terms.public_text:
        compared = complaint_texts(session, sealer, official.unit, case)
        agency = agency_record(session, sanction.agency, today)
        require_silent(terms.public_text, compared, agency, field="public_text")
    sanction.kind, sanction.legal_ground = terms.kind, terms.legal_ground
    sanction.effective_from, sanction.until = terms.effective_from, terms.until
    sanction.appeal_deadline, sanction.publish_until = terms.appeal_deadline, terms.publish_until
    sanction.public_text = terms.public_text or None
    sanction.amount, sanction.currency, sanction.points = terms.amount or None, terms.currency or None, terms.points
    moving.changed(session, sanction, "sanction.edited", today, actor=official.name, detail=terms.kind)
    return sanction


def _case_behind(session: Session, official: SanctionOfficial, reference: str) -> Case | None:
    """The case that it rests on, locked before the sanction is; only its own unit can open the complainant's texts."""
    query = (
        select(Decision.case_id)
        .join(Sanction, Sanction.decision == Decision.reference)
        .where(Sanction.reference == reference, Sanction.unit == official.unit)
    )
    found = session.execute(query).scalar_one_or_none()
    return None if found is None else lock_case_by_id(session, found)
