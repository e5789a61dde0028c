"""A board for a wall: a few large figures of the unit, anew each minute by the browser itself; no name, no number of a case."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.http.transaction import reading
from registry.i18n.wording import name_in
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.oversight.overview.queries import clocks_due, inflow, open_cases
from registry.oversight.overview.rules import Age, Period, monday
from registry.pages.officers.guard import Afterwards, allowed
from registry.pages.officers.rendering import language, page
from registry.vocabulary.cases import CaseState, ClockKind, Priority

pages = Blueprint("console_board", __name__)

EVERY = 60
"""Seconds."""
BACK = timedelta(days=366)
"""How far back what is overdue is looked for."""


@pages.get("/board")
@allowed(Resource.STATISTICS, Act.READ)
def board(_session: Session, me: AuthenticatedOfficer) -> Afterwards:
    unit, at = me.standing.unit, now()
    name = name_in(language(), me.unit_names) or unit
    return Afterwards(
        lambda: page(
            "overview/board.html",
            here="board",
            every=EVERY,
            at=at,
            unit=name,
            kinds=list(ClockKind),
            **_figures(reading(), unit, at),
        )
    )


def _figures(session: Session, unit: str, at: datetime) -> dict[str, Any]:
    today = at.date()
    cases = open_cases(session, unit, today)
    late = {one.kind: one.late for one in clocks_due(session, unit, Period(today - BACK, today), at)}
    this_week = monday(today)
    came = Counter[bool]()
    for one in inflow(session, unit, Period(this_week - timedelta(weeks=1), today)):
        came[one.week == this_week] += one.complaints
    return {
        "open": sum(one.cases for one in cases),
        "urgent": sum(one.cases for one in cases if one.priority in (Priority.P0, Priority.P1)),
        "unseen": sum(one.cases for one in cases if one.state is CaseState.SUBMITTED),
        "waiting": sum(one.cases for one in cases if one.state is CaseState.WAITING_COMPLAINANT),
        "old": sum(one.cases for one in cases if one.age is Age.OLDER),
        "late": late,
        "late_total": sum(late.values()),
        "came": came[True],
        "came_before": came[False],
    }
