"""What marshmallow's own conversion to OpenAPI does not know of our fields, and texts of those without any (field_texts.toml)."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import fields

from schemas.fees import AMOUNT_PATTERN, MAX_AMOUNT_LENGTH, Amount, Currency
from schemas.fields import Count, Country, Day, Flag, JsonObject, Line, Moment, OneOf, Passage, Token, Word

INSTANT_PATTERN = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"
"""Of every instant in an answer: UTC, whole seconds (docs/decisions/0114)."""


def described(converter: OpenAPIConverter, field: fields.Field[Any], ret: dict[str, Any], **_: Any) -> dict[str, Any]:
    """What is to be added to a field's description, or put in its place."""
    if isinstance(field, Country):
        return {"$ref": "#/components/schemas/CountryCode"}
    if isinstance(field, Passage):
        return {"type": "string", "minLength": 1, "maxLength": field.max_length}
    if isinstance(field, Line):
        return {"type": "string", "minLength": 1, "maxLength": field.max_length} | _shaped(field)
    if isinstance(field, Amount):
        return {"type": "string", "maxLength": MAX_AMOUNT_LENGTH, "pattern": AMOUNT_PATTERN}
    if isinstance(field, Currency):
        return {"type": "string", "pattern": "^[A-Z]{3}$"}
    if isinstance(field, Word | OneOf):
        return _word(converter, field, ret)
    if isinstance(field, Token):
        return {"type": "string"}
    if isinstance(field, JsonObject):
        return {"type": "object", "additionalProperties": True, "maxProperties": field.max_length}
    if isinstance(field, Flag):
        return {"type": "boolean"}
    if isinstance(field, Count):
        return {"type": "integer", "minimum": field.minimum, "maximum": field.maximum}
    if isinstance(field, Day):
        return {"type": "string", "format": "date"}
    if isinstance(field, Moment):
        return {"type": "string", "format": "date-time"}
    if isinstance(field, fields.DateTime):
        return {"pattern": INSTANT_PATTERN}
    return {}


# The schemas that hold these codes have the shorter names.
_ENUM_NAMES = {
    "Reason": "ReasonCode",
    "Problem": "ProblemCode",
    "RedFlag": "RedFlagCode",
}


def _word(converter: OpenAPIConverter, field: Word | OneOf, ret: dict[str, Any]) -> dict[str, Any]:
    """A closed set: a component of its own where it is one of the field's words, so that clients get one type of it."""
    ret.pop("type", None)
    words: dict[str, Any] = {"type": "string", "enum": list(field.words)}
    if field.kind is not None:
        name = _ENUM_NAMES.get(field.kind.__name__, field.kind.__name__)
        converter.spec.components.schemas.setdefault(name, words)
        words = {"$ref": f"#/components/schemas/{name}"}
    return {"anyOf": [words, {"type": "null"}]} if field.allow_none else words


def _shaped(field: Line) -> dict[str, Any]:
    if field.pattern is not None:
        return {"pattern": f"^{field.pattern.pattern}$"}
    return {}


def describe_fields(schemas: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Add what is missing to the components in place; gives the texts that were used, by schema (or "") and field."""
    texts = tomllib.loads(files("registry.api.openapi").joinpath("field_texts.toml").read_text(encoding="utf-8"))
    own: Mapping[str, Mapping[str, str]] = texts["schemas"]
    used: set[tuple[str, str]] = set()
    for schema, component in schemas.items():
        for field, shape in component.get("properties", {}).items():
            if "description" in shape:
                continue
            text = own.get(schema, {}).get(field)
            used.add((schema if text else "", field))
            text = text or texts["fields"].get(field)
            if text is not None:
                shape["description"] = text
    return used


_INT32_MAX = 2**31 - 1


def size_integers(node: Any) -> None:
    """Say of each integer below, in place, whether 32 bits hold it: generators take 32 where nothing is said."""
    if isinstance(node, dict):
        kinds = node.get("type")
        if (kinds == "integer" or (isinstance(kinds, list) and "integer" in kinds)) and "format" not in node:
            node["format"] = "int32" if node.get("maximum", _INT32_MAX + 1) <= _INT32_MAX else "int64"
    for below in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        size_integers(below)
