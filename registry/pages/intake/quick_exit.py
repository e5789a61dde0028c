"""Leaving at once: the visit ends, the browser forgets, and something harmless is on the screen.

Without scripts that is the weather of a public service. With scripts it is a calendar of our own, there at once, which goes on to
the weather if that can be reached: where it cannot, the browser would show an error with its name.
"""

from calendar import Calendar
from contextlib import suppress

from babel import Locale
from babel.dates import format_skeleton, get_day_names
from flask import Blueprint, Response, redirect, request

from registry.complaints.attachments.uploading import RECORDING_SLOTS, Recording, Recordings
from registry.complaints.case import models, visits
from registry.complaints.intake import mailbox
from registry.core.clock import day_at, now
from registry.core.errors import NotNow, NoVisit
from registry.http.complaint_services import sealer, store
from registry.http.responses import content_policy
from registry.http.transaction import writing
from registry.i18n.names import LOCALES
from registry.pages.intake import cookies
from registry.pages.intake.rendering import box_page
from registry.pages.public.rendering import AWAY
from registry.vocabulary.register import Language

pages = Blueprint("intake_quick_exit", __name__)


@pages.post("/<language:language>/box/leave")
def leave(language: Language) -> Response:
    """Leave the visit. Never refused, whatever the form lacks: at worst the number has to be typed again.

    What was spoken and not sent is removed behind the answer, as someone who must leave waits for nothing.
    """
    unsent = end_visit()
    has_scripts = request.form.get("script") == "on"
    response = redirect(f"/{language}/box/month" if has_scripts else AWAY[language], 303)
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    for recording in unsent:
        response.call_on_close(recording.drop)
    return response  # type: ignore[return-value]


@pages.get("/<language:language>/box/month")
def show_calendar_month(language: Language) -> Response:
    """This month, and nothing of ours: no name, no button, no language to choose."""
    today, locale = day_at(now(), None), Locale.parse(LOCALES[language])
    names = get_day_names("abbreviated", context="stand-alone", locale=locale)
    response = box_page(
        "month.html",
        language,
        month=format_skeleton("yMMMM", today, locale=locale),
        weekdays=[names[day] for day in range(7)],
        weeks=Calendar().monthdatescalendar(today.year, today.month),
        today=today,
        away=AWAY[language],
    )
    response.headers["Content-Security-Policy"] = content_policy(form_action="'none'", connect_src=AWAY[language])
    return response


def end_visit() -> list[Recording]:
    """End the visit of this browser, if there is one: its token opens nothing any more, wherever it went.

    A draft whose number was never typed back is destroyed. Gives the places where something that was spoken may lie unsent.
    """
    token = cookies.value_of(cookies.VISIT)
    with suppress(NoVisit, NotNow), writing() as session:
        visit = visits.visit(session, sealer(), token, now(), is_code_beside=True)
        opened = sealer().open_as_mailbox(session, visit.box, visit.seed)
        places = Recordings(store(), opened, session.get_one(models.Case, visit.box.case_id))
        unsent = [places.at(slot) for slot in range(RECORDING_SLOTS)]
        mailbox.leave(session, sealer(), visit, now())
        return unsent
    return []


@pages.get("/<language:language>/box/kept")
def show_finished(language: Language) -> Response:
    """All is kept, the visit is over: how to come back."""
    return box_page("kept.html", language)


@pages.get("/<language:language>/box/gone")
def show_gone(language: Language) -> Response:
    """A draft was destroyed, and its number with it."""
    response = box_page("gone.html", language)
    cookies.drop(response, cookies.VISIT)
    return response
