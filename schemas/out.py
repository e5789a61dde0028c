"""Fields of answers. Each is in every answer unless `required=False` is said; `about` tells the documentation what it is."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from marshmallow import Schema, fields

from schemas.fields import Instant, OneOf, stated

Shape = type[Schema] | Schema


def string(about: str = "", **more: Any) -> fields.String:
    return fields.String(**_always(about, more))


def integer(about: str = "", **more: Any) -> fields.Integer:
    return fields.Integer(**_always(about, more))


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


def _always(about: str, more: Mapping[str, Any]) -> dict[str, Any]:
    return {"required": True} | stated(about, more)
