"""Reads of requests about entries: by the agency, by licensing officers, and the reply that the public reads."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.db.locking import find
from registry.core.errors import NotFound
from registry.officers.models import Unit
from registry.register.agencies import record
from registry.supervision.entries import actions, rules
from registry.supervision.entries.models import EntryRequest
from registry.vocabulary.supervision import EntryRequestKind, EntryRequestState


class Reply(NamedTuple):
    """An agency's reply to its own entry, as the public reads it."""

    text: str
    shown_on: date


def reply_to(session: Session, agency: record.Agency, day: date) -> Reply | None:
    """The reply shown on an entry, while there is something it replies to. `agency` is as it may be shown that day."""
    if not rules.is_answerable(agency, day):
        return None
    row = session.execute(
        select(EntryRequest).where(
            EntryRequest.agency == agency.agency_id,
            EntryRequest.kind == EntryRequestKind.REPLY,
            EntryRequest.state == EntryRequestState.ACCEPTED,
        )
    ).scalar_one_or_none()
    return None if row is None or row.decided_on is None else Reply(row.text, row.decided_on)


def agency_of_unit(session: Session, unit: str) -> str:
    """The agency for which a unit stands. Raises NotFound."""
    agency = session.execute(select(Unit.agency).where(Unit.reference == unit)).scalar_one_or_none()
    if agency is None:
        raise NotFound("this unit stands for no agency")
    return agency


def requests_of(session: Session, agency: str) -> list[EntryRequest]:
    """All requests of an agency, latest first."""
    query = select(EntryRequest).where(EntryRequest.agency == agency).order_by(EntryRequest.id.desc())
    return list(session.execute(query).scalars())


def waiting(session: Session, official: actions.EntryOfficial) -> list[EntryRequest]:
    """The requests that wait for the officer's authority, earliest deadline first."""
    query = select(EntryRequest).where(actions.within(official.authority), EntryRequest.state == EntryRequestState.OPEN)
    return list(session.execute(query.order_by(EntryRequest.due_on, EntryRequest.id)).scalars())


def request_named(session: Session, official: actions.EntryOfficial, reference: str) -> EntryRequest:
    """The request with this reference. Raises NotFound, also for another authority's."""
    its = actions.within(official.authority), EntryRequest.reference == reference
    return find(session, EntryRequest, *its, missing="there is no such request")
