"""A schema that is made of a Struct documents just what msgspec writes of it."""

from datetime import date, datetime
from typing import Annotated, ClassVar

import pytest
from marshmallow import fields
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from registry.vocabulary.register import Answer
from schemas.fields import Instant, OneOf
from schemas.out import schema_of


class Part(Struct):
    schema_name: ClassVar = "Piece"
    value: str


class Example(Struct, omit_defaults=True, rename={"from_": "from"}):
    """What it is."""

    always: Annotated[str, Meta(description="Its text.", examples=["a"])]
    null_or_number: int | None
    part_or_bytes: Part | Raw | None
    answers: list[Answer]
    revision: Annotated[str, Meta(extra={"words": ("2.1", "2.0")})]
    at: datetime
    absent: int | UnsetType = UNSET
    parts: tuple[Part, ...] = ()
    from_: date | None = None


SCHEMA = schema_of(Example)
FIELDS = SCHEMA().fields


def test_the_schema_bears_the_structs_name_and_words() -> None:
    assert SCHEMA.__name__ == "ExampleSchema"
    assert SCHEMA.__doc__ == "What it is."
    assert schema_of(Part).__name__ == "PieceSchema"
    assert FIELDS["always"].metadata == {"description": "Its text.", "example": "a"}


def test_a_field_without_a_default_is_always_there_and_only_such_a_one_is_ever_null() -> None:
    required = {name for name, field in FIELDS.items() if field.required}
    assert required == {"always", "null_or_number", "part_or_bytes", "answers", "revision", "at"}
    assert {name for name, field in FIELDS.items() if field.allow_none} == {"null_or_number", "part_or_bytes"}


def test_a_renamed_field_is_documented_by_the_name_that_is_written() -> None:
    assert FIELDS["from_"].data_key == "from"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("always", fields.String),
        ("null_or_number", fields.Integer),
        ("absent", fields.Integer),
        ("at", Instant),
        ("from_", fields.Date),
        ("revision", OneOf),
    ],
)
def test_each_type_has_its_field(name: str, kind: type[fields.Field]) -> None:
    assert type(FIELDS[name]) is kind


def test_closed_sets_and_parts_are_documented_as_such() -> None:
    assert FIELDS["revision"].words == ["2.1", "2.0"]
    assert FIELDS["answers"].inner.kind is Answer
    # Bytes that were encoded before are of the same shape.
    assert isinstance(FIELDS["part_or_bytes"].schema, schema_of(Part))
    assert isinstance(FIELDS["parts"].inner.schema, schema_of(Part))


def test_a_type_that_has_no_field_is_refused() -> None:
    class Odd(Struct):
        value: complex

    with pytest.raises(KeyError):
        schema_of(Odd)
