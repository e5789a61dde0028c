"""Buttons and forms of officers' acts, served from their tables (registry.officer_acts.acts)."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from flask import Blueprint, Response, request
from marshmallow import fields, missing
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from registry.core.errors import Fault, InvalidInput, NotFound
from registry.http.portals import see_other
from registry.officer_acts.acts import OfficerAct, OfficerActs
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.form_fields import (
    any_day_in,
    any_number_in,
    day_in,
    made_by_form,
    version_sent,
    with_choices,
)
from registry.pages.officers.guard import allowed, note_done, note_undo
from registry.pages.officers.rendering import Refusal, attempt
from registry.vocabulary.codes import Problem
from schemas.base import InSchema
from schemas.fields import Count, Day, Flag, Word

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
        endpoint = act.operation
        path = f"{address}/{act.name}" if act.page is None else f"{address}{act.page}"
        pages.add_url_rule(path, endpoint, view, methods=["POST"])


def _view(
    acts: OfficerActs[Any], act: OfficerAct, find_place: PlaceFinder, is_versioned: bool
) -> Callable[..., Response]:
    def view(session: Session, me: AuthenticatedOfficer, **path: str) -> Response:
        place = find_place(session, me, act, **path)
        gave: list[Any] = []

        def do() -> object:
            version = version_sent() if is_versioned and act.is_versioned else None
            require_confirmed(act)
            values = values_of(act, _form_sent())
            try:
                given = acts.perform(act, session, me, place.reference, version, values)
            except NotFound:
                if act.not_found is None:
                    raise
                field, message = act.not_found
                raise InvalidInput([Fault.of(field, Problem.INVALID_VALUE, message)]) from None
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
            raise InvalidInput([Fault.of(name, Problem.INVALID_VALUE, unread)])
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
        raise InvalidInput([Fault.of(name, Problem.MISSING, unread)])
    return words[form[name]]


def require_confirmed(act: OfficerAct) -> None:
    """Raise InvalidInput where an act cannot be taken back and the box of its form that says so is not ticked."""
    if act.is_final and request.form.get("confirmed") != "yes":
        raise InvalidInput([Fault.of("confirmed", Problem.MISSING, "tick_final")])
