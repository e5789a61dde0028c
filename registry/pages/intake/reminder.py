"""A calendar file for the telephone: the days on which to look again, under a name that says nothing.

Source: RFC 5545. It has no address, no number and no word of a complaint; its identifiers are random.
"""

import secrets
from collections.abc import Sequence
from datetime import date, timedelta

from flask import Blueprint, Response

from registry.complaints.intake import mailbox
from registry.i18n.languages import text
from registry.pages.intake.visiting import Visitor, visiting

pages = Blueprint("intake_reminder", __name__)

FIRST_LOOK = timedelta(days=7)
"""When to look again where no day was promised."""


@pages.get("/<language:language>/box/days")
@visiting
def days(visitor: Visitor) -> Response:
    view = mailbox.mailbox(visitor.session, visitor.sealer, visitor.visit, visitor.at)
    promised = {view.waiting_until, view.acknowledge_by, view.answer_by, view.draft_until}
    on = sorted(day for day in promised if day is not None and day > visitor.today) or [visitor.today + FIRST_LOOK]
    response = Response(
        calendar_of(on, text(visitor.language, "page.box.title"), visitor.today), mimetype="text/calendar"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="calendar.ics"'
    return response


def calendar_of(days: Sequence[date], name: str, today: date) -> str:
    """An iCalendar file with one whole day each, which the telephone announces at nine in the morning."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//calendar//1//"]
    for day in days:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{secrets.token_hex(16)}",
            f"DTSTAMP:{today:%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"SUMMARY:{name}",
            "CLASS:PRIVATE",
            "TRANSP:TRANSPARENT",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{name}",
            "TRIGGER:PT9H",
            "END:VALARM",
            "END:VEVENT",
        ]
    return "".join(f"{line}\r\n" for line in (*lines, "END:VCALENDAR"))
