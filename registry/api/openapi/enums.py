"""Closed sets in the description: what each value means, and that a set in an answer may grow.

The sets themselves stay closed, for requests take these values only. What an answer, an event or a problem holds is one of
the known values or any other text, so that a generated client reads an answer of a newer registry (docs/decisions/0188).
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from registry.i18n.languages import CATALOGUES
from registry.vocabulary.register import Answer, Language
from registry.vocabulary.watches import EVENTS

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
    for name in _reached([*answers, whole["components"]["responses"], whole["webhooks"]], schemas):
        if "enum" not in schemas[name]:
            schemas[name] = _with_open_sets(schemas[name], schemas)
    for name in [name for name in schemas if "enum" in schemas[name] and name not in CLOSED]:
        if _reference(name + _OPEN) in _references(schemas):
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


def _reached(node: Any, schemas: Mapping[str, Any]) -> set[str]:
    """The schemas that a part of the description holds, directly or by another."""
    found: set[str] = set()
    waiting = list(_references(node))
    while waiting:
        name = re.sub(".*/", "", waiting.pop())
        if name in schemas and name not in found:
            found.add(name)
            waiting += _references(schemas[name])
    return found


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _reference(name: str) -> str:
    return f"#/components/schemas/{name}"


def _named(node: Mapping[str, Any]) -> str | None:
    reference = node.get("$ref")
    if isinstance(reference, str) and reference.startswith(_reference("")):
        return reference.removeprefix(_reference(""))
    return None
