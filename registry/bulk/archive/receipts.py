"""Receipts that an organisation archives: kept, found, the newest first, let go, and for how long."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, cast, delete, select, update
from sqlalchemy import Text as LongText
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry.bulk.models import ArchivedList, ArchivedReceipt, ReceiptSettings
from registry.core.calls import Call
from registry.core.clock import day_at
from registry.core.db.locking import find
from registry.core.errors import ActRefused
from registry.core.ids import new_reference, read_reference
from registry.organisations.models import Organisation, OrganisationActor
from registry.vocabulary.register import Answer

DAYS = 7 * 366
"""Days that receipts are kept where the organisation chose no other number."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which of its receipts an organisation asks for; days are in UTC, both included. `text` is a part of what was asked."""

    agency: str | None = None
    verdict: Answer | None = None
    from_on: date | None = None
    to_on: date | None = None
    text: str | None = None


EVERY = Filter()


def receipts_of(
    session: Session, organisation_id: int, which: Filter, limit: int, before: int | None = None
) -> Sequence[ArchivedReceipt]:
    """Up to `limit` receipts older than the row `before`."""
    query = _query(organisation_id, which).order_by(ArchivedReceipt.id.desc()).limit(limit)
    return session.scalars(query if before is None else query.where(ArchivedReceipt.id < before)).all()


def every_receipt(session: Session, organisation_id: int, which: Filter) -> Iterator[ArchivedReceipt]:
    """All of them, the oldest first, a few hundred in memory at once."""
    yield from session.scalars(
        _query(organisation_id, which).order_by(ArchivedReceipt.id).execution_options(yield_per=500)
    )


def receipt_named(session: Session, organisation_id: int, reference: str) -> ArchivedReceipt:
    """A receipt of the organisation. Raises NotFound, also for one of another organisation."""
    its = (ArchivedReceipt.reference == read_reference(reference), ArchivedReceipt.organisation_id == organisation_id)
    return find(session, ArchivedReceipt, *its, missing="your organisation has no such receipt")


def days_of(session: Session, organisation_id: int) -> int:
    """For how many days the organisation keeps what it keeps today."""
    stored = session.get(ReceiptSettings, organisation_id)
    return DAYS if stored is None else stored.days


def archives_all(session: Session, organisation_id: int) -> bool:
    """Whether what the organisation's keys ask is kept without each question saying so."""
    return session.execute(select(Organisation.keeps_every).where(Organisation.id == organisation_id)).scalar_one()


def _query(organisation_id: int, which: Filter) -> Select[ArchivedReceipt]:
    query = select(ArchivedReceipt).where(ArchivedReceipt.organisation_id == organisation_id)
    if which.agency is not None:
        query = query.where(ArchivedReceipt.agency == which.agency)
    if which.verdict is not None:
        query = query.where(ArchivedReceipt.verdict == which.verdict)
    query = query.where(*on_days(ArchivedReceipt.issued_at, which))
    if which.text is not None:
        # As it stands in JSON, where what is not ASCII is escaped.
        stated = json.dumps(which.text)[1:-1]
        query = query.where(cast(ArchivedReceipt.question, LongText).icontains(stated, autoescape=True))
    return query


def on_days(instant: InstrumentedAttribute[datetime], which: Filter) -> Iterator[ColumnElement[bool]]:
    """What holds an instant to the days that are asked for."""
    if which.from_on is not None:
        yield instant >= _midnight(which.from_on)
    # After the last day that can be written there is none to reckon with.
    if which.to_on is not None and which.to_on < date.max:
        yield instant < _midnight(which.to_on + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


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
