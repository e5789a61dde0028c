"""A marshmallow schema out of a Struct, so that an answer that is written from a Struct is stated once."""

import types
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
from marshmallow import fields

from registry.vocabulary.record import Sourced
from schemas.base import OutSchema
from schemas.fields import Instant, OneOf

_LEAVES: dict[Any, type[fields.Field[Any]]] = {
    str: fields.String,
    int: fields.Integer,
    float: fields.Float,
    bool: fields.Boolean,
    date: fields.Date,
    datetime: Instant,
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
