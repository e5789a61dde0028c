"""The queue: what waits, the most urgent first."""

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from registry.clock import now
from registry.complaints import case_reading
from registry.console import assets
from registry.console.guard import allowed
from registry.console.rendering import page
from registry.officers.rights import Act, Resource
from registry.officers.sessions import Present

pages = Blueprint("console_cases", __name__)


@pages.get("/cases")
@allowed(Resource.CASE, Act.READ)
def queue(session: Session, me: Present) -> Response:
    return page(
        "cases/queue.html",
        here="cases",
        found=case_reading.queue(session, me.standing.unit),
        at=now(),
        case_styles=assets.address_of("cases.css"),
    )
