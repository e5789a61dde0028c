"""The page of a case."""

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from registry.console.cases.tabs import case_page, open_case
from registry.console.guard import allowed
from registry.officers.rights import Act, Resource
from registry.officers.sessions import Present

pages = Blueprint("console_case", __name__)


@pages.get("/cases/<reference>")
@allowed(Resource.CASE, Act.READ)
def case(session: Session, me: Present, reference: str) -> Response:
    return case_page("cases/case.html", me, open_case(session, me, reference), "case")
