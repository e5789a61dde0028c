"""Fields of answers, and the schema of an answer that a Struct states.

Each field is in every answer unless `required=False` is said; `about` tells the documentation what it is.
"""

import datetime
import types
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
from marshmallow import Schema, fields

from registry.vocabulary.record import Sourced
from schemas.base import OutSchema
from schemas.fields import Instant, OneOf, stated

Shape = type[Schema] | Schema

IF_MATCH = "For If-Match, in quotes."
OFFICER = "An officer's id."
"""Descriptions of fields that many answers have."""


def string(about: str = "", **more: Any) -> fields.String:
    return fields.String(**_always(about, more))


def integer(about: str = "", **more: Any) -> fields.Integer:
    return fields.Integer(**_always(about, more))


def count(about: str, **more: Any) -> fields.Integer:
    """A whole number that is never below zero."""
    return integer(about, metadata={"minimum": 0}, **more)


def boolean(about: str = "", **more: Any) -> fields.Boolean:
    return fields.Boolean(**_always(about, more))


def date(about: str = "", **more: Any) -> fields.Date:
    return fields.Date(**_always(about, more))


def instant(about: str = "", **more: Any) -> Instant:
    return Instant(**_always(about, more))


def one_of(words: type[StrEnum] | Iterable[str], about: str = "", **more: Any) -> OneOf:
    """A word of a closed set."""
    return OneOf(words, **_always(about, more))


def nested(shape: Shape, about: str = "", **more: Any) -> fields.Nested:
    return fields.Nested(shape, **_always(about, more))


def list_of(inner: Shape | fields.Field[Any], about: str = "", **more: Any) -> fields.List[Any]:
    shape = inner if isinstance(inner, fields.Field) else fields.Nested(inner)
    return fields.List(shape, **_always(about, more))


def strings(about: str = "", **more: Any) -> fields.List[Any]:
    return list_of(fields.String(), about, **more)


def dict_of(values: Shape | fields.Field[Any], about: str = "", **more: Any) -> fields.Dict:
    """Values by name."""
    shape = values if isinstance(values, fields.Field) else fields.Nested(values)
    return fields.Dict(keys=fields.String(), values=shape, **_always(about, more))


def list_schema(name: str, shape: Shape, about: str = "", **more: fields.Field[Any]) -> type[OutSchema]:
    """The schema of an answer that is a list, by the name of its component; `more` are the fields beside `items`."""
    made: dict[str, Any] = {"items": list_of(shape, about), **more}
    return type(f"{name}Schema", (OutSchema,), made)


def page_schema(name: str, shape: Shape, about: str = "", **more: fields.Field[Any]) -> type[OutSchema]:
    """The schema of a list that is given page by page."""
    return list_schema(name, shape, about, **more, next_cursor=string(allow_none=True))


def _always(about: str, more: Mapping[str, Any]) -> dict[str, Any]:
    return {"required": True} | stated(about, more)


_LEAVES: dict[Any, type[fields.Field[Any]]] = {
    str: fields.String,
    int: fields.Integer,
    float: fields.Float,
    bool: fields.Boolean,
    datetime.date: fields.Date,
    datetime.datetime: Instant,
}
_NO_VALUE = (types.NoneType, msgspec.UnsetType, msgspec.Raw)
"""Members of a union that name no shape: null, an absent field, and bytes that were encoded before."""

_SOURCE = set(Sourced.__struct_fields__)


@cache
def schema_of(struct: type[msgspec.Struct]) -> type[OutSchema]:
    """The schema of what msgspec writes of `struct`, by its `schema_name` or else by the name of the Struct.

    `msgspec.Meta` holds a field's description and first example, and with `extra={"words": ...}` the closed set that a text is
    of. A field without a default is required, one with a default may be absent; only a required one may be null.
    """
    hints = get_type_hints(struct, include_extras=True)
    parts = list(msgspec.structs.fields(struct))
    if set(struct.__struct_fields__) >= _SOURCE:
        # Where a fact is from stands first in its description, wherever its Struct writes it.
        parts.sort(key=lambda part: part.name not in _SOURCE)
    made: dict[str, Any] = {part.name: _field_of(hints[part.name], part) for part in parts}
    name = getattr(struct, "schema_name", struct.__name__)
    return type(f"{name}Schema", (OutSchema,), made | {"__doc__": struct.__doc__})


def _field_of(hint: Any, part: msgspec.structs.FieldInfo) -> fields.Field[Any]:
    more: dict[str, Any] = {}
    if part.encode_name != part.name:
        more["data_key"] = part.encode_name
    if part.default is msgspec.NODEFAULT and part.default_factory is msgspec.NODEFAULT:
        more["required"] = True
    return _field(hint, more)


def _field(hint: Any, more: dict[str, Any]) -> fields.Field[Any]:
    origin = get_origin(hint)
    if origin is Annotated:
        hint, meta = get_args(hint)
        words = (meta.extra or {}).get("words")
        more["metadata"] = _texts(meta)
        return OneOf(words, **more) if words else _field(hint, more)
    if origin in (types.UnionType, Union):
        shape, *_ = (kind for kind in get_args(hint) if kind not in _NO_VALUE)
        if types.NoneType in get_args(hint) and "required" in more:
            more["allow_none"] = True
        return _field(shape, more)
    if origin in (list, tuple):
        return fields.List(_field(get_args(hint)[0], {}), **more)
    if origin is Mapping:
        keys, values = get_args(hint)
        return fields.Dict(keys=_field(keys, {}), values=_field(values, {}), **more)
    if issubclass(hint, msgspec.Struct):
        return fields.Nested(schema_of(hint), **more)
    return OneOf(hint, **more) if issubclass(hint, StrEnum) else _LEAVES[hint](**more)


def _texts(meta: msgspec.Meta) -> dict[str, Any]:
    texts = {"description": meta.description} if meta.description else {}
    return texts | {"example": meta.examples[0]} if meta.examples else texts
