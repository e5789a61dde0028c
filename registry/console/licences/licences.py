"""The list of an authority's licences."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.clock import now
from registry.console.guard import allowed
from registry.console.licences.opening import official, waiting_for
from registry.console.licences.showing import name_of, status_word, tone
from registry.console.rendering import page
from registry.errors import NotFound
from registry.licensing import queries
from registry.licensing.drafting import today_of
from registry.licensing.queries import Filters
from registry.officers.rights import Act, Resource
from registry.officers.sessions import Present
from registry.terms import LicenceStatus

pages = Blueprint("console_licences", __name__)

LONGEST_QUESTION = 200


@pages.get("/licences")
@allowed(Resource.LICENCE, Act.READ)
def licences(session: Session, me: Present) -> Response:
    asked, authority = request.args, official(me).authority
    word = asked.get("status", "")
    filters = Filters(
        q=asked.get("q", "")[:LONGEST_QUESTION],
        status=LicenceStatus(word) if word in list(LicenceStatus) else None,
        is_expiring=asked.get("expiring") == "yes",
    )
    try:
        today, _ = today_of(session, authority, now())
    except NotFound:
        # A unit may be set up before the first list of its authority is read.
        return page("licences/unknown.html", here="licences", authority=authority)
    found = queries.page_of_licences(session, authority, filters, today, after=asked.get("after") or None)
    return page(
        "licences/list.html",
        here="licences",
        found=found,
        filters=filters,
        statuses=list(LicenceStatus),
        waiting=len(waiting_for(session, me)),
        may_propose=me.standing.may(Resource.LICENCE, Act.PROPOSE),
        name_of=name_of,
        status_word=status_word,
        tone=tone,
    )
