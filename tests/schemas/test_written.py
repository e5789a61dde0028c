"""Answers that a schema writes from the objects of a class."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple

import pytest
from marshmallow import fields

from schemas.base import NotWritable, OutSchema
from schemas.fields import Instant


class Part(NamedTuple):
    reference: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Whole:
    part: Part
    parts: list[Part]
    other: Part | None
    until: date | None
    words: dict[str, str]


class PartSchema(OutSchema):
    part_id = fields.String(attribute="reference", required=True)
    made_at = Instant(required=True)


class WholeSchema(OutSchema):
    from_ = fields.Date(data_key="from", attribute="until", allow_none=True)
    part_id = fields.String(attribute="part.reference")
    parts = fields.List(fields.Nested(PartSchema()))
    other = fields.Nested(PartSchema(), allow_none=True)
    words = fields.Dict(keys=fields.String(), values=fields.String())


AT = datetime(2026, 3, 4, 5, 6, 7, 89, UTC)
PART = Part("A", AT)


def test_an_answer_has_the_attributes_that_the_fields_name_in_their_order() -> None:
    schema = WholeSchema.of(Whole, parts=Part, other=Part)
    written = schema.write(Whole(PART, [PART], None, date(2026, 1, 2), {"a": "b"}))
    assert list(written.items()) == [
        ("from", date(2026, 1, 2)),
        ("part_id", "A"),
        ("parts", [{"part_id": "A", "made_at": AT}]),
        ("other", None),
        ("words", {"a": "b"}),
    ]
    assert schema.write(Whole(PART, [], PART, None, {}))["other"] == {"part_id": "A", "made_at": AT}


class InheritingSchema(PartSchema):
    number = fields.Integer()
    until = fields.Date(allow_none=True)


def test_what_is_computed_stands_in_the_place_of_its_field_and_what_is_inherited_is_read_from_a_part() -> None:
    schema = InheritingSchema.of(Whole, inherited="part", computed=["made_at", "number"])
    written = schema.write(Whole(PART, [], None, None, {}), number=7, made_at="computed")
    assert list(written.items()) == [("part_id", "A"), ("made_at", "computed"), ("number", 7), ("until", None)]


def test_a_computed_value_that_no_field_has_is_refused_when_the_program_starts() -> None:
    with pytest.raises(NotWritable, match="InheritingSchema has no field amount"):
        InheritingSchema.of(Whole, inherited="part", computed=["number", "amount"])


@pytest.mark.parametrize(
    ("field", "missing"),
    [
        (fields.String(), "has no attribute field"),
        (fields.String(attribute="part.number"), "Part has no attribute number"),
        (fields.List(fields.Nested(PartSchema()), attribute="parts"), "object has no attribute reference"),
    ],
)
def test_a_field_that_the_class_lacks_is_refused_when_the_program_starts(
    field: fields.Field[object], missing: str
) -> None:
    with pytest.raises(NotWritable, match=missing):
        _schema_with(field).of(Whole)


@pytest.mark.parametrize(
    "field",
    [
        fields.Nested(PartSchema(), many=True, attribute="parts"),
        fields.Dict(values=fields.Nested(PartSchema()), attribute="words"),
        fields.Method("dump", attribute="part"),
        fields.Function(str, attribute="part"),
    ],
)
def test_a_field_that_is_more_than_an_attribute_is_refused_when_the_program_starts(
    field: fields.Field[object],
) -> None:
    with pytest.raises(NotWritable, match="more than attributes"):
        _schema_with(field).of(Whole, field=Part)


def _schema_with(field: fields.Field[object]) -> type[OutSchema]:
    schema = OutSchema.from_dict({"field": field}, name="OneFieldSchema")
    assert issubclass(schema, OutSchema)
    return schema
