"""An organisation's own watches, as it reads them."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.core.db.reading import Page, newest_first
from registry.core.errors import NotFound
from registry.core.ids import read_reference
from registry.register.agencies.models import Agency
from registry.watches.models import Watch, WatchTarget


class WatchView(NamedTuple):
    """A watch, with how many lines of a list lead to an agency and how many to none yet; of any other, the agency."""

    watch: Watch
    known: int
    waited_for: int
    agency: str | None = None
    licence: str | None = None


def watches_of(session: Session, organisation_id: int, page: Page | None = None) -> list[WatchView]:
    """The watches of an organisation, the newest first: a page of them, or all."""
    query = newest_first(select(Watch).where(Watch.organisation_id == organisation_id), Watch.id, page)
    return _watch_views(session, session.execute(query).scalars().all())


def watch_named(session: Session, organisation_id: int, reference: str) -> WatchView:
    """Raises NotFound for another organisation's, in the same words."""
    query = select(Watch).where(Watch.reference == read_reference(reference), Watch.organisation_id == organisation_id)
    found = session.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound("there is no such watch of your organisation")
    return _watch_views(session, [found])[0]


def _watch_views(session: Session, watches: Sequence[Watch]) -> list[WatchView]:
    ids = [watch.id for watch in watches]
    query = (
        select(
            WatchTarget.watch_id,
            func.count(WatchTarget.agency_id.distinct()),
            func.count(WatchTarget.digest),
            func.min(Agency.reference),
            func.min(WatchTarget.licence),
        )
        .outerjoin(Agency, Agency.id == WatchTarget.agency_id)
        .where(WatchTarget.watch_id.in_(ids))
        .group_by(WatchTarget.watch_id)
    )
    counted = {row[0]: row for row in session.execute(query)}
    views = []
    for watch in watches:
        _, known, waits, agency, licence = counted.get(watch.id, (watch.id, 0, 0, None, None))
        is_one = known + waits == 1 and watch.kind in ("agency", "licence")
        views.append(WatchView(watch, known, waits, agency if is_one else None, licence if is_one else None))
    return views
