"""What a view takes and gives, stated once: read into keywords, answered, and documented from the same words.

A query string is first read by a check compiled from the schema. Only when something looks wrong does marshmallow load it,
to word the error: the answer is the same, at a tenth of the cost.
"""

import difflib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, NoReturn
from urllib.parse import unquote_plus

import marshmallow
from flask import request

from registry.codes import Problem
from registry.errors import Fault, InvalidInput, UnsupportedMediaType
from registry.web.answers import MEDIA_TYPE, Answer, Fixed, respond, respond_with
from schemas.base import InSchema, OutSchema
from schemas.fields import DOUBT, Coded

View = Callable[..., Any]

MOST_BODY_BYTES = 64 * 1024
MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Taken:
    """Where a view's input stands, and its shape."""

    schema: InSchema
    is_body: bool


@dataclass(frozen=True, slots=True)
class Given:
    """What a view answers with, and the operation's name for generated clients. `also` are its other statuses.

    `media_types` are the forms of the answer; one that is not JSON is text, and of such alone there is no schema.
    """

    schema: OutSchema | None
    operation: str
    also: tuple[int, ...]
    media_types: tuple[str, ...] = (MEDIA_TYPE,)


class Nothing(InSchema):
    """A view without parameters: any is unknown."""


def takes(schema: InSchema | None = None, *, body: bool = False) -> Callable[[View], View]:
    """Hand the view its input as keywords: the query's parameters, or with `body` the fields of a JSON body."""
    shape = schema or Nothing()
    # A body may hold lists, which no query string can.
    reader = QueryReader(Nothing() if body else shape)

    def decorate(view: View) -> View:
        @wraps(view)
        def taking(self: Any, **path: str) -> Any:
            if body:
                return view(self, **path, **loaded_body(shape))
            return view(self, **path, **reader.loaded(request.environ.get("QUERY_STRING", "")))

        taking.taken = Taken(shape, body)  # type: ignore[attr-defined]
        return taking

    return decorate


def returns(
    schema: OutSchema, operation: str, also: tuple[int, ...] = (), *, or_as: tuple[str, ...] = ()
) -> Callable[[View], View]:
    """Turn the Answer that the view gives into a response. `or_as` are media types it may be asked for besides JSON."""

    def decorate(view: View) -> View:
        @wraps(view)
        def returning(self: Any, **given: Any) -> Any:
            answer: Answer = view(self, **given)
            return respond(answer, request.environ)

        returning.given = Given(schema, operation, also, (MEDIA_TYPE, *or_as))  # type: ignore[attr-defined]
        return returning

    return decorate


def sends(media_type: str, operation: str, also: tuple[int, ...] = ()) -> Callable[[View], View]:
    """Turn the Fixed that the view gives into a response of a media type."""

    def decorate(view: View) -> View:
        @wraps(view)
        def sending(self: Any, **given: Any) -> Any:
            fixed: Fixed = view(self, **given)
            return respond_with(fixed.body, media_type, fixed.max_age, request.environ)

        sending.given = Given(None, operation, also, (media_type,))  # type: ignore[attr-defined]
        return sending

    return decorate


class QueryReader:
    """Reads query strings of one shape."""

    def __init__(self, schema: InSchema) -> None:
        self._schema = schema
        self._quick: dict[str, Callable[[str], Any]] = {
            field.data_key or name: field.quick  # type: ignore[attr-defined]
            for name, field in schema.load_fields.items()
        }
        self._required = [field.data_key or name for name, field in schema.load_fields.items() if field.required]

    def loaded(self, query: str) -> dict[str, Any]:
        found = self._quickly(query)
        return self._slowly(query) if found is None else found

    def _quickly(self, query: str) -> dict[str, Any] | None:
        """The loaded values; None when anything needs a closer look."""
        found: dict[str, Any] = {}
        for pair in query.split("&") if query else ():
            name, _, text = pair.partition("=")
            quick = self._quick.get(name)
            if quick is None or name in found:
                return None
            if "%" in text or "+" in text:
                try:
                    text = unquote_plus(text, errors="strict")
                except UnicodeDecodeError:
                    return None
            value = quick(text)
            if value is DOUBT:
                return None
            found[name] = value
        for name in self._required:
            if name not in found:
                return None
        return None if self._schema.whole(found) else found

    def _slowly(self, query: str) -> dict[str, Any]:
        """As marshmallow loads it. Raises InvalidInput that names every wrong parameter."""
        values: dict[str, str] = {}
        faults: list[Fault] = []
        for pair in filter(None, query.split("&")):
            raw_name, _, raw_text = pair.partition("=")
            name = printable(unquote_plus(raw_name, errors="replace"))
            try:
                text = unquote_plus(raw_text, errors="strict")
            except UnicodeDecodeError:
                faults.append(Fault(name, Problem.INVALID_VALUE, "is not UTF-8"))
                continue
            if name not in self._quick:
                faults.append(Fault(name, Problem.UNKNOWN_PARAMETER, _unknown(name, self._quick)))
            elif name in values:
                faults.append(Fault(name, Problem.DOUBLED_PARAMETER, "is given more than once"))
            else:
                values[name] = text
        return _loaded(self._schema, values, faults)


def loaded_body(schema: InSchema) -> dict[str, Any]:
    """The fields of a JSON body. Raises InvalidInput, UnsupportedMediaType, or 413 beyond 64 KiB."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("the body must be JSON, and Content-Type must say application/json")
    request.max_content_length = MOST_BODY_BYTES
    faults = [
        Fault(printable(name), Problem.UNKNOWN_PARAMETER, "is not known here: send it as a field of the body")
        for name in request.args
    ]
    body = _json(request.get_data())
    if not isinstance(body, Fields):
        raise InvalidInput([Fault("body", Problem.MALFORMED_JSON, "must be a JSON object")])
    known = [field.data_key or name for name, field in schema.load_fields.items()]
    for name in body.doubled:
        faults.append(Fault(printable(name), Problem.DOUBLED_PARAMETER, "is given more than once"))
    for name in [name for name in body if name not in known]:
        del body[name]
        faults.append(Fault(printable(name), Problem.UNKNOWN_FIELD, _unknown(name, known)))
    return _loaded(schema, body, faults)


class Fields(dict[str, Any]):
    """A JSON object that remembers which names stood in it twice."""

    doubled: list[str]


def _json(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_fields, parse_constant=_refuse_constant)
    except RecursionError:
        detail = "the body is nested too deeply"
    except ValueError:
        detail = "the body is not valid JSON in UTF-8"
    raise InvalidInput([Fault("body", Problem.MALFORMED_JSON, detail)])


def _fields(pairs: list[tuple[str, Any]]) -> Fields:
    fields = Fields()
    fields.doubled = []
    for name, value in pairs:
        if name in fields:
            fields.doubled.append(name)
        else:
            fields[name] = value
    return fields


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError("JSON has no such number")


def _loaded(schema: InSchema, values: Mapping[str, Any], faults: list[Fault]) -> dict[str, Any]:
    loaded: dict[str, Any] = {}
    try:
        loaded = schema.load(values)
    except marshmallow.ValidationError as error:
        found = list(_faults_in(error.messages))
        # What the whole lacks may well be what stands there misspelt: say one thing, not two.
        faults += [fault for fault in found if not (faults and fault.code is Problem.MISSING)]
    if faults:
        raise InvalidInput(faults[:MOST_FAULTS]) from None
    return loaded


def loaded(schema: InSchema, values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a form that was brought into a schema's shape. Raises InvalidInput that names every wrong one."""
    return _loaded(schema, values, [])


def _faults_in(messages: Any, path: str = "") -> Iterator[Fault]:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            is_whole = name == marshmallow.exceptions.SCHEMA
            yield from _faults_in(inner, path if is_whole else f"{path}.{name}" if path else str(name))
        return
    for message in messages:
        code = message.code if isinstance(message, Coded) else Problem.INVALID_VALUE
        yield Fault(printable(path) or "body", code, str(message))


def _unknown(name: str, known: Any) -> str:
    near = difflib.get_close_matches(name[:40].lower(), list(known), n=1, cutoff=0.75)
    if near:
        return f"is not known here; did you mean {near[0]}?"
    return f"is not known here; known are {', '.join(known)}" if known else "is not known here; this address takes none"


def printable(name: str) -> str:
    """A parameter's name as it may be repeated: short, and of characters that can be seen."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in name[:60])
