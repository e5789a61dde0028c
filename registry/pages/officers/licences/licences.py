"""The list of an authority's licences."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.errors import NotFound
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.guard import allowed
from registry.pages.officers.licences.opening import official, waiting_for
from registry.pages.officers.licences.showing import name_of, status_word, tone
from registry.pages.officers.rendering import page
from registry.supervision.licensing import queries
from registry.supervision.licensing.drafting import today_of
from registry.supervision.licensing.queries import Filters
from registry.vocabulary.register import LicenceStatus

pages = Blueprint("console_licences", __name__)

MAX_QUESTION = 200


@pages.get("/licences")
@allowed(Resource.LICENCE, Act.READ)
def licences(session: Session, me: AuthenticatedOfficer) -> Response:
    query, authority = request.args, official(me).authority
    word = query.get("status", "")
    filters = Filters(
        q=query.get("q", "")[:MAX_QUESTION],
        status=LicenceStatus(word) if word in list(LicenceStatus) else None,
        is_expiring=query.get("expiring") == "yes",
    )
    try:
        today, _ = today_of(session, authority, now())
    except NotFound:
        # A unit may be set up before the first list of its authority is read.
        return page("licences/unknown.html", here="licences", authority=authority)
    found = queries.page_of_licences(session, authority, filters, today, after=query.get("after") or None)
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
