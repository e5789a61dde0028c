"""Reads of licensing: the authority's licences, one with its history, and pending work. Scoped to one authority."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from registry.core import clock, errors
from registry.core.db.locking import find
from registry.core.ids import read_reference
from registry.log.models import Entry
from registry.register.agencies import listing, models, record, storage
from registry.register.agencies.queries import agency_row, licence_row
from registry.register.authorities.models import Authority
from registry.register.authorities.queries import AuthorityDays
from registry.supervision.licensing.drafting import is_of, status_on
from registry.supervision.licensing.models import Proposal
from registry.vocabulary.register import LicenceStatus
from registry.vocabulary.supervision import ProposalState

PAGE = 25
SOON = timedelta(days=90)
"""Within how many days a term is said to end soon."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Filters of the list. `q` is a number, a reference or a name; `is_expiring`: the term ends soon."""

    q: str = ""
    status: LicenceStatus | None = None
    is_expiring: bool = False


class Row(NamedTuple):
    """A row of the list: a licence, its holder, and its status today."""

    agency: record.Agency
    licence: record.Licence
    status: LicenceStatus | None


class Page(NamedTuple):
    items: list[Row]
    next_after: str | None
    total: int


class Event(NamedTuple):
    """One line of a licence's history. `kind` is `status`, `proposal` or `entry`."""

    on: date
    kind: str
    what: record.StatusPeriod | Proposal | Entry


def page_of_licences(
    session: Session, authority: str, filters: Filters, today: date, *, after: str | None = None
) -> Page:
    """Licences of an authority, the latest registered first. Raises NotFound where `after` is none of them."""
    conditions = [models.Licence.authority == authority, *_conditions(session, filters, today)]
    term = models.LicenceTerm
    current = and_(term.licence_id == models.Licence.id, term.superseded_at.is_(None))
    matching = select(models.Licence.id).join(term, current).where(*conditions)
    total = session.execute(select(func.count()).select_from(matching.subquery())).scalar_one()
    if after is not None:
        matching = matching.where(models.Licence.id < _of_authority(session, authority, after).id)
    ids = list(session.execute(matching.order_by(models.Licence.id.desc()).limit(PAGE + 1)).scalars())
    rows = session.execute(select(models.Licence).where(models.Licence.id.in_(ids[:PAGE]))).scalars().all()
    records = storage.load_records(session, list({row.agency_id for row in rows}))
    items = []
    for row in sorted(rows, key=lambda one: -one.id):
        agency = records[row.agency_id]
        licence = next(one for one in agency.licences if one.licence_id == row.reference)
        items.append(Row(agency, licence, status_on(agency, row.reference, today)))
    return Page(items, items[-1].licence.licence_id if len(ids) > PAGE else None, total)


def _conditions(session: Session, filters: Filters, today: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    ends_on = models.LicenceTerm.valid_to
    # All are of one authority, whose day it is.
    days = AuthorityDays(today, {})
    if filters.status is not None:
        found.append(listing.has_status(filters.status, days))
    if filters.is_expiring:
        found += [ends_on >= today, ends_on <= today + SOON]
    if filters.q.strip():
        matching = listing.agencies_matching(session, filters.q, days)
        found.append(or_(models.Licence.agency_id.in_(matching), models.Licence.reference == read_reference(filters.q)))
    return found


def licence_and_holder(session: Session, authority: str, reference: str) -> tuple[models.Licence, record.Agency]:
    """A licence of this authority with its holder's whole record. Raises NotFound for any other."""
    row = _of_authority(session, authority, reference)
    return row, storage.load_records(session, [row.agency_id])[row.agency_id]


def agency_of_authority(session: Session, authority: str, reference: str) -> tuple[models.Agency, record.Agency]:
    """An agency that has or had a licence of this authority. Raises NotFound for any other."""
    row = agency_row(session, read_reference(reference) or "")
    known = None if row is None else storage.load_records(session, [row.id]).get(row.id)
    if row is None or known is None or not is_of(known, authority):
        raise errors.NotFound(f"there is no agency {reference} with a licence of this authority")
    return row, known


def _of_authority(session: Session, authority: str, reference: str) -> models.Licence:
    row = licence_row(session, read_reference(reference) or "")
    if row is None or row.authority != authority:
        raise errors.NotFound(f"there is no licence {reference} of this authority")
    return row


def proposals_of(session: Session, authority: str, *, agency_id: int) -> list[Proposal]:
    """Every proposal about an agency and its licences, the latest first."""
    query = select(Proposal).where(Proposal.authority == authority, Proposal.agency_id == agency_id)
    return list(session.execute(query.order_by(Proposal.id.desc())).scalars())


def waiting(session: Session, authority: str) -> list[tuple[Proposal, record.Agency]]:
    """Proposals that wait for a second person, oldest first, each with its agency."""
    query = select(Proposal).where(Proposal.authority == authority, Proposal.state == ProposalState.OPEN)
    rows = list(session.execute(query.order_by(Proposal.id)).scalars())
    records = storage.load_records(session, list({row.agency_id for row in rows if row.agency_id is not None}))
    return [(row, records[row.agency_id]) for row in rows if row.agency_id in records]


def proposal_named(session: Session, authority: str, reference: str) -> Proposal:
    """The proposal with this reference. Raises NotFound, also for another authority's."""
    its = Proposal.reference == read_reference(reference), Proposal.authority == authority
    return find(session, Proposal, *its, missing=f"there is no proposal {reference} of this authority")


def timeline(session: Session, licence: record.Licence, proposals: Sequence[Proposal]) -> list[Event]:
    """Statuses by the day they began, proposals and log entries by the authority's day when they were made, the latest first."""
    where = select(Authority.time_zone).where(Authority.reference == licence.authority)
    there = session.scalar(where)
    events = [Event(period.from_ or date.min, "status", period) for period in licence.status_history]
    events += [
        Event(clock.day_at(one.proposed_at, there), "proposal", one)
        for one in proposals
        if one.subject == licence.licence_id
    ]
    key = f"licence/{licence.licence_id}"
    entries = session.execute(select(Entry).where(Entry.key == key).order_by(Entry.index.desc()).limit(100)).scalars()
    events += [Event(clock.day_at(one.at, there), "entry", one) for one in entries]
    return sorted(events, key=lambda one: one.on, reverse=True)
