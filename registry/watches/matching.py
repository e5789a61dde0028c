"""Finds an event's watchers: of its agency, licence, other end of an agreement, official list, or by a search.

Matches of one round stand in the table watch_matches, which is empty outside of the round's transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, String, cast, insert, literal, or_, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry.core.db.engine import insert_missing
from registry.register.agencies.models import Licence, PublicRecord
from registry.vocabulary.watches import WatchKind
from registry.watches import rules
from registry.watches.models import Watch, WatchEvent, WatchMatch, WatchTarget


class PendingEvent(NamedTuple):
    """An event as it is about to be written. `organisation_id`: the only one that it is for, whatever others watch."""

    happening: rules.Happening
    at: datetime
    event_key: str
    agency_id: int | None = None
    agency: str | None = None
    licence: str | None = None
    source: str | None = None
    log_index: int | None = None
    other_agency_id: int | None = None
    authority: str | None = None
    organisation_id: int | None = None


class Asker(NamedTuple):
    """An organisation that saved a search, when the log was so long, and of which types it hears; None: of all."""

    organisation: int
    from_index: int
    types: frozenset[str] | None

    def hears(self, one: PendingEvent) -> bool:
        is_new = one.log_index is None or one.log_index >= self.from_index
        return is_new and (self.types is None or one.happening.type in self.types)


def chooses(types: InstrumentedAttribute[list[str] | None], type_: Any) -> ColumnElement[bool]:
    """Whether a choice of types, None for all, has the type of an event."""
    return or_(types.is_(None), cast(types, String).contains(literal('"') + type_coerce(type_, String) + literal('"')))


_COLUMNS = ["event_id", "organisation_id"]


def match_targets(session: Session, first: int, last: int) -> None:
    """Match watches of the agency and of the licence.

    A watch of another licence of the same holder gets holder events only.
    """
    query = (
        select(WatchEvent.id, Watch.organisation_id)
        .join(WatchTarget, WatchTarget.agency_id == WatchEvent.agency_id)
        .join(Watch, Watch.id == WatchTarget.watch_id)
        .where(
            WatchEvent.id.between(first, last),
            Watch.is_paused.is_(False),
            chooses(Watch.types, WatchEvent.type),
            or_(WatchEvent.log_index.is_(None), WatchEvent.log_index >= Watch.from_index),
            or_(WatchTarget.licence.is_(None), WatchEvent.licence.is_(None), WatchTarget.licence == WatchEvent.licence),
        )
        .distinct()
    )
    session.execute(insert(WatchMatch).from_select(_COLUMNS, query))


def match_agency(session: Session, event_id: int, pending: PendingEvent) -> None:
    """Match watches of the other end of an agreement."""
    query = (
        select(literal(event_id), Watch.organisation_id)
        .join(WatchTarget, WatchTarget.watch_id == Watch.id)
        .where(
            WatchTarget.agency_id == pending.other_agency_id,
            Watch.is_paused.is_(False),
            Watch.from_index <= pending.log_index,
            chooses(Watch.types, literal(pending.happening.type.value)),
        )
        .distinct()
    )
    insert_missing(session, WatchMatch, _COLUMNS, query)


def match_authority(session: Session, event_id: int, pending: PendingEvent) -> None:
    """Match watches with a licence of the authority whose list it is, by name or by a search for it."""
    is_chosen = chooses(Watch.types, literal(pending.happening.type.value))
    query = (
        select(literal(event_id), Watch.organisation_id)
        .join(WatchTarget, WatchTarget.watch_id == Watch.id)
        .join(Licence, Licence.agency_id == WatchTarget.agency_id)
        .where(Licence.authority == pending.authority, Watch.is_paused.is_(False), is_chosen)
        .distinct()
    )
    insert_missing(session, WatchMatch, _COLUMNS, query)


def match_searches(session: Session, pending: Sequence[tuple[int, PendingEvent]]) -> None:
    """Each search is put once to each agency that something happened to, however many organisations saved the same."""
    query = select(Watch.organisation_id, Watch.criteria, Watch.from_index, Watch.types).where(
        Watch.kind == WatchKind.SEARCH, Watch.is_paused.is_(False)
    )
    askers: dict[rules.SearchCriteria, set[Asker]] = {}
    for organisation_id, criteria, from_index, types in session.execute(query):
        asker = Asker(organisation_id, from_index, None if types is None else frozenset(types))
        askers.setdefault(rules.SearchCriteria(**(criteria or {})), set()).add(asker)
    if not askers:
        return
    answers: dict[int, set[Asker]] = {}
    for i, one in pending:
        if one.agency_id is not None and one.agency_id not in answers:
            answers[one.agency_id] = _askers_of(session, one.agency_id, askers)
        by_list = {
            asker
            for search, those in askers.items()
            if one.authority is not None and search.authority == one.authority
            for asker in those
        }
        found = by_list | (answers[one.agency_id] if one.agency_id is not None else set())
        hearing = {asker.organisation for asker in found if asker.hears(one)}
        for organisation in sorted(hearing):
            insert_missing(session, WatchMatch, _COLUMNS, select(literal(i), literal(organisation)))


def _askers_of(session: Session, agency_id: int, askers: dict[rules.SearchCriteria, set[Asker]]) -> set[Asker]:
    body = session.execute(select(PublicRecord.body).where(PublicRecord.agency_id == agency_id)).scalar_one_or_none()
    if body is None:
        return set()
    agency: rules.RecordMapping = msgspec.json.decode(body)
    return {
        asker
        for search, those in askers.items()
        if rules.matches_search(search, agency, agency.get("licences") or ())
        for asker in those
    }
