"""The first page after sign-in: what waits for this officer."""

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from registry.console.guard import allowed
from registry.console.rendering import page
from registry.officers import accounts
from registry.officers.rights import Act, Resource
from registry.officers.sessions import Present
from registry.sanctions import queries

pages = Blueprint("console_home", __name__)


@pages.get("/")
@allowed(Resource.OWN, Act.READ)
def home(session: Session, me: Present) -> Response:
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
    return page("home.html", here="home", waiting=len(waiting), sanctions=sanctions)
