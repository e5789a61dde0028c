"""From JSON to dataclasses: what an answer must have is held to, and what it has besides is let be."""

import dataclasses
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, TypeVar, cast

from registry_client.api.errors import UnexpectedAnswer

T = TypeVar("T")

RAW = "raw"
"""A field of this name gets the object as it came, with what is newer than this client."""

Reader = Callable[[Any, str], Any]


def read(kind: type[T], value: object, where: str) -> T:
    """`value` as a `kind`. Raises UnexpectedAnswer with the place: `answer.reasons[0].code is missing`."""
    return cast("T", _reader_of(cast("Any", kind))(value, where))


@cache
def _reader_of(kind: Any) -> Reader:
    if kind is Any:
        return lambda value, where: value
    if dataclasses.is_dataclass(kind):
        return _object_reader(kind)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return _optional(next(_reader_of(one) for one in arguments if one is not types.NoneType))
    if origin is tuple:
        return _list_reader(arguments[0])
    if origin is Mapping:
        return _checked(Mapping, "an object")
    return _SIMPLE[kind]


def _optional(reader: Reader) -> Reader:
    return lambda value, where: None if value is None else reader(value, where)


def _list_reader(kind: Any) -> Reader:
    reader, is_list = _reader_of(kind), _checked(list, "a list")

    def many(value: Any, where: str) -> tuple[Any, ...]:
        return tuple(reader(one, f"{where}[{place}]") for place, one in enumerate(is_list(value, where)))

    return many


def _checked(kind: type | tuple[type, ...], words: str) -> Reader:
    def check(value: Any, where: str) -> Any:
        if isinstance(value, kind) and not (isinstance(value, bool) and kind is not bool):
            return value
        raise UnexpectedAnswer(f"{where} must be {words}")

    return check


def _parsed(parse: Callable[[str], Any], words: str) -> Reader:
    def parsed(value: Any, where: str) -> Any:
        try:
            return parse(value)
        except (TypeError, ValueError, InvalidOperation):
            raise UnexpectedAnswer(f"{where} must be {words}") from None

    return parsed


_SIMPLE: dict[Any, Reader] = {
    str: _checked(str, "text"),
    bool: _checked(bool, "true or false"),
    int: _checked(int, "a whole number"),
    Decimal: _parsed(Decimal, "a number as decimal text"),
    float: _checked((int, float), "a number"),
    date: _parsed(date.fromisoformat, "a day like 2026-11-24"),
    datetime: _parsed(datetime.fromisoformat, "an instant like 2026-11-24T10:00:00Z"),
}


def _object_reader(kind: Any) -> Reader:
    is_object = _checked(Mapping, "an object")
    fields = tuple(_fields_of(kind))
    has_raw = any(one.name == RAW for one in dataclasses.fields(kind))

    def whole(value: Any, where: str) -> Any:
        content = is_object(value, where)
        given: dict[str, Any] = {RAW: content} if has_raw else {}
        for name, key, reader, is_needed in fields:
            if key in content:
                given[name] = reader(content[key], f"{where}.{key}")
            elif is_needed:
                raise UnexpectedAnswer(f"{where}.{key} is missing")
        return kind(**given)

    return whole


def _fields_of(kind: Any) -> Iterator[tuple[str, str, Reader, bool]]:
    hints = typing.get_type_hints(kind)
    for one in dataclasses.fields(kind):
        if one.name != RAW:
            is_needed = one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING
            yield one.name, one.name.rstrip("_"), _reader_of(hints[one.name]), is_needed
