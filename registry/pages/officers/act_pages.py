"""Buttons and forms of officers' acts, served from their tables (registry.officer_desk.acts)."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from flask import Blueprint, Response, redirect, request
from marshmallow import fields
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from registry.core.codes import Problem
from registry.core.errors import Fault, InvalidInput
from registry.officer_desk.acts import OfficerAct, OfficerActs
from registry.officers.sessions import Present
from registry.pages.officers.acting import version_sent
from registry.pages.officers.form_fields import any_day_in, any_number_in, day_in
from registry.pages.officers.guard import allowed
from registry.pages.officers.refusals import Refusal, attempt
from schemas.base import InSchema
from schemas.fields import Count, Day, Word

Form = MultiDict[str, str]
Choice = TypeVar("Choice", bound=StrEnum)


class Place(NamedTuple):
    """What an act is done to: its reference, the address of its page, and that page again, with why the act was refused."""

    reference: str
    address: str
    again: Callable[[Refusal], Response]


Opened = Callable[..., Place]
"""Finds what an act is done to: given the session, the officer present, the act, and the path's parameters as keywords.

Raises NotFound for what belongs to others, Forbidden where the officer declared an interest.
"""


def serve_acts(pages: Blueprint, address: str, acts: OfficerActs[Any], opened: Opened) -> None:
    """Take the form of each act below the address of what it is done to."""
    for act in acts:
        view = allowed(acts.resource, act.right)(_view(acts, act, opened))
        endpoint = f"{acts.resource}-{act.name.replace('/', '-')}"
        pages.add_url_rule(f"{address}/{act.name}", endpoint, view, methods=["POST"])


def _view(acts: OfficerActs[Any], act: OfficerAct, opened: Opened) -> Callable[..., BaseResponse]:
    def view(session: Session, me: Present, **path: str) -> BaseResponse:
        place = opened(session, me, act, **path)

        def do() -> None:
            version = version_sent()
            acts.perform(act, session, me, place.reference, version, values_of(act, request.form))

        refusal = attempt(session, do)
        return redirect(place.address, 303) if refusal is None else place.again(refusal)

    return view


def values_of(act: OfficerAct, form: Form) -> Mapping[str, Any]:
    """What a form brings for an act. Raises InvalidInput."""
    return {} if act.schema is None else read_form(act.schema(), form, act.form)


def read_form(schema: InSchema, form: Form, names: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
    """The fields of a payload as a form brings them; `names` are those of fields that are called otherwise in the form.

    Text is judged by the action, which says what is wrong with it in the officer's language. Raises InvalidInput.
    """
    return {field: _read(shape, form, names.get(field, field)) for field, shape in schema.fields.items()}


def _read(shape: fields.Field[Any], form: Form, name: str) -> Any:
    match shape:
        case Day():
            return day_in(form, name) if shape.required else any_day_in(form, name)
        case Count():
            return any_number_in(form, name)
        case Word():
            return chosen(form, name, shape.words)
        case fields.List(inner=Word() as inner):
            return [inner.words[one] for one in form.getlist(name) if one in inner.words]
    return form.get(name, "")


def chosen(form: Form, name: str, words: Mapping[str, Choice]) -> Choice:
    """The word of a closed set that was chosen. Raises InvalidInput."""
    if form.get(name, "") not in words:
        raise InvalidInput([Fault.of(name, Problem.MISSING, "choose_one")])
    return words[form[name]]
