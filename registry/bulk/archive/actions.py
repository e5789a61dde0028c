"""Keeping receipts, letting them go, and for how long."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from registry.bulk.archive.models import ArchivedList, ArchivedReceipt, ReceiptSettings
from registry.bulk.archive.queries import days_of, receipt_named
from registry.core.calls import Call
from registry.core.clock import day_at
from registry.core.errors import ActRefused
from registry.core.ids import new_reference
from registry.organisations.models import Organisation, OrganisationActor
from registry.vocabulary.register import Answer

MAX_DAYS = 3660
"""Ten years: supply-chain laws ask for seven, from the day a document was made."""


def archive_receipt(
    call: Call[OrganisationActor], token: str, question: Mapping[str, Any], verdict: Answer, agency: str | None
) -> ArchivedReceipt:
    """Keep a receipt that was signed just now."""
    stored = ArchivedReceipt(
        reference=new_reference(),
        organisation_id=call.actor.id,
        agency=agency,
        verdict=verdict,
        issued_at=call.at,
        question={name: str(value) for name, value in question.items()},
        token=token,
        ends_on=day_at(call.at, None) + timedelta(days=days_of(call.session, call.actor.id)),
    )
    call.session.add(stored)
    call.session.flush()
    return stored


def let_go(session: Session, organisation_id: int, reference: str) -> None:
    """Delete an archived receipt for good. Raises NotFound."""
    session.delete(receipt_named(session, organisation_id, reference))
    session.flush()


def choose_days(session: Session, organisation_id: int, days: int) -> None:
    """For how long receipts are kept from now on; those that are there keep their day. Raises ActRefused."""
    if not 1 <= days <= MAX_DAYS:
        raise ActRefused("bad_days", f"receipts are kept for 1 to {MAX_DAYS} days")
    stored = session.get(ReceiptSettings, organisation_id)
    if stored is None:
        session.add(ReceiptSettings(organisation_id=organisation_id, days=days))
    else:
        stored.days = days
    session.flush()


def choose_every(session: Session, organisation_id: int, is_every: bool) -> None:
    """Whether what the organisation's keys ask is kept without each question saying so."""
    session.execute(update(Organisation).where(Organisation.id == organisation_id).values(keeps_every=is_every))


def purge(session: Session, today: date) -> None:
    """Delete what was kept long enough. A list of a job goes with the job."""
    session.execute(delete(ArchivedReceipt).where(ArchivedReceipt.ends_on < today))
    session.execute(delete(ArchivedList).where(ArchivedList.ends_on < today, ArchivedList.job_id.is_(None)))
