"""What marshmallow's own conversion to OpenAPI does not know of our fields, and texts of those without any (field_texts.toml).

And closed sets in the description: what each value means, and that a set in an answer may grow. The sets themselves stay closed,
for requests take these values only. What an answer, an event or a problem holds is one of the known values or any other text, so
that a generated client reads an answer of a newer registry (docs/decisions/0188).
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import fields

from registry.api.openapi.audiences import find_reached, references_in
from registry.i18n.languages import CATALOGUES
from registry.vocabulary.register import Answer, Language
from registry.vocabulary.watches import EVENTS
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


CLOSED = {Answer.__name__}
"""What never grows: yes, no and unknown."""

_OPEN = "OrOther"
_ANY_TEXT = {"type": "string"}
_COUNTRIES = "CountryCode"


def describe_values(schemas: Mapping[str, Any]) -> None:
    """Say in the description of each closed set what its values mean. A test finds a set or a value without a text."""
    for name, schema in schemas.items():
        if "enum" in schema:
            schema["description"] = _texts()["sets"].get(name, "")
        if "enum" in schema and name != _COUNTRIES:
            values = "\n".join(f"- `{value}`: {_meaning(name, value)}" for value in schema["enum"])
            schema["description"] += f"\n\n{values}"


def _meaning(name: str, value: str) -> str:
    given = _texts()
    if value in given["values"].get(name, {}):
        return str(given["values"][name][value])
    if name == "EventType":
        return next(words for event, words in EVENTS.items() if event == value)
    return CATALOGUES[Language.EN].get(f"{given['families'].get(name)}.{value}", "")


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads(files("registry.api.openapi").joinpath("enum_texts.toml").read_text(encoding="utf-8"))


def open_answers(whole: dict[str, Any]) -> None:
    """Let each closed set that an answer or an event holds be any other text too."""
    schemas: dict[str, Any] = whole["components"]["schemas"]
    answers = [operation.get("responses", {}) for path in whole["paths"].values() for operation in path.values()]
    for section, name in find_reached(
        [*answers, whole["components"]["responses"], whole["webhooks"]], whole["components"]
    ):
        if section == "schemas" and "enum" not in schemas[name]:
            schemas[name] = _with_open_sets(schemas[name], schemas)
    for name in [name for name in schemas if "enum" in schemas[name] and name not in CLOSED]:
        if ("schemas", name + _OPEN) in references_in(schemas):
            known = {"$ref": _reference(name)}
            text = f"`{name}`, or a value that came after this description."
            schemas[name + _OPEN] = {"description": text, "anyOf": [known, _ANY_TEXT]}


def _with_open_sets(node: Any, schemas: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_with_open_sets(one, schemas) for one in node]
    if not isinstance(node, dict):
        return node
    name = _named(node)
    if name is not None and "enum" in schemas[name] and name not in CLOSED:
        return {**node, "$ref": _reference(name + _OPEN)}
    if node.get("type") == "string" and "enum" in node and set(node["enum"]) != set(Answer):
        kept = {key: value for key, value in node.items() if key not in ("type", "enum")}
        return kept | {"anyOf": [{"type": "string", "enum": node["enum"]}, _ANY_TEXT]}
    return {key: _with_open_sets(value, schemas) for key, value in node.items()}


def close_answers(node: Any) -> Any:
    """A description, or a part of one, with each set that may grow as the set of values known today: the way back."""
    if isinstance(node, list):
        return [close_answers(one) for one in node]
    if not isinstance(node, dict):
        return node
    name = _named(node)
    if name is not None and name.endswith(_OPEN):
        return {**node, "$ref": _reference(name.removesuffix(_OPEN))}
    known, *others = node.get("anyOf", [None])
    if others == [_ANY_TEXT]:
        return {key: value for key, value in node.items() if key != "anyOf"} | known
    return {key: close_answers(value) for key, value in node.items() if not key.endswith(_OPEN)}


def _reference(name: str) -> str:
    return f"#/components/schemas/{name}"


def _named(node: Mapping[str, Any]) -> str | None:
    reference = node.get("$ref")
    if isinstance(reference, str) and reference.startswith(_reference("")):
        return reference.removeprefix(_reference(""))
    return None
