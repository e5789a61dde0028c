"""Reads of a deposit's ledger, and its balance and shortfall."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.register.agencies import record
from registry.supervision.licensing.deposits.models import DepositLine
from registry.supervision.licensing.deposits.rules import DepositBalance, Movement, required_of, standing
from registry.supervision.licensing.drafting import status_on
from registry.vocabulary.licensing import ProposalState
from registry.vocabulary.register import STATUSES, Answer


class LedgerView(NamedTuple):
    """An agency's ledger: its lines, oldest first, and the result of those that count. `currency` is None if none.

    `is_recruiting` says whether a licence lets it recruit today: no deposit is required without one.
    """

    lines: list[DepositLine]
    standing: DepositBalance
    currency: str | None
    is_recruiting: bool


def ledger(session: Session, agency_id: int) -> list[DepositLine]:
    """Every line of an agency (row id), the oldest first."""
    query = select(DepositLine).where(DepositLine.agency_id == agency_id).order_by(DepositLine.id)
    return list(session.execute(query).scalars())


def line_named(session: Session, reference: str) -> DepositLine:
    """A line that is known to be there, by its reference."""
    return session.scalars(select(DepositLine).where(DepositLine.reference == reference)).one()


def movements(lines: Iterable[DepositLine]) -> list[Movement]:
    return [
        Movement(one.reference, one.kind, Decimal(one.amount), one.happened_on, one.deposit_use, one.reverses)
        for one in lines
    ]


def ledger_view(session: Session, agency_id: int, agency: record.Agency, today: date) -> LedgerView:
    """An agency's deposit. What its licences require counts while they let it recruit."""
    lines = ledger(session, agency_id)
    applied = [one for one in lines if one.state is ProposalState.APPLIED]
    statuses = [(one.kind, status_on(agency, one.licence_id, today)) for one in agency.licences]
    recruiting = [kind for kind, status in statuses if status and STATUSES[status].recruit is Answer.YES]
    wanted = required_of(recruiting)
    return LedgerView(
        lines,
        standing(movements(applied), wanted[0] if wanted else None),
        applied[0].currency if applied else (wanted[1] if wanted else None),
        bool(recruiting),
    )
