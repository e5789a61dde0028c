"""The first page after sign-in: what waits for this officer."""

from datetime import timedelta

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from registry.complaints.casework.access_grants import queries as queries_of_openings
from registry.core.clock import now
from registry.officers import accounts
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers import assets
from registry.pages.officers.access_grants.unit import decided_by
from registry.pages.officers.cases.queue import counts
from registry.pages.officers.guard import allowed
from registry.pages.officers.inbox import URGENCY, first_cases, what_waits
from registry.pages.officers.rendering import page
from registry.supervision.sanctions import queries

pages = Blueprint("console_home", __name__)


@pages.get("/")
@allowed(Resource.OWN, Act.READ)
def home(session: Session, me: AuthenticatedOfficer) -> Response:
    waiting = (
        [
            change
            for change in accounts.open_changes(session, me.standing.unit)
            if change.proposed_by != me.officer.reference
        ]
        if me.standing.may(Resource.OFFICER, Act.APPROVE)
        else []
    )
    may_approve = me.standing.may(Resource.SANCTION, Act.APPROVE)
    sanctions = queries.waiting(session, me.standing.authority, me.officer.reference) if may_approve else 0
    at, sees_cases = now(), me.standing.may(Resource.CASE, Act.READ)
    return page(
        "home.html",
        here="home",
        waiting=len(waiting),
        sanctions=sanctions,
        others=what_waits(session, me, at.date()),
        counts=counts(session, me, at) if sees_cases else [],
        urgency=URGENCY,
        cases=first_cases(session, me, at) if sees_cases else [],
        at=at,
        soon=at + timedelta(days=1),
        mine=me.officer.reference,
        case_styles=assets.address_of("cases.css"),
        **_access_grants(session, me),
    )


def _access_grants(session: Session, me: AuthenticatedOfficer) -> dict[str, int]:
    """Access requests that wait for the officer, and for supervisors the number of break-glass accesses."""
    unit, at, kinds = me.standing.unit, now(), decided_by(me)
    is_notified = me.standing.may(Resource.BREAK_GLASS, Act.READ)
    return {
        "openings": queries_of_openings.waiting(session, unit, me.officer.reference, kinds, at) if kinds else 0,
        "broken": queries_of_openings.broken(session, unit, at) if is_notified else 0,
    }
