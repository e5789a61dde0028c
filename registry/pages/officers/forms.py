"""Forms of the console: what they bring along, and the buttons and forms of officers' acts, served from their tables.

A form brings days and numbers, a file, the version that it was made from, the mark by which it counts once, and an agency: one
field wherever one is asked for. The tables of acts stand in registry.officer_acts.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import wraps
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

import msgspec
from flask import Blueprint, Response, request
from marshmallow import fields, missing
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from registry.complaints.attachments.file_kinds import ENDINGS, MAX_BYTES
from registry.core import errors
from registry.core.clock import day_at, now
from registry.http.portals import FORM_FIELD, see_other
from registry.http.request_reader import IdempotencyKey
from registry.http.transaction import services
from registry.http.uploads import one_of_few, takes_body
from registry.i18n.languages import text
from registry.officer_acts.acts import OfficerAct, OfficerActs, draft_idempotently
from registry.officer_acts.agency_picker import Suggestion, suggested_agencies
from registry.officer_acts.permissions import require_right
from registry.officers import sessions
from registry.officers.rights import Act, Resource
from registry.pages.forms import read_digits
from registry.pages.officers.guard import allowed, form_at, note_done, note_undo, token_sent
from registry.pages.officers.rendering import Refusal, attempt, language, refusal_of
from registry.register.agencies.queries import public_record
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import Language
from schemas.base import InSchema
from schemas.fields import Count, Day, Flag, Word

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


def made_by_form(session: Session, me: sessions.AuthenticatedOfficer, what: str, make: Callable[[], object]) -> str:
    """The reference of what the form drafts, or drafted when it came before; `what` as `draft_idempotently` takes it.

    Raises as `make`, and IllegalMove where the same form was sent before with something else in it.
    """
    try:
        return draft_idempotently(session, me, what, _key_of_form(), make)
    except errors.RepeatDiffers:
        raise errors.IllegalMove(
            "this form was sent before with something else in it, and that was kept: look at it, then send this if you still "
            "mean it",
            "desk.form_sent_before",
        ) from None


def _key_of_form() -> IdempotencyKey | None:
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
def suggest(session: Session, _me: sessions.AuthenticatedOfficer) -> Response:
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


Form = MultiDict[str, str]
Choice = TypeVar("Choice", bound=StrEnum)


class Place(NamedTuple):
    """What an act is done to: its references, the address of its page, and that page again, with why the act was refused.

    With `is_list` what is drafted has a page of its own below the address. `afterwards` makes the answer instead, of what the act
    gave: a code that is shown once, or another page to lead on to. `then` are acts that the same form does besides, to what the
    act gave or was done to, in the same transaction.
    """

    reference: str | tuple[str, ...]
    address: str
    again: Callable[[Refusal], Response]
    is_list: bool = False
    afterwards: Callable[[Any], Response] | None = None
    then: Sequence[tuple[OfficerActs[Any], OfficerAct]] = ()


PlaceFinder = Callable[..., Place]
"""Finds what an act is done to: given the session, the officer present, the act, and the path's parameters as keywords.

Raises NotFound for what belongs to others, Forbidden where the officer declared an interest.
"""


def serve_acts(
    pages: Blueprint,
    address: str,
    acts: OfficerActs[Any],
    find_place: PlaceFinder,
    *,
    is_versioned: bool = True,
    exclude: tuple[str, ...] = (),
) -> None:
    """Take the form of each act below the address of what it is done to, except those that another view takes (`exclude`).

    Each says the version it was made from, or none does.
    """
    for act in acts:
        if act.name in exclude:
            continue
        view = allowed(*acts.right_to(act))(_view(acts, act, find_place, is_versioned))
        pages.add_url_rule(act.page_below(address), act.operation, view, methods=["POST"])


def _view(
    acts: OfficerActs[Any], act: OfficerAct, find_place: PlaceFinder, is_versioned: bool
) -> Callable[..., Response]:
    def view(session: Session, me: sessions.AuthenticatedOfficer, **path: str) -> Response:
        place = find_place(session, me, act, **path)
        gave: list[Any] = []

        def do() -> object:
            version = version_sent() if is_versioned and act.is_versioned else None
            require_confirmed(act)
            values = values_of(act, _form_sent())
            try:
                given = acts.perform(act, session, me, place.reference, version, values)
            except errors.NotFound:
                if act.not_found is None:
                    raise
                field, message = act.not_found
                raise errors.InvalidInput([errors.Fault.of(field, Problem.INVALID_VALUE, message)]) from None
            if act.taken_back_at is not None:
                note_undo({}, f"{request.path}/{act.taken_back_at(given)}")
            note_done(act.operation if act.done is None else act.done(given))
            made: Any = given
            reference = getattr(made, "reference", made) if act.drafts else place.reference
            for table, following in place.then:
                table.perform(following, session, me, reference, None, values_of(following, _form_sent()))
            return given

        def perform() -> None:
            gave.append(made_by_form(session, me, f"{act.drafts} in {place.reference}", do) if act.drafts else do())

        refusal = attempt(session, perform, act.form)
        if refusal is not None:
            return place.again(refusal)
        if place.then:
            note_done(place.then[-1][1].operation)
        if place.afterwards is not None:
            return place.afterwards(gave[0])
        return see_other(f"{place.address}/{gave[0]}" if act.drafts and place.is_list else place.address)

    return view


def _form_sent() -> Form:
    """The form with what was chosen among suggestions.

    A file that was sent with it is a field of its text, and another, `<field>.filename`.
    """
    form = with_choices(request.form)
    if not request.files:
        return form
    texts = [(name, file.read().decode(errors="replace")) for name, file in request.files.items()]
    names = [(f"{name}.filename", file.filename or "") for name, file in request.files.items()]
    return MultiDict([*form.items(multi=True), *texts, *names])


def values_of(act: OfficerAct, form: Form) -> Mapping[str, Any]:
    """What a form brings for an act. Raises InvalidInput."""
    return {} if act.schema is None else read_form(act.schema(), form, act.form, act.unread)


_NONE: Mapping[str, str] = MappingProxyType({})


def read_form(
    schema: InSchema, form: Form, names: Mapping[str, str] = _NONE, unread: Mapping[str, str] = _NONE
) -> dict[str, Any]:
    """The fields of a payload as a form brings them; `names` and `unread` as OfficerAct has them.

    Text is judged by the action, which says what is wrong with it in the officer's language. Raises InvalidInput.
    """
    return {
        field: _read(shape, form, names.get(field, field), unread.get(field, ""))
        for field, shape in schema.fields.items()
    }


_YES = frozenset({"yes", "on", "accept", "grant"})
"""What a box that is ticked sends, or the button of two that says yes."""


def _read(shape: fields.Field[Any], form: Form, name: str, unread: str) -> Any:
    match shape:
        case Day():
            return day_in(form, name) if shape.required else any_day_in(form, name)
        case Count() if unread and not form.get(name, "").strip():
            raise errors.InvalidInput([errors.Fault.of(name, Problem.INVALID_VALUE, unread)])
        case Count():
            return any_number_in(form, name, unread or "number_digits")
        case Flag():
            return form.get(name) in _YES
        case Word() if not shape.required and not form.get(name):
            return None if shape.load_default is missing else shape.load_default
        case Word():
            return chosen(form, name, shape.words, unread or "choose_one")
        case fields.List(inner=Word() as inner):
            return [inner.words[one] for one in form.getlist(name) if one in inner.words]
        case fields.List():
            return form.getlist(name)
    return form.get(name, "")


def chosen(form: Form, name: str, words: Mapping[str, Choice], unread: str = "choose_one") -> Choice:
    """The word of a closed set that was chosen. Raises InvalidInput, saying the message `unread`."""
    if form.get(name, "") not in words:
        raise errors.InvalidInput([errors.Fault.of(name, Problem.MISSING, unread)])
    return words[form[name]]


def require_confirmed(act: OfficerAct) -> None:
    """Raise InvalidInput where an act cannot be taken back and the box of its form that says so is not ticked."""
    if act.is_final and request.form.get("confirmed") != "yes":
        raise errors.InvalidInput([errors.Fault.of("confirmed", Problem.MISSING, "tick_final")])
