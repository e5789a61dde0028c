"""What all payloads share: those that come in refuse what they do not know, those that go out do not."""

from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from operator import attrgetter
from typing import Any, Self, get_type_hints

import marshmallow
from marshmallow import fields

from registry.vocabulary.codes import Problem
from schemas.fields import Coded


class InSchema(marshmallow.Schema):
    """A question or a body. `cross_field_faults` judges what no single field can."""

    class Meta:
        unknown = marshmallow.RAISE

    error_messages = {  # noqa: RUF012 - as marshmallow declares it
        "unknown": Coded(Problem.UNKNOWN_FIELD, "is not known here"),
        "type": Coded(Problem.INVALID_REQUEST, "must be a JSON object"),
    }

    @cached_property
    def load_names(self) -> dict[str, marshmallow.fields.Field[Any]]:
        """What is read, by the names that requests say."""
        return {field.data_key or name: field for name, field in self.load_fields.items()}

    def cross_field_faults(self, loaded: dict[str, Any]) -> list[tuple[str, Problem, str]]:
        """What is wrong with the fields together: parameter, code and detail of each fault.

        It may put a field in the place of others that say the same (schemas.parameters).
        """
        return []

    @marshmallow.validates_schema
    def _judge_fields_together(self, data: dict[str, Any], **kwargs: Any) -> None:
        faults = {parameter: [Coded(code, detail)] for parameter, code, detail in self.cross_field_faults(data)}
        if faults:
            raise marshmallow.ValidationError(faults)


class OutSchema(marshmallow.Schema):
    """An answer, or a part of one. It is open: a later version may answer with more fields (docs/users/compatibility.md).

    One that `of` made also writes it.
    """

    class Meta:
        unknown = marshmallow.EXCLUDE

    write: Callable[..., dict[str, Any]]
    """The payload of an object of the class that `of` was told, in the order of the fields, None as null.

    What `of` was told to be computed is given as keywords, by the names of the fields.
    """

    @classmethod
    def of(cls, source: type, *, computed: Collection[str] = (), inherited: str = "", **parts: type) -> Self:
        """This schema for answers written from objects of the class `source`.

        A field says by `attribute` what it is called there, where it is called otherwise; those in `computed` are given to
        `write` beside the object. What the schema inherits is read from the object's attribute `inherited`, where that is
        named. `parts` are the classes of what nested fields show. Raises NotWritable for a field that the class lacks, or
        that is more than attributes: found when the program starts.
        """
        schema = cls()
        schema.write = _writer(schema, source, parts, computed, inherited)
        return schema


class NotWritable(TypeError):
    """A schema that cannot be written from objects of its class: a fault in the program."""


_Written = tuple[str, str, Callable[[Any], Any] | None, Callable[[Any], Any] | None]


def _writer(
    schema: marshmallow.Schema,
    source: type,
    parts: Mapping[str, type],
    computed: Collection[str] = (),
    inherited: str = "",
) -> Callable[..., dict[str, Any]]:
    """Values are left as they are: enums, days and instants are the encoder's."""
    unknown = set(computed) - set(schema.dump_fields)
    if unknown:
        raise NotWritable(f"{type(schema).__name__} has no field {', '.join(sorted(unknown))}")
    of_base = type(schema).__base__().dump_fields if inherited else {}  # type: ignore[misc]
    written: list[_Written] = []
    for name, shape in schema.dump_fields.items():
        key = shape.data_key or name
        if name in computed:
            written.append((name, key, None, None))
            continue
        path = shape.attribute or name
        if name in of_base:
            path = f"{inherited}.{path}"
        _require_attribute(source, path)
        written.append((name, key, attrgetter(path), _part_writer(name, shape, parts)))

    def write(source_object: Any, **values: Any) -> dict[str, Any]:
        payload = {}
        for name, key, value_of, write_part in written:
            value = values[name] if value_of is None else value_of(source_object)
            payload[key] = value if write_part is None or value is None else write_part(value)
        return payload

    return write


def _part_writer(name: str, shape: fields.Field[Any], parts: Mapping[str, type]) -> Callable[[Any], Any] | None:
    match shape:
        case fields.Nested(many=True) | fields.Method() | fields.Function() | fields.Dict(value_field=fields.Nested()):
            raise NotWritable(f"{name} is more than attributes: let the view make the payload")
        case fields.Nested():
            return _writer(shape.schema, parts.get(name, object), parts)
        case fields.List(inner=fields.Nested() as inner):
            write = _writer(inner.schema, parts.get(name, object), parts)
            return lambda values: [write(value) for value in values]
    return None


def _require_attribute(source: Any, path: str) -> None:
    name, _, rest = path.partition(".")
    if not hasattr(source, name) and name not in getattr(source, "__annotations__", {}):
        raise NotWritable(f"{getattr(source, '__name__', source)} has no attribute {name}")
    if rest:
        _require_attribute(get_type_hints(source)[name], rest)
