"""Agencies as the console's pages name and choose them: one field wherever an agency is asked for."""

from collections.abc import Sequence

import msgspec
from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from registry.core.clock import day_at, now
from registry.officer_acts.agency_picker import Suggestion, suggested_agencies
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.guard import allowed
from registry.pages.officers.rendering import Refusal, language
from registry.register.agencies.queries import public_record

pages = Blueprint("console_agencies", __name__)

CHOICE = "_choice"
"""What ends the name of a choice among the agencies that may be meant: it counts in place of what was typed."""


@pages.post("/agencies")
@allowed(Resource.OWN, Act.READ)
def suggest(session: Session, _me: AuthenticatedOfficer) -> Response:
    """Agencies that what is typed may mean, for the script; what was typed stands in no address."""
    found = suggested_agencies(session, request.form.get("typed", ""), language(), day_at(now(), None))
    listed = [{"reference": one.reference, "name": one.name.name, "about": _about(one)} for one in found]
    response = Response(msgspec.json.encode(listed), mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _about(one: Suggestion) -> str:
    return " · ".join(part for part in (one.name.name, one.country, one.number) if part)


def agency_name(session: Session, agency: str) -> str:
    """The agency as the public reads it, or its reference where its entry is gone."""
    known = public_record(session, agency, now().date())
    return known.names[0].name if known is not None and known.names else agency


def with_choices(form: MultiDict[str, str]) -> MultiDict[str, str]:
    """The form with what was chosen among suggestions in place of what was typed."""
    chosen = {name.removesuffix(CHOICE): value for name, value in form.items() if name.endswith(CHOICE) and value}
    if not chosen:
        return form
    copied = MultiDict(form)
    for name, value in chosen.items():
        copied[name] = value
    return copied


def suggestions(
    session: Session, refusal: Refusal | None, form: MultiDict[str, str], field: str = "agency"
) -> Sequence[Suggestion]:
    """The agencies to choose from where what was typed led to none or to several."""
    if refusal is None or field not in {one.field for one in refusal.faults}:
        return ()
    return suggested_agencies(session, form.get(field, ""), language(), day_at(now(), None))
