"""The page of a case: what was told, by whom it is about, what happened, and what is due. Reading it is on record."""

from functools import partial

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.agencies.queries import public_record
from registry.case_terms import Priority
from registry.clock import day_at, now
from registry.complaints.case_reading import case_view, clean_copy
from registry.complaints.desk.assigning import workers
from registry.complaints.desk.related import related
from registry.complaints.desk.taking import ways_of
from registry.complaints.priorities import TWO_PERSONS
from registry.complaints.storage import store_of
from registry.console.acting import acting, roles_of, sealer
from registry.console.audit.details import detail_in
from registry.console.cases.happened import happened
from registry.console.cases.showing import shown_agency, shown_box
from registry.console.cases.tabs import case_page, head_of, open_case
from registry.console.guard import allowed
from registry.console.refusals import Refusal
from registry.console.rendering import language
from registry.errors import NotNow
from registry.officers.rights import Act, Resource
from registry.officers.sessions import Present
from registry.web.downloads import sent_file
from registry.web.transaction import services

pages = Blueprint("console_case", __name__)


@pages.get("/cases/<reference>")
@allowed(Resource.CASE, Act.READ)
def case(session: Session, me: Present, reference: str) -> Response:
    return case_told(session, me, reference)


@pages.get("/cases/<reference>/files/<attachment>")
@allowed(Resource.ATTACHMENT, Act.READ)
def file(session: Session, me: Present, reference: str, attachment: str) -> Response:
    """The clean copy, to be saved and never shown in a page."""
    open_case(session, me, reference)
    officer = acting(me, Resource.ATTACHMENT, Act.READ)
    store = store_of(services().settings)
    name, body = clean_copy(session, sealer(), officer, reference, attachment, store, now().date())
    return sent_file(body, name)


def case_told(session: Session, me: Present, reference: str, refusal: Refusal | None = None) -> Response:
    """The whole page, again with what was typed where a form of it was refused."""
    officer = acting(me, Resource.ACCOUNT, Act.READ)
    try:
        view = case_view(session, sealer(), officer, reference, now().date(), into=language())
    except NotNow:
        # Withdrawn: that it is there may be seen, what was written may not.
        return case_page("cases/withheld.html", me, open_case(session, me, reference), "case")
    head = head_of(me, view.case, view.clocks)
    today, spoken = day_at(now(), None), language()
    agency = None if head.agency is None else public_record(session, head.agency, today)
    of_unit = workers(session, me.standing.unit)
    names = {one.reference: one.name for one in of_unit}
    return case_page(
        "cases/told.html",
        me,
        head,
        "case",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        form=request.form,
        view=view,
        boxes=[shown_box(spoken, box, agency) for box in view.boxes],
        agency=None if agency is None else shown_agency(spoken, agency, today),
        happened=happened(session, me, view),
        detail_of=partial(detail_in, spoken),
        related=related(session, view.case),
        ways=ways_of(view.case, view.moves, me.officer.reference, roles_of(me), now().date()),
        workers=of_unit,
        names=names,
        may=me.standing.may,
        priorities=list(Priority),
        two_persons=TWO_PERSONS,
    )
