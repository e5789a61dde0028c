"""Fields by choice: `fields=verdict,reasons.code` leaves of an answer these fields alone, in the order of the answer."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from marshmallow import Schema, fields

from registry.core.errors import Fault, InvalidInput
from registry.http.request_reader import printable
from registry.vocabulary.codes import Problem

Tree = dict[str, Any]
"""The chosen names of an object, each with those chosen of what it holds; without any it is given whole."""


class FieldChoice:
    """What was chosen of answers of a schema. Raises InvalidInput with the names that are known, for any other."""

    def __init__(self, text: str, schema: Schema) -> None:
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


def _names(schema: Schema) -> Mapping[str, fields.Field[Any]]:
    return {field.data_key or name: field for name, field in schema.fields.items()}


def _paths(schema: Schema, before: str = "", depth: int = 6) -> Iterator[str]:
    for name, field in _names(schema).items():
        yield before + name
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested) and depth:
            yield from _paths(inner.schema, f"{before}{name}.", depth - 1)
