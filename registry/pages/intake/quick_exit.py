"""Leaving at once: the visit ends, the browser forgets, and something harmless is on the screen."""

from contextlib import suppress

from flask import Blueprint, Response, redirect

from registry.complaints.case import visits
from registry.core.clock import now
from registry.core.errors import NoVisit
from registry.http.complaint_services import sealer
from registry.http.transaction import writing
from registry.pages.intake import cookies
from registry.pages.intake.rendering import AWAY, box_page
from registry.vocabulary.register import Language

pages = Blueprint("intake_quick_exit", __name__)


@pages.post("/<language:language>/box/leave")
def leave(language: Language) -> Response:
    """Leave the visit. Never refused, whatever the form lacks: at worst the number has to be typed again."""
    end_visit()
    response = redirect(AWAY[language], 303)
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response  # type: ignore[return-value]


def end_visit() -> None:
    """End the visit of this browser, if there is one: its token opens nothing any more, wherever it went."""
    token = cookies.value_of(cookies.VISIT)
    if token:
        with suppress(NoVisit), writing() as session:
            visits.end(session, visits.visit(session, sealer(), token, now()))


@pages.get("/<language:language>/box/kept")
def finished(language: Language) -> Response:
    """All is kept, the visit is over: how to come back."""
    return box_page("kept.html", language)


@pages.get("/<language:language>/box/gone")
def gone(language: Language) -> Response:
    """A draft was destroyed, and its number with it."""
    response = box_page("gone.html", language)
    cookies.drop(response, cookies.VISIT)
    return response
