"""What forms bring along: days and numbers, a file, the version that the form was made from, the mark by which it counts once.

And agencies as the console's pages name and choose them: one field wherever an agency is asked for.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import wraps
from typing import Any

import msgspec
from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from registry.complaints.attachments.file_kinds import ENDINGS, MAX_BYTES
from registry.core import errors
from registry.core.clock import day_at, now
from registry.http.portals import FORM_FIELD
from registry.http.request_reader import IdempotencyKey
from registry.http.transaction import services
from registry.http.uploads import one_of_few, takes_body
from registry.i18n.languages import text
from registry.officer_acts.acting import require_right
from registry.officer_acts.acts import draft_idempotently
from registry.officer_acts.agency_picker import Suggestion, suggested_agencies
from registry.officers import sessions
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.forms import read_digits
from registry.pages.officers.guard import form_at, token_sent
from registry.pages.officers.rendering import Refusal, language, refusal_of
from registry.register.agencies.queries import public_record
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import Language

ONCE_FIELD = "once"
_BESIDE = frozenset({ONCE_FIELD, FORM_FIELD})

FILE_ENDINGS = ",".join(f".{ending}" for ending in sorted({*ENDINGS.values(), "jpeg"}))
"""What a field for a file offers to choose."""

MAX_OF_FORM = MAX_BYTES + 16 * 1024
"""A file of the largest size, with the form around it."""

View = Callable[..., Any]


def day(text: str) -> date | None:
    """A day like 2026-12-31; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def day_in(form: Mapping[str, str], field: str) -> date:
    """Raises InvalidInput."""
    found = day(form.get(field, "").strip())
    if found is None:
        raise errors.InvalidInput([errors.Fault.of(field, Problem.INVALID_VALUE, "day_like")])
    return found


def any_day_in(form: Mapping[str, str], field: str) -> date | None:
    """None where nothing was typed. Raises InvalidInput."""
    return day_in(form, field) if form.get(field, "").strip() else None


def any_number_in(form: Mapping[str, str], field: str, unread: str = "number_digits") -> int | None:
    """None where nothing was typed: it is not known. Raises InvalidInput, saying the message `unread`."""
    typed = form.get(field, "").strip()
    if not typed:
        return None
    number = read_digits(typed)
    if number is None:
        raise errors.InvalidInput([errors.Fault.of(field, Problem.INVALID_VALUE, unread)])
    return number


def version_sent() -> int:
    """The version that the form was made from. Raises InvalidInput: a form without one could undo an unseen change."""
    version = read_digits(request.form.get("version", ""))
    if version is None:
        raise errors.InvalidInput([errors.Fault.of("version", Problem.MISSING, "missing_version")])
    return version


def made_by_form(session: Session, me: AuthenticatedOfficer, what: str, make: Callable[[], object]) -> str:
    """The reference of what the form drafts, or drafted when it came before; `what` as `draft_idempotently` takes it.

    Raises as `make`, and IllegalMove where the same form was sent before with something else in it.
    """
    try:
        return draft_idempotently(session, me, what, _sent(), make)
    except errors.RepeatDiffers:
        raise errors.IllegalMove(
            "this form was sent before with something else in it, and that was kept: look at it, then send this if you still "
            "mean it",
            "desk.form_sent_before",
        ) from None


def _sent() -> IdempotencyKey | None:
    key = request.form.get(ONCE_FIELD, "")[:80]
    sent_fields = sorted((name, value) for name, value in request.form.items(multi=True) if name not in _BESIDE)
    return IdempotencyKey(key, hashlib.sha256(json.dumps(sent_fields).encode()).hexdigest()) if key else None


def takes_file(resource: Resource, act: Act, refused: Callable[..., Any]) -> Callable[[View], View]:
    """Read the form of a file before any transaction, and only of an officer with the right; the view's guard asks that again.

    A slow line sends for minutes: nothing of the database is held meanwhile. `refused` answers to a file that is not taken: it
    is given the refusal, and the path as keywords.
    """

    def require_sender() -> None:
        with services().reading_sessions() as glance, glance.no_autoflush:
            at = now()
            who = sessions.authenticate(glance, token_sent(), at)
            require_right(who, resource, act)

    def decorate(view: View) -> View:
        @takes_body(MAX_OF_FORM, require_sender)
        @wraps(view)
        def taking(**path: str) -> Any:
            try:
                require_sender()
            except (errors.NotSignedIn, errors.Forbidden):
                return view(**path)
            try:
                with one_of_few():
                    request.max_content_length = MAX_OF_FORM
                    # Read here, so that no other request waits for it later.
                    _ = request.form
                    return view(**path)
            except RequestEntityTooLarge:
                return refused(_refusal(413, Problem.FILE_TOO_LARGE), **path)
            except errors.TooBusy as busy:
                return refused(Refusal(503, busy.code, busy.text, Language.EN), **path)

        return taking

    return decorate


def refused_file(store: Callable[[], object]) -> Refusal | None:
    """Why a file that `store` shall keep was not taken; None where it was."""
    try:
        store()
    except errors.FilesUnavailable as away:
        return _refusal(503, away.code)
    except errors.RefusedFile as refused:
        return _refusal(400, refused.code)
    except (errors.IllegalMove, errors.InvalidInput, errors.NotNow) as refused:
        return refusal_of(refused)
    return None


def _refusal(status: int, code: Problem) -> Refusal:
    return Refusal(status, code, text(language(), f"problem.{code}.detail"), language())


pages = Blueprint("console_agencies", __name__)

CHOICE = "_choice"
"""What ends the name of a choice among the agencies that may be meant: it counts in place of what was typed."""


@form_at(pages, "/agencies", Resource.OWN, Act.READ)
def suggest(session: Session, _me: AuthenticatedOfficer) -> Response:
    """Agencies that what is typed may mean, for the script; what was typed stands in no address."""
    found = suggested_agencies(session, request.form.get("typed", ""), language(), day_at(now(), None))
    listed = [{"reference": one.reference, "name": one.name.name, "about": _described(one)} for one in found]
    response = Response(msgspec.json.encode(listed), mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _described(one: Suggestion) -> str:
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
