"""Reads queries and bodies into the shapes that schemas say. Whatever does not fit is InvalidInput, which names every fault.

Names are judged here: unknown ones, and those that are given twice. What they hold, the schema's `load` judges. And the fields
of an answer that a request chooses: `fields=verdict,reasons.code` leaves these alone, in the order of the answer.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
from schemas.fields import Coded, line

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


class ListSent(NamedTuple):
    """What came of a list: its items, none looked at, or the bytes of a CSV or XLSX file; and what is said of them all."""

    items: bytes | list[Any]
    options: dict[str, Any]


def load_values(schema: InSchema, values: Mapping[str, Any], faults: Sequence[Fault] = ()) -> dict[str, Any]:
    """What a schema loads of values whose names it knows. Raises InvalidInput with `faults` and those of the values."""
    loaded: dict[str, Any] = {}
    found: list[Fault] = []
    try:
        loaded = schema.load(values)
    except marshmallow.ValidationError as error:
        # What the whole lacks may well be what stands there misspelt: say one thing, not two.
        found = [fault for fault in _faults_in(error.messages) if not (faults and fault.code is Problem.MISSING)]
    if faults or found:
        raise InvalidInput([*faults, *found][:MAX_FAULTS]) from None
    return loaded


def load_query(schema: InSchema, query: str) -> dict[str, Any]:
    """The parameters of a query string. Raises InvalidInput."""
    known = schema.load_names
    values: dict[str, str] = {}
    faults: list[Fault] = []
    for pair in filter(None, query.split("&")):
        if len(faults) == MAX_FAULTS:
            break
        name, _, text = pair.partition("=")
        if name not in known:
            name = printable(unquote_plus(name, errors="replace"))
        if "%" in text or "+" in text:
            try:
                text = unquote_plus(text, errors="strict")
            except UnicodeDecodeError:
                faults.append(Fault(name, Problem.INVALID_VALUE, "is not UTF-8"))
                continue
        if name not in known:
            faults.append(Fault(name, Problem.UNKNOWN_PARAMETER, _unknown(name, known)))
        elif name in values:
            faults.append(Fault(name, Problem.DOUBLED_PARAMETER, "is given more than once"))
        else:
            values[name] = text
    return load_values(schema, values, faults)


def load_item(schema: InSchema, item: Any) -> dict[str, Any]:
    """The fields of one of many items, loaded as a body of its own would be. Raises InvalidInput."""
    if not isinstance(item, dict):
        raise InvalidInput([Fault("item", Problem.INVALID_REQUEST, "must be a JSON object")])
    return _load_object(schema, item, [])


def load_body(schema: InSchema, max_bytes: int = MAX_BODY_BYTES, *, is_optional: bool = False) -> dict[str, Any]:
    """The fields of a JSON body. Raises InvalidInput, UnsupportedMediaType, or 413 beyond `max_bytes`.

    `is_optional`: without a body there are none.
    """
    if is_optional and not request.content_length and "HTTP_TRANSFER_ENCODING" not in request.environ:
        if faults := _faults_in_query():
            raise InvalidInput(faults)
        return {}
    refuse_encoded()
    if request.mimetype not in _JSON_OF.get(request.method, _JSON):
        raise UnsupportedMediaType("the body must be JSON, and Content-Type must say application/json")
    request.max_content_length = max_bytes
    faults = _faults_in_query()
    body, doubled = read_object(request.get_data())
    return _load_object(schema, body, faults + doubled)


def load_list(options: InSchema, max_bytes: int) -> ListSent:
    """A JSON body `{"items": [...]}` with options beside the items, or a file, which has none."""
    request.max_content_length = max_bytes
    refuse_encoded()
    refuse_query()
    if request.mimetype in LIST_FILES:
        return ListSent(request.get_data(), {})
    if request.mimetype != "application/json":
        raise UnsupportedMediaType(
            f"the body must be JSON, CSV or XLSX, and Content-Type must say which: {', '.join(LISTS)}"
        )
    body, doubled = read_object(request.get_data())
    items = body.get("items")
    known = options.load_names
    faults = _unknown_among(body, ["items", *known]) + doubled
    if items is None:
        faults.append(Fault("items", Problem.MISSING, "is missing"))
    elif not isinstance(items, list) or not items:
        faults.append(Fault("items", Problem.INVALID_VALUE, "must be a list of at least one question"))
    stated = load_values(options, {name: body[name] for name in known if name in body}, faults)
    assert isinstance(items, list)
    return ListSent(items, stated)


def load_idempotency_key() -> IdempotencyKey | None:
    """What Idempotency-Key says, if it stands there. Read it after the body, which brings its own limit."""
    key = load_plain_idempotency_key()
    return None if key is None else IdempotencyKey(key, hashlib.sha256(request.get_data()).hexdigest())


def load_plain_idempotency_key() -> str | None:
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


def load_file(max_bytes: int) -> bytes:
    """A body that is a file, of whatever kind: what it is, its bytes tell, and never a header. 413 beyond `max_bytes`.

    It is held in memory alone: a form would put its parts on the disk.
    """
    request.max_content_length = max_bytes
    refuse_encoded()
    refuse_query(IN_A_FILE)
    return request.get_data()


def load_file_name() -> str:
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


def refuse_forms() -> None:
    """Raise UnsupportedMediaType for a form with a file in it: its boundaries would be read as rows, or kept as a paper."""
    if request.mimetype == "multipart/form-data":
        raise UnsupportedMediaType(
            "send the file itself as the body (curl --data-binary @FILE), and not a form with it"
        )


IN_A_FILE = "is not known here: the body is a file, and this address takes no parameters"
"""What is wrong with a parameter beside a file."""


def refuse_query(detail: str = "is not known here: send it as a field of the body") -> None:
    """No query beside a body: addresses are logged by proxies."""
    faults = _faults_in_query(detail)
    if faults:
        raise InvalidInput(faults[:MAX_FAULTS])


def _faults_in_query(detail: str = "is not known here: send it as a field of the body") -> list[Fault]:
    return [Fault(printable(name), Problem.UNKNOWN_PARAMETER, detail) for name in request.args]


_JSON = ("application/json",)
_JSON_OF = {"PATCH": ("application/json", "application/merge-patch+json")}
"""What a JSON body may be called, by method: a change names the fields that change (RFC 7396)."""


def refuse_encoded() -> None:
    """Raise UnsupportedMediaType (415) for a body that is compressed: it is read as it comes (RFC 9110, 8.4)."""
    coding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("", "identity"):
        raise UnsupportedMediaType(f"the body is encoded ({printable(coding)}): send it without Content-Encoding")


def _load_object(schema: InSchema, body: Mapping[str, Any], faults: list[Fault]) -> dict[str, Any]:
    """The fields of a JSON object. Raises InvalidInput with `faults`, those of its names and those of its values."""
    known = schema.load_names
    unknown = _unknown_among(body, known)
    return load_values(schema, {name: body[name] for name in body if name in known}, faults + unknown)


def read_object(body: bytes) -> tuple[dict[str, Any], list[Fault]]:
    """The JSON object that a body is, and a fault for each name that stands twice in an object, however deep: which of two
    was meant cannot be known.

    Raises InvalidInput for any other body, and where an object has more names than are read.
    """
    doubled: list[list[str]] = []
    largest = 0

    def read_fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal largest
        fields = dict(pairs)
        if len(fields) < len(pairs):
            fields, repeated = {}, []
            for name, value in pairs:
                if name in fields:
                    repeated.append(name)
                else:
                    fields[name] = value
            doubled.append(repeated)
        largest = max(largest, len(fields))
        return fields

    if not body.strip():
        raise _malformed("the body is empty: send a JSON object")
    if body.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise _malformed("the body begins with a byte order mark: send UTF-8 without one")
    try:
        read = json.loads(body.decode("utf-8"), object_pairs_hook=read_fields, parse_constant=_refuse_constant)
    except RecursionError:
        raise _malformed("the body is nested too deeply") from None
    except ValueError:
        raise _malformed("the body is not valid JSON in UTF-8") from None
    if not isinstance(read, dict):
        raise _malformed("must be a JSON object")
    if largest > MAX_NAMES:
        _refuse_large_objects(read)
    # An object is read after those that stand in it, and is told of before them.
    names = dict.fromkeys(name for repeated in reversed(doubled) for name in repeated)
    return read, [Fault(printable(name), Problem.DOUBLED_PARAMETER, "is given more than once") for name in names]


def _malformed(detail: str) -> InvalidInput:
    return InvalidInput([Fault("body", Problem.MALFORMED_JSON, detail)])


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError("JSON has no such number")


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


Tree = dict[str, Any]
"""The chosen names of an object, each with those chosen of what it holds; without any it is given whole."""


class FieldChoice:
    """What was chosen of answers of a schema. Raises InvalidInput with the names that are known, for any other."""

    def __init__(self, text: str, schema: marshmallow.Schema) -> None:
        known = set(_paths(schema))
        self._tree: Tree = {}
        for path in (part.strip() for part in text.split(",")):
            if path not in known:
                here = path.rpartition(".")[0]
                near = sorted(one for one in known if one.rpartition(".")[0] == here) or sorted(_names(schema))
                detail = f"{printable(path) or 'an empty name'} is no field of the answer; known are {', '.join(near)}"
                raise InvalidInput([Fault("fields", Problem.INVALID_VALUE, detail)])
            self._add(path)

    def _add(self, path: str) -> None:
        tree, names = self._tree, path.split(".")
        for place, name in enumerate(names, 1):
            if tree.get(name) == {}:
                # All of it was chosen before.
                return
            if place == len(names):
                tree[name] = {}
            else:
                tree = tree.setdefault(name, {})

    def of(self, body: bytes) -> bytes:
        """An answer in JSON with what was chosen of it."""
        return msgspec.json.encode(_picked(msgspec.json.decode(body), self._tree))


def _picked(value: Any, tree: Tree) -> Any:
    if not tree or value is None:
        return value
    if isinstance(value, list):
        return [_picked(one, tree) for one in value]
    return {name: _picked(inner, tree[name]) for name, inner in value.items() if name in tree}


def _names(schema: marshmallow.Schema) -> Mapping[str, marshmallow.fields.Field[Any]]:
    return {field.data_key or name: field for name, field in schema.fields.items()}


def _paths(schema: marshmallow.Schema, before: str = "", depth: int = 6) -> Iterator[str]:
    for name, field in _names(schema).items():
        yield before + name
        inner = field.inner if isinstance(field, marshmallow.fields.List) else field
        if isinstance(inner, marshmallow.fields.Nested) and depth:
            yield from _paths(inner.schema, f"{before}{name}.", depth - 1)
