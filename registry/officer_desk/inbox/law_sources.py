"""What waits about the law: overlays for a second operator, and rows whose source is to be read again."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Session

from registry.officer_desk.inbox.branches import ME, Columns, Source, right, rows
from registry.officers.rights import Act, Resource
from registry.register.law.overlays.models import LawOverlay, OverlayState
from registry.register.law.overlays.queries import law_at
from registry.register.law.rows import Row as LawRow


def _overlay(kind: str, since: Any, *conditions: ColumnElement[bool]) -> Select[Any]:
    columns = Columns(kind=kind, reference=LawOverlay.reference, since_at=since)
    return rows(columns).where(*conditions).order_by(LawOverlay.id)


def _proposed() -> Select[Any]:
    waiting = LawOverlay.state == OverlayState.PROPOSED, LawOverlay.proposed_by != ME
    return _overlay("law.proposed", LawOverlay.proposed_at, *waiting)


def _withdrawal() -> Select[Any]:
    requested = LawOverlay.withdrawal_asked_by.is_not(None), LawOverlay.withdrawal_asked_by != ME
    return _overlay(
        "law.withdrawal", LawOverlay.withdrawal_asked_at, LawOverlay.state == OverlayState.APPROVED, *requested
    )


LAW_SOURCES: tuple[Source, ...] = (
    Source(right(Resource.LAW, Act.APPROVE), _proposed),
    Source(right(Resource.LAW, Act.APPROVE), _withdrawal),
)


def rows_to_read_again(session: Session, today: date) -> list[LawRow]:
    """Rows of law whose day for another reading (`check_by`) is past, the oldest first."""
    late = [row for row in law_at(session).rows.values() if row.check_by < today]
    return sorted(late, key=lambda row: (row.check_by, row.id))


def countries_out_of_date(session: Session, today: date) -> Iterator[tuple[str, date]]:
    """Countries of which a row of law is to be read again, each with the first such day."""
    first: dict[str, date] = {}
    for row in rows_to_read_again(session, today):
        first.setdefault(row.country, row.check_by)
    return iter(first.items())
