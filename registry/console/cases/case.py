"""The page of a case: what was told, by whom it is about, what happened, and what is due. Reading it is on record."""

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from registry.agencies.queries import public_record
from registry.clock import day_at, now
from registry.complaints.case_reading import CaseView, case_view, clean_copy
from registry.complaints.desk.related import related
from registry.complaints.storage import store_of
from registry.console.acting import acting, sealer
from registry.console.cases.showing import shown_agency, shown_box, shown_moves
from registry.console.cases.tabs import case_page, head_of, open_case
from registry.console.guard import allowed
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
    officer = acting(me, Resource.ACCOUNT, Act.READ)
    try:
        view = case_view(session, sealer(), officer, reference, now().date())
    except NotNow as withheld:
        # Withdrawn: that it is there may be seen, what was written may not.
        head = open_case(session, me, reference)
        return case_page("cases/withheld.html", me, head, "case", why=withheld.text)
    return _page(session, me, view)


@pages.get("/cases/<reference>/files/<attachment>")
@allowed(Resource.ATTACHMENT, Act.READ)
def file(session: Session, me: Present, reference: str, attachment: str) -> Response:
    """The clean copy, to be saved and never shown in a page."""
    open_case(session, me, reference)
    officer = acting(me, Resource.ATTACHMENT, Act.READ)
    store = store_of(services().settings)
    name, body = clean_copy(session, sealer(), officer, reference, attachment, store, now().date())
    return sent_file(body, name)


def _page(session: Session, me: Present, view: CaseView) -> Response:
    head = head_of(me, view.case, view.clocks)
    today = day_at(now(), None)
    agency = None if head.agency is None else public_record(session, head.agency, today)
    spoken = language()
    return case_page(
        "cases/told.html",
        me,
        head,
        "case",
        view=view,
        boxes=[shown_box(spoken, box) for box in view.boxes],
        agency=None if agency is None else shown_agency(spoken, agency, today),
        moves=shown_moves(session, me.standing.unit, view.moves),
        related=related(session, view.case),
    )
