"""A case's tab of who read and did what: for its supervisor, without a word of what was read."""

from functools import partial

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.oversight import trail as oversight
from registry.oversight.trail import is_reading
from registry.pages.officers.audit.details import detail_in, references_in
from registry.pages.officers.audit.filters import number
from registry.pages.officers.cases.tabs import case_page, open_case
from registry.pages.officers.guard import allowed
from registry.pages.officers.rendering import language

pages = Blueprint("console_trail", __name__)

A_PAGE = 50


@pages.get("/cases/<reference>/trail")
@allowed(Resource.TRAIL, Act.READ)
def trail(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    head, unit = open_case(session, me, reference), me.standing.unit
    acts = oversight.acts_on(session, reference)
    about = oversight.Wanted(subject=reference)
    found = oversight.lines_of(session, unit, about, before=number(request.args), limit=A_PAGE + 1)
    lines = found[:A_PAGE]
    people = [one.actor for one in acts] + list(references_in(one.detail for one in lines))
    names = oversight.names_of(session, people)
    oversight.note_reading(
        session, "case.trail_read", reference, on=head.at.date(), actor=me.officer.reference, unit=unit
    )
    return case_page(
        "audit/trail.html",
        me,
        head,
        "trail",
        reads=[one for one in acts if is_reading(one.act)],
        lines=lines,
        older=lines[-1].number if len(found) > A_PAGE else None,
        names=names,
        is_reading=is_reading,
        detail_of=partial(detail_in, language()),
    )
