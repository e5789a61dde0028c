"""The public feed of changes: entries of the log about legal persons, from any index, without a key."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from registry.dataset import rules
from registry.dataset.queries import event_of
from registry.log import queries as log
from registry.log.models import Entry
from registry.register.agencies import queries as agencies
from registry.register.agencies.models import Agency, AgencyProfile
from registry.vocabulary.register import HolderKind

ON_A_PAGE = 100
NEWEST = 50
"""How many a reader gets who names no index: the newest, the last first."""


class Change(NamedTuple):
    """One change: its row as in the dataset's events, its instant, and the name under which the agency is shown now."""

    row: dict[str, Any]
    at: datetime
    name: str | None


class Changes(NamedTuple):
    """A page of the feed. `next_index` is from where a reader goes on; `size` is that of the head all of it is under."""

    items: list[Change]
    next_index: int
    size: int


def changes(session: Session, first: int | None, day: date) -> Changes:
    """The changes from an index on in order, or the newest where none is named. NotFound while nothing is published.

    What is behind the published head is not told yet; agencies that are no legal persons now, and erased ones, not at all.
    """
    head = log.head(session)
    query = _query().where(Entry.index < head.size)
    if first is None:
        latest: Sequence[Entry] = session.execute(query.order_by(Entry.index.desc()).limit(NEWEST)).scalars().all()
        return Changes(_page_of(session, latest, day), head.size, head.size)
    query = query.where(Entry.index >= first).order_by(Entry.index)
    found: Sequence[Entry] = session.execute(query.limit(ON_A_PAGE)).scalars().all()
    following = found[-1].index + 1 if len(found) == ON_A_PAGE else max(first, head.size)
    return Changes(_page_of(session, found, day), following, head.size)


def _query() -> Select[Any]:
    return (
        select(Entry)
        .join(Agency, Agency.id == Entry.agency_id)
        .join(AgencyProfile, AgencyProfile.agency_id == Agency.id)
        .where(
            AgencyProfile.superseded_at.is_(None),
            AgencyProfile.holder_kind == HolderKind.LEGAL_PERSON,
            Agency.erased_at.is_(None),
        )
    )


def _page_of(session: Session, entries: Sequence[Entry], day: date) -> list[Change]:
    ids = sorted({entry.agency_id for entry in entries if entry.agency_id is not None})
    names = {one.agency_id: rules.display_name(one) for one in agencies.published(session, ids, day)}
    rows = [event_of(entry, day) for entry in entries]
    return [Change(row, entry.at, names.get(row["agency_id"])) for row, entry in zip(rows, entries, strict=True)]
