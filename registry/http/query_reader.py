"""Reads queries and bodies into the shapes that schemas say. Whatever does not fit is InvalidInput, which names every fault.

A query string is first read by a check compiled from the schema. Only when something looks wrong does marshmallow load it,
to word the error: the answer is the same, at a tenth of the cost.
"""

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple, NoReturn
from urllib.parse import unquote, unquote_plus

import marshmallow
import msgspec
from flask import request
from rapidfuzz import fuzz
from rapidfuzz.process import extractOne

from registry.core.errors import Fault, InvalidInput, UnsupportedMediaType
from registry.vocabulary.codes import Problem
from schemas.base import InSchema
from schemas.fields import NEEDS_FULL_READ, Coded, line

MAX_BODY_BYTES = 160 * 1024
"""An advert of 10,000 characters fits however a form or JSON spells them, twelve bytes each at most."""
MAX_FAULTS = 20
MAX_NAMES = 100
"""Most names that an object of a body may have: no question has half as many, and each costs to be looked at."""

FILE_NAME = "X-File-Name"
MAX_IN_FILE_NAME = 200
ONCE = "Idempotency-Key"
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LIST_FILES = (CSV, XLSX)
LISTS = ("application/json", *LIST_FILES)
"""In which forms a list of questions comes."""

_ONCE = re.compile(r"[A-Za-z0-9_-]{16,80}")


class EmptySchema(InSchema):
    """A view without parameters: any is unknown."""


class IdempotencyKey(NamedTuple):
    """An idempotent request: the key that its sender chose, and a digest of what was sent with it."""

    key: str
    digest: str


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
            if value is NEEDS_FULL_READ:
                return None
            found[name] = value
        for name in self._required:
            if name not in found:
                return None
        return None if self._schema.cross_field_faults(found) else found

    def _slowly(self, query: str) -> dict[str, Any]:
        """As marshmallow loads it. Raises InvalidInput that names every wrong parameter."""
        values: dict[str, str] = {}
        faults: list[Fault] = []
        for pair in filter(None, query.split("&")):
            if len(faults) == MAX_FAULTS:
                break
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


class ItemReader:
    """Reads the fields of one of many items, as a body of its own would be read; quickly, where nothing looks wrong."""

    def __init__(self, schema: InSchema) -> None:
        self._schema = schema
        self._known = [field.data_key or name for name, field in schema.load_fields.items()]
        self._quick: dict[str, Callable[[str], Any]] = {
            field.data_key or name: field.quick  # type: ignore[attr-defined]
            for name, field in schema.load_fields.items()
        }
        self._required = [field.data_key or name for name, field in schema.load_fields.items() if field.required]

    def quick(self, name: str) -> Callable[[Any], Any]:
        """What reads the text of a field; NEEDS_FULL_READ for what has to be loaded."""
        return self._quick[name]

    def loaded(self, item: Any) -> dict[str, Any]:
        """The loaded fields. Raises InvalidInput that names every wrong one."""
        if type(item) is not dict and not isinstance(item, Fields):
            raise InvalidInput([Fault("item", Problem.INVALID_REQUEST, "must be a JSON object")])
        found: dict[str, Any] = {}
        for name, value in item.items():
            quick = self._quick.get(name)
            if quick is None or type(value) is not str or (read := quick(value)) is NEEDS_FULL_READ:
                return self._slowly(item)
            found[name] = read
        if any(name not in found for name in self._required) or self._schema.cross_field_faults(found):
            return self._slowly(item)
        return found

    def _slowly(self, item: Mapping[str, Any]) -> dict[str, Any]:
        faults = _unknown_among(item, self._known)
        return _loaded(self._schema, {name: value for name, value in item.items() if name in self._known}, faults)


class ListSent(NamedTuple):
    """What came of a list: its items, none looked at, or the bytes of a CSV or XLSX file; and what is said of them all."""

    items: bytes | list[Any]
    options: dict[str, Any]


def loaded_list(options: InSchema, max_bytes: int) -> ListSent:
    """A JSON body `{"items": [...]}` with options beside the items, or a file, which has none."""
    request.max_content_length = max_bytes
    refuse_query()
    if request.mimetype in LIST_FILES:
        return ListSent(request.get_data(), {})
    if request.mimetype != "application/json":
        raise UnsupportedMediaType(
            f"the body must be JSON, CSV or XLSX, and Content-Type must say which: {', '.join(LISTS)}"
        )
    sent = request.get_data()
    quick = _items_quickly(sent)
    if quick is not None:
        return ListSent(quick, {})
    body = _json(sent)
    if not isinstance(body, Fields):
        raise InvalidInput([Fault("body", Problem.MALFORMED_JSON, "must be a JSON object")])
    doubled = _doubled_in(body)
    faults = _unknown_among(body, ["items", *options.load_fields])
    faults += [Fault(printable(name), Problem.DOUBLED_PARAMETER, "is given more than once") for name in doubled]
    items = body.get("items")
    if items is None:
        faults.append(Fault("items", Problem.MISSING, "is missing"))
    elif not isinstance(items, list) or not items:
        faults.append(Fault("items", Problem.INVALID_VALUE, "must be a list of at least one question"))
    stated = _loaded(options, {name: body[name] for name in options.load_fields if name in body}, faults)
    assert isinstance(items, list)
    return ListSent(items, stated)


def _items_quickly(body: bytes) -> list[Any] | None:
    """The items of a list in which nothing looks wrong, at a fifth of the cost; None when anything needs a closer look.

    A colon parts each name from its value. Where there are no more colons than names that were read, no name stood in an
    object twice; a colon within a text makes more, and the slow way tells.
    """
    try:
        read = msgspec.json.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    if type(read) is dict and read.keys() == {"items"} and type(items := read["items"]) is list and items:
        is_plain = all(type(item) is dict and len(item) <= MAX_NAMES for item in items)
        if is_plain and body.count(b":") == 1 + sum(map(len, items)):
            return items
    # Read once more, an object of a million names would cost four times as much.
    _refuse_large_objects(read)
    return None


def loaded_body(schema: InSchema, max_bytes: int = MAX_BODY_BYTES, *, is_optional: bool = False) -> dict[str, Any]:
    """The fields of a JSON body. Raises InvalidInput, UnsupportedMediaType, or 413 beyond `most` bytes.

    `is_optional`: without a body there are none.
    """
    if is_optional and not request.content_length and "HTTP_TRANSFER_ENCODING" not in request.environ:
        if faults := _faults_in_query():
            raise InvalidInput(faults)
        return {}
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("the body must be JSON, and Content-Type must say application/json")
    request.max_content_length = max_bytes
    faults = _faults_in_query()
    body = _json(request.get_data())
    if not isinstance(body, Fields):
        raise InvalidInput([Fault("body", Problem.MALFORMED_JSON, "must be a JSON object")])
    known = [field.data_key or name for name, field in schema.load_fields.items()]
    for name in _doubled_in(body):
        faults.append(Fault(printable(name), Problem.DOUBLED_PARAMETER, "is given more than once"))
    faults += _unknown_among(body, known)
    return _loaded(schema, {name: value for name, value in body.items() if name in known}, faults)


def loaded_idempotency_key() -> IdempotencyKey | None:
    """What Idempotency-Key says, if it stands there. Read it after the body, which brings its own limit."""
    key = plain_idempotency_key()
    return None if key is None else IdempotencyKey(key, hashlib.sha256(request.get_data()).hexdigest())


def plain_idempotency_key() -> str | None:
    """The key alone, where what stands beside it is not to be held in memory."""
    key = request.headers.get(ONCE)
    if key is not None and len(key) > 2 and key[0] == key[-1] == '"':
        # A string of RFC 8941, as draft-ietf-httpapi-idempotency-key-header has it; without quotes it is taken alike.
        key = key[1:-1]
    if key is not None and not _ONCE.fullmatch(key):
        detail = (
            "must be 16 to 80 letters, digits, hyphens or underscores that no one can guess, for example a random UUID"
        )
        raise InvalidInput([Fault(ONCE, Problem.INVALID_VALUE, detail)])
    return key


def refuse_forms() -> None:
    """Raise UnsupportedMediaType for a form with a file in it: its boundaries would be read as rows, or kept as a paper."""
    if request.mimetype == "multipart/form-data":
        raise UnsupportedMediaType(
            "send the file itself as the body (curl --data-binary @FILE), and not a form with it"
        )


def loaded_file(max_bytes: int) -> bytes:
    """A body that is a file, of whatever kind: what it is, its bytes tell, and never a header. 413 beyond `most` bytes.

    It is held in memory alone: a form would put its parts on the disk.
    """
    request.max_content_length = max_bytes
    refuse_query()
    return request.get_data()


def loaded_file_name() -> str:
    """What X-File-Name says: UTF-8, percent-encoded, of at most 200 characters. Empty where it is missing."""
    given = request.headers.get(FILE_NAME, "")
    if not given.strip():
        return ""
    try:
        return line(unquote(given, errors="strict"), MAX_IN_FILE_NAME)
    except UnicodeDecodeError:
        raise InvalidInput([Fault(FILE_NAME, Problem.INVALID_VALUE, "is not UTF-8, percent-encoded")]) from None
    except marshmallow.ValidationError as error:
        raise InvalidInput(list(_faults_in({FILE_NAME: error.messages}))) from None


def refuse_query() -> None:
    """No query beside a body: addresses are logged by proxies."""
    faults = _faults_in_query()
    if faults:
        raise InvalidInput(faults[:MAX_FAULTS])


def _faults_in_query() -> list[Fault]:
    return [
        Fault(printable(name), Problem.UNKNOWN_PARAMETER, "is not known here: send it as a field of the body")
        for name in request.args
    ]


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


def _doubled_in(body: Any) -> list[str]:
    """The names that stand twice in an object, however deep: which of two was meant cannot be known.

    Raises InvalidInput where an object has more names than are read.
    """
    found: dict[str, None] = {}
    left = [body]
    while left:
        part = left.pop()
        if isinstance(part, Fields):
            if len(part) > MAX_NAMES:
                _refuse_large_objects(body)
            found.update(dict.fromkeys(part.doubled))
            left += part.values()
        elif isinstance(part, list):
            left += part
    return list(found)


def _refuse_large_objects(body: Any) -> None:
    """Raise InvalidInput where an object has more names than are read, and say where it stands."""
    # Each part with its name, or its number in a list, and the part that it stands in.
    left: list[tuple[Any, Any, Any]] = [(body, "", None)]
    while left:
        at = left.pop()
        part = at[0]
        if isinstance(part, dict):
            if len(part) > MAX_NAMES:
                detail = f"must have at most {MAX_NAMES} fields; this has {len(part)}"
                raise InvalidInput([Fault(_place(at), Problem.TOO_MANY, detail)])
            left += [(value, name, at) for name, value in part.items() if isinstance(value, dict | list)]
        elif isinstance(part, list):
            left += [(value, index, at) for index, value in enumerate(part) if isinstance(value, dict | list)]


def _place(at: Any) -> str:
    """The names that lead to a part of a body."""
    names = []
    while at[2] is not None:
        names.append(str(at[1]))
        at = at[2]
    return printable(".".join(reversed(names))) or "body"


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
        raise InvalidInput(faults[:MAX_FAULTS]) from None
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


def _unknown_among(names: Iterable[str], known: Collection[str]) -> list[Fault]:
    """The faults of names that are not known. Each is compared with those that are, so no more are looked at than are told."""
    unknown = islice((name for name in names if name not in known), MAX_FAULTS)
    return [Fault(printable(name), Problem.UNKNOWN_FIELD, _unknown(name, known)) for name in unknown]


def _unknown(name: str, known: Collection[str]) -> str:
    near = extractOne(name[:40].lower(), list(known), scorer=fuzz.ratio, score_cutoff=75)
    if near is not None:
        return f"is not known here; did you mean {near[0]}?"
    return f"is not known here; known are {', '.join(known)}" if known else "is not known here; this address takes none"


def printable(name: str) -> str:
    """A parameter's name as it may be repeated: short, and of characters that can be seen."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in name[:60])
