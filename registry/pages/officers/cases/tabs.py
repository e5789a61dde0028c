"""The frame of a case's pages: its header, and the tabs that each desk adds its own part to.

A tab is a page at /console/cases/<reference>/<path>. Its view asks `open_case` for the header and gives `case_page` a template
that extends `cases/case.html` and fills its block `tab`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case import clocks
from registry.complaints.case.models import Case
from registry.complaints.casework import actions, models, queries
from registry.core.clock import now
from registry.core.errors import Forbidden, NotFound
from registry.http.complaint_services import sealer
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.rendering import page
from registry.vocabulary.cases import CaseState, ClockKind


class Tab(NamedTuple):
    """A tab of a case's page.

    Its title is at `case.tab.<name>`; it is shown to officers who may `act` on the `resource`.
    """

    name: str
    path: str
    resource: Resource
    act: Act


TABS: tuple[Tab, ...] = (
    Tab("case", "", Resource.CASE, Act.READ),
    Tab("notes", "/notes", Resource.CASE, Act.WRITE),
    Tab("firms", "/firms", Resource.CASE, Act.READ),
    Tab("events", "/events", Resource.CASE, Act.READ),
    Tab("claims", "/claims", Resource.CASE, Act.WRITE),
    Tab("referrals", "/referrals", Resource.REFERRAL, Act.READ),
    Tab("transfers", "/transfers", Resource.TRANSFER, Act.READ),
    Tab("hearing", "/hearings", Resource.HEARING, Act.READ),
    Tab("decision", "/decision", Resource.DECISION, Act.READ),
    Tab("openings", "/openings", Resource.BREAK_GLASS, Act.PROPOSE),
    Tab("trail", "/trail", Resource.TRAIL, Act.READ),
)


@dataclass(frozen=True, slots=True)
class CaseHead:
    """What stands above every tab: nothing of what was written. `agency` is the reference of the one that is complained of,
    `agencies` has those of all.
    """

    case: Case
    agency: str | None
    agencies: tuple[str, ...]
    clocks: Mapping[ClockKind, models.CaseClock]
    at: datetime


def open_case(session: Session, me: AuthenticatedOfficer, reference: str) -> CaseHead:
    """The header of a case of the officer's own unit.

    Raises NotFound for any other, Forbidden in a conflict of interest.
    """
    case = session.scalars(
        select(Case).where(
            actions.in_unit(me.standing.unit),
            Case.reference == reference,
            Case.state.not_in([CaseState.DRAFT, CaseState.PURGED]),
        )
    ).one_or_none()
    if case is None:
        raise NotFound(f"there is no case {reference} in this unit")
    return head_of(me, case, clocks.clocks_of(session, case))


def head_of(me: AuthenticatedOfficer, case: Case, running: Mapping[ClockKind, models.CaseClock]) -> CaseHead:
    """The header of a case that was read already. Raises Forbidden where the officer has an interest in it."""
    agencies = require_no_conflict(me, case)
    return CaseHead(case, queries.named_agency_id(sealer(), case), agencies, running, now())


def require_no_conflict(me: AuthenticatedOfficer, case: Case) -> tuple[str, ...]:
    """The agencies that a case is about. Raises Forbidden where the officer has declared an interest in one of them."""
    agencies = tuple(queries.agencies_of(sealer(), case))
    if any(me.has_conflict(agency) for agency in agencies):
        raise Forbidden(
            "you declared an interest in an agency that this case is about: a colleague has to act on it",
            "conflict_of_interest",
        )
    return agencies


def case_page(template: str, me: AuthenticatedOfficer, head: CaseHead, tab: str, **context: Any) -> Response:
    """A tab of a case. `template` extends `cases/case.html`."""
    return page(
        template,
        here="cases",
        head=head,
        tab=tab,
        tabs=[
            (one.name, f"/console/cases/{head.case.reference}{one.path}")
            for one in TABS
            if me.standing.may(one.resource, one.act)
        ],
        **context,
    )
